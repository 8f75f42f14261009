//! Short ways to what most tests begin with.

use chatapp_domain::audit::Actor;
use chatapp_domain::message::{Draft, IdempotencyKey, MessageBody};
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, Identity, NewUser, User, UserId, Username};

use crate::passwords::PlainHasher;

/// The password of everyone whom [`a_user`] makes, as [`PlainHasher`] stores it.
pub const PASSWORD: &str = "correct horse battery";

/// When everything happens unless a test says otherwise: 2026-01-01T00:00:00.000001Z; the odd microsecond shows who rounds.
pub const NEW_YEAR: Timestamp = Timestamp::from_micros(1_767_225_600_000_001);

/// A wish to register somebody.
pub fn a_new_user(name: &str) -> NewUser {
    NewUser {
        username: Username::parse(name).unwrap(),
        email: Email::default(),
        password: PlainHasher::hash_of(PASSWORD),
        is_superuser: false,
        joined_at: NEW_YEAR,
    }
}

/// A registered person.
pub async fn a_user(users: &dyn UserStore, name: &str) -> User {
    users.create(a_new_user(name)).await.unwrap()
}

/// That somebody administers, from nowhere in particular.
pub fn an_actor(user: &User) -> Actor {
    Actor { user: Some(user.id), ..Actor::command_line(NEW_YEAR) }
}

/// An identity that no store knows.
pub fn an_identity(id: i64, name: &str) -> Identity {
    Identity { id: UserId(id), username: Username::parse(name).unwrap() }
}

/// A body.
pub fn a_body(text: &str) -> MessageBody {
    MessageBody::parse(text, MessageBody::DEFAULT_MAX_CHARS).unwrap()
}

/// A key.
pub fn a_key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

/// A draft without a key.
pub fn a_draft(sender: &User, recipient: &User, text: &str) -> Draft {
    Draft { sender: sender.identity(), recipient: recipient.identity(), body: a_body(text), key: None, at: NEW_YEAR }
}

/// The same between people of whom only the numbers matter.
pub fn a_draft_between(sender: i64, recipient: i64) -> Draft {
    let person = |id| Identity { id: UserId(id), username: Username::from_store(format!("person-{id}")) };
    Draft { sender: person(sender), recipient: person(recipient), body: a_body("hello"), key: None, at: NEW_YEAR }
}

/// A draft with a key.
pub fn a_keyed_draft(sender: &User, recipient: &User, text: &str, key: &str) -> Draft {
    Draft { key: Some(a_key(key)), ..a_draft(sender, recipient, text) }
}

/// A page size.
pub fn a_size(entries: i64) -> PageSize {
    PageSize::clamp(entries).unwrap()
}
