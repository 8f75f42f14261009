//! What a store of departures promises.

use std::time::Duration;

use chatapp_domain::audit::Actor;
use chatapp_domain::avatar::Avatar;
use chatapp_domain::credential::Credential;
use chatapp_domain::message::{MessageId, Seq};
use chatapp_domain::naming;
use chatapp_domain::page::{Cursor, PageNumber};
use chatapp_domain::password::PasswordMark;
use chatapp_domain::ports::departures::DepartError;
use chatapp_domain::ports::invitations::NewInvitation;
use chatapp_domain::ports::messages::AppendError;
use chatapp_domain::ports::sign_ups::{NameTaken, NewSignUp, ReserveError};
use chatapp_domain::ports::users::{CreateUserError, UserQuery};
use chatapp_domain::privacy::Privacy;
use chatapp_domain::session::{Lifetime, NewSession, SessionKey};
use chatapp_domain::user::{DisplayName, EmailKey, User, UserId, Username};

use super::Stores;
use super::scene::{a_couple, a_name, a_person, all_at_once, append, between, send};
use super::sign_ups::{a_person_at, a_token, an_address};
use crate::builders::{NEW_YEAR, PASSWORD, a_draft, a_new_user, a_size};
use crate::passwords::PlainHasher;

const SOON: Duration = Duration::from_secs(60);

/// The tombstone.
async fn gone(stores: &Stores, user: &User) -> User {
    stores.departures.depart(user.id, None).await.unwrap();
    while stores.departures.clear_out().await.unwrap() {}
    stores.users.by_id(user.id).await.unwrap().unwrap()
}

fn a_session(user: &User) -> NewSession {
    NewSession {
        key: SessionKey(a_token().0),
        user: user.id,
        password: PasswordMark::of(&PlainHasher::hash_of(PASSWORD)),
        opened_at: NEW_YEAR,
        device: "Firefox".to_owned(),
        address: "::1".to_owned(),
    }
}

/// The number stays, so that nobody else gets it; nothing else does.
pub async fn what_stays_of_an_account_is_a_tombstone(stores: &Stores) {
    let ada = a_person_at(stores, &an_address("ada")).await;
    stores.users.set_display_name(ada.id, DisplayName::parse("Ada L.").unwrap()).await.unwrap();
    stores.avatars.put(ada.id, Avatar::from_jpeg(vec![1, 2, 3])).await.unwrap();
    assert!(stores.users.identify(ada.username.as_str()).await.unwrap().is_some(), "it may be remembered");
    let left = gone(stores, &ada).await;
    let expected = User {
        username: Username::parse(&format!("deleted-{}", ada.id.0)).unwrap(),
        is_active: false,
        email: String::new(),
        privacy: Privacy { receipts: false, presence: false },
        ..ada.clone()
    };
    assert_eq!(left, expected);
    assert!(left.is_deleted() && !ada.is_deleted());
    let name = ada.username.as_str();
    assert_eq!(stores.users.by_name(name).await.unwrap(), None);
    assert_eq!(stores.users.identify(name).await.unwrap(), None, "it is not remembered here");
    assert_eq!(stores.users.identify(left.username.as_str()).await.unwrap(), Some(left.identity()));
    assert_eq!(stores.users.credentials(&ada.username.key()).await.unwrap(), None);
    let (_, password) = stores.users.credentials(&left.username.key()).await.unwrap().unwrap();
    assert_eq!(password.0, "!");
    assert_eq!(stores.avatars.of(left.username.as_str()).await.unwrap(), None);
    for prefix in [name, "Ada L.", left.username.as_str()] {
        let query = UserQuery { except: UserId(-1), prefix: Some(prefix.to_owned()), after: None, limit: 100 };
        let found = stores.users.list(query).await.unwrap();
        assert!(found.iter().all(|user| user.id != ada.id), "{prefix}");
    }
}

/// Their copy is theirs: it names the tombstone, and nothing is missing.
pub async fn the_others_keep_what_was_said(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    send(stores, a_draft(&ada, &bob, "hello Bob")).await;
    let answer = send(stores, a_draft(&bob, &ada, "hello Ada")).await;
    let left = gone(stores, &ada).await;
    let history = stores.messages.history(&between(&bob, &left), Cursor::After(Seq(0)), a_size(10)).await.unwrap();
    let said: Vec<_> = history.messages.iter().map(|m| (m.sender.username.as_str(), m.body.as_str())).collect();
    assert_eq!(said, [(left.username.as_str(), "hello Bob"), (bob.username.as_str(), "hello Ada")]);
    let found = stores.messages.find(bob.id, vec![answer.id]).await.unwrap();
    assert_eq!(found[0].recipient, left.identity());
    let all = stores.messages.page_of_all(bob.id, PageNumber::Number(1), a_size(10)).await.unwrap();
    assert_eq!(all.count, 2);
    let listed = stores.conversations.list(&bob.identity(), None, a_size(10)).await.unwrap();
    assert_eq!((listed.len(), &listed[0].peer), (1, &left));
}

/// What was not read yet can be, and only the reader hears of it.
pub async fn a_conversation_with_somebody_gone_is_read_on(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    for text in ["one", "two"] {
        send(stores, a_draft(&ada, &bob, text)).await;
    }
    let left = gone(stores, &ada).await;
    let place = between(&bob, &left);
    let before = stores.events.latest(bob.id).await.unwrap();
    let read = stores.conversations.mark_read(&place, Seq(2), Box::new(|_| ())).await.unwrap().unwrap();
    assert_eq!((read.read_seq, read.unread), (Seq(2), 0));
    assert_eq!(stores.events.latest(bob.id).await.unwrap(), before.next());
}

/// Whatever name or number a node still has in mind.
pub async fn nobody_writes_to_or_as_somebody_gone(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    send(stores, a_draft(&ada, &bob, "hello")).await;
    let left = gone(stores, &ada).await;
    for (sender, recipient) in [(&bob, &ada), (&bob, &left), (&ada, &bob), (&left, &bob), (&ada, &ada)] {
        let refused = append(stores, a_draft(sender, recipient, "too late")).await;
        assert!(matches!(refused, Err(AppendError::NoSuchUser)), "{refused:?}");
    }
    send(stores, a_draft(&bob, &bob, "the others go on")).await;
}

/// A message is answered for and there, or it is refused.
pub async fn a_send_that_races_a_departure_is_saved_before_or_not_at_all(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let sends = all_at_once((0..20).map(|n| {
        let (stores, ada, bob) = (stores.clone(), ada.clone(), bob.clone());
        let draft = if n % 2 == 0 { a_draft(&ada, &bob, "to") } else { a_draft(&bob, &ada, "from") };
        async move { append(&stores, draft).await.is_ok() }
    }));
    let (saved, left) = tokio::join!(sends, gone(stores, &ada));
    let saved = saved.into_iter().filter(|saved| *saved).count();
    let history = stores.messages.history(&between(&bob, &left), Cursor::After(Seq(0)), a_size(100)).await.unwrap();
    assert_eq!(history.messages.len(), saved);
}

/// Nobody is to be taken for somebody who was here.
pub async fn the_name_of_somebody_gone_is_nobodys(stores: &Stores) {
    let ada = a_person(stores, "Paul").await;
    let left = gone(stores, &ada).await;
    let name = ada.username.as_str().to_owned();
    let other_case = name.to_uppercase();
    for taken in [name.as_str(), &other_case, left.username.as_str(), "deleted-me", "Deleted-1000000"] {
        let refused = stores.users.create(a_new_user(taken)).await;
        assert!(matches!(refused, Err(CreateUserError::NameTaken)), "{taken}: {refused:?}");
    }
    let many = stores.users.create_many(vec![a_new_user(&name), a_new_user(&a_name("ada"))]).await.unwrap();
    assert!(many[0].is_err() && many[1].is_ok());
    let who_has = async |name: &str| stores.sign_ups.who_has(&Username::parse(name).unwrap(), NEW_YEAR).await.unwrap();
    assert_eq!(who_has(&other_case).await, Some(NameTaken::Same));
    assert_eq!(who_has(&name.replace('l', "1")).await, Some(NameTaken::Alike));
    let token = a_token();
    let wish = NewSignUp {
        token,
        username: ada.username.clone(),
        email: an_address("new"),
        password: PlainHasher::hash_of(PASSWORD),
        invitation: None,
        at: NEW_YEAR,
        expires_at: NEW_YEAR.after(SOON),
    };
    let refused = stores.sign_ups.reserve(wish).await;
    assert!(matches!(refused, Err(ReserveError::Name(NameTaken::Same))), "{refused:?}");
}

/// Also at the very moment.
pub async fn a_name_that_is_freed_while_somebody_wants_it_is_not_given(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let wishes = all_at_once((0..10).map(|_| {
        let (stores, name) = (stores.clone(), ada.username.to_string());
        async move { stores.users.create(a_new_user(&name)).await.is_ok() }
    }));
    let (made, _) = tokio::join!(wishes, gone(stores, &ada));
    assert!(!made.contains(&true), "{made:?}");
    assert_eq!(stores.users.by_name(ada.username.as_str()).await.unwrap(), None);
}

/// Here at once, and no log-in that was under way opens another.
pub async fn the_sessions_of_somebody_gone_have_ended_and_none_opens(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let (mine, other) = (a_session(&ada), a_session(&bob));
    let (key, others_key) = (mine.key, other.key);
    let id = stores.sessions.open(mine).await.unwrap().unwrap();
    stores.sessions.open(other).await.unwrap().unwrap();
    let found = async |key| stores.sessions.find(key, NEW_YEAR, Lifetime::default()).await.unwrap().is_some();
    assert!(found(key).await);
    assert_eq!(stores.departures.depart(ada.id, None).await.unwrap(), [Credential::Session(id)]);
    assert!(!found(key).await && found(others_key).await);
    assert_eq!(stores.sessions.open(a_session(&ada)).await.unwrap(), None);
    assert_eq!(stores.sessions.list(ada.id).await.unwrap(), []);
}

/// Links in old mails lead nowhere, and invitations name nobody.
pub async fn what_was_pending_is_gone(stores: &Stores) {
    let (email, wanted) = (an_address("ada"), an_address("wanted"));
    let ada = a_person_at(stores, &email).await;
    let end = NEW_YEAR.after(SOON);
    let (reset, change, made, meant, others) = (a_token(), a_token(), a_token(), a_token(), a_token());
    stores.recovery.begin_reset(&EmailKey::of(&ada.email), reset, end).await.unwrap().unwrap();
    stores.recovery.propose_email(ada.id, &wanted, change, end).await.unwrap();
    let invite = async |token, email, created_by| {
        let by = Actor { user: created_by, ..Actor::command_line(NEW_YEAR) };
        let invitation = NewInvitation { token, email, by, expires_at: end };
        stores.invitations.add(invitation).await.unwrap();
    };
    invite(made, an_address("friend"), Some(ada.id)).await;
    invite(meant, email.clone(), None).await;
    let friend = an_address("other");
    invite(others, friend.clone(), None).await;
    gone(stores, &ada).await;
    assert_eq!(stores.recovery.reset_of(reset, NEW_YEAR).await.unwrap(), None);
    assert_eq!(stores.recovery.confirm_email(change, NEW_YEAR).await.unwrap(), None);
    assert_eq!(stores.recovery.pending_email(ada.id, NEW_YEAR).await.unwrap(), None);
    let listed = stores.invitations.list(1000).await.unwrap();
    assert!(listed.iter().all(|invitation| invitation.email != email.as_str()));
    assert!(stores.invitations.counts(others, &friend, NEW_YEAR).await.unwrap());
    assert!(!stores.invitations.counts(made, &an_address("friend"), NEW_YEAR).await.unwrap());
    a_person_at(stores, &email).await;
    let found = stores.recovery.begin_reset(&EmailKey::of(email.as_str()), a_token(), end).await.unwrap();
    assert_ne!(found.unwrap().id, ada.id, "the address is free");
}

/// A request that was under way finds nobody to write it to.
pub async fn nothing_is_given_back_to_somebody_gone(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let left = gone(stores, &ada).await;
    stores.users.set_display_name(ada.id, DisplayName::parse("Ada again").unwrap()).await.unwrap();
    assert_eq!(stores.users.set_password(ada.id, PlainHasher::hash_of("new"), None).await.unwrap(), None);
    stores.users.set_active(ada.id, true).await.unwrap();
    assert!(!stores.avatars.put(ada.id, Avatar::from_jpeg(vec![1])).await.unwrap());
    let token = a_token();
    stores.recovery.propose_email(ada.id, &an_address("ada"), token, NEW_YEAR.after(SOON)).await.unwrap();
    assert_eq!(stores.recovery.confirm_email(token, NEW_YEAR).await.unwrap(), None);
    assert_eq!(stores.users.by_id(ada.id).await.unwrap().unwrap(), left);
}

/// Nobody else could read them.
pub async fn notes_to_oneself_go_and_nobody_elses_messages_do(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let mut notes: Vec<MessageId> = Vec::new();
    for n in 0..3 {
        notes.push(send(stores, a_draft(&ada, &ada, &format!("note {n}"))).await.id);
    }
    let others = send(stores, a_draft(&bob, &bob, "bob's own")).await.id;
    let to_bob = send(stores, a_draft(&ada, &bob, "to bob")).await.id;
    let left = gone(stores, &ada).await;
    assert_eq!(stores.messages.find(ada.id, notes).await.unwrap(), []);
    assert_eq!(stores.messages.find(bob.id, vec![others, to_bob]).await.unwrap().len(), 2);
    let alone = stores.messages.history(&between(&left, &left), Cursor::After(Seq(0)), a_size(10)).await.unwrap();
    assert!(alone.messages.is_empty());
}

/// While one is there it stays; then nobody is left to read it.
pub async fn what_two_said_goes_with_the_second_of_them(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let said = send(stores, a_draft(&ada, &bob, "between us")).await.id;
    gone(stores, &ada).await;
    assert_eq!(stores.messages.find(bob.id, vec![said]).await.unwrap().len(), 1);
    gone(stores, &bob).await;
    assert_eq!(stores.messages.find(bob.id, vec![said]).await.unwrap(), []);
    assert_eq!(stores.messages.find(ada.id, vec![said]).await.unwrap(), []);
}

/// And nobody who is not there does.
pub async fn nobody_leaves_twice(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    gone(stores, &ada).await;
    for nobody in [ada.id, UserId(-1)] {
        assert!(matches!(stores.departures.depart(nobody, None).await, Err(DepartError::NoSuchUser)));
    }
    assert_eq!(stores.users.by_id(ada.id).await.unwrap().unwrap().username, naming::tombstone(ada.id));
}

/// Whoever administers may delete whom they locked out.
pub async fn somebody_inactive_can_be_deleted(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    stores.users.set_active(ada.id, false).await.unwrap();
    assert!(gone(stores, &ada).await.is_deleted());
}
