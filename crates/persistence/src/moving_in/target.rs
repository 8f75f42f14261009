//! Writing what is moved in, so that moving in again changes nothing: people and messages that are here already, from
//! the time before, are recognised.

use std::collections::HashMap;

use chatapp_domain::message::{Draft, MessageBody};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{DisplayName, Identity, NewUser, UserId, UsernameKey};
use diesel::prelude::*;
use tokio::sync::oneshot;

use crate::append::{Append, Appender};
use crate::connection::{AnyConnection, Manager, Purpose, on_engine};
use crate::database::{Database, OpenError};
use crate::days;
use crate::error::{UnitError, is_conflict};
use crate::rows::{USER, UserRow};
use crate::schema::{messages, sequences, users};
use crate::users::{NameTaken, insert};
use crate::writer::{CONFLICT_RETRIES, in_transaction, pause_before_retry};

/// Somebody who moves in.
#[derive(Clone, Debug)]
pub struct MovedPerson {
    /// What every account has.
    pub account: NewUser,
    /// The name that others see; may be empty.
    pub display_name: Option<DisplayName>,
    /// Whether the user may log in.
    pub is_active: bool,
}

/// What became of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonFate {
    /// Is here now.
    Moved(Identity),
    /// Was here already, from the time before.
    Here(Identity),
    /// Somebody else has this name, or one that is the same but for case or form.
    NameTaken(String),
}

/// A message that moves in, with the number it keeps.
#[derive(Clone, Debug)]
pub struct MovedMessage {
    /// Its number, there and here.
    pub id: i64,
    /// When it was sent.
    pub at: Timestamp,
    /// Who sent it.
    pub sender: Identity,
    /// Who got it.
    pub recipient: Identity,
    /// What was said.
    pub body: String,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFate {
    /// Is here now.
    Moved,
    /// Was here already, from the time before.
    Here,
    /// Another message has its number.
    NumberTaken,
}

/// A connection of its own that writes. Blocks.
pub struct Target {
    connection: AnyConnection,
    appender: Appender,
}

impl Database {
    /// Gets ready for moving in.
    pub fn moving_in(&self) -> Result<Target, OpenError> {
        let url = self.inner().member();
        let manager = Manager::new(url.clone(), Purpose::Write);
        let connection = manager.open().map_err(|error| OpenError::Connect { url, cause: error.to_string() })?;
        Ok(Target { connection, appender: Appender::default() })
    }
}

impl Target {
    /// Keeps messages of our own from getting numbers up to `id`.
    pub fn reserve_numbers(&mut self, id: i64) -> QueryResult<()> {
        let next = diesel::update(sequences::table.filter(sequences::name.eq("message").and(sequences::next.le(id))));
        // In a transaction, so that a server that has reserved numbers takes others.
        in_transaction(&mut self.connection, |connection| next.set(sequences::next.eq(id + 1)).execute(connection))?;
        Ok(())
    }

    /// Takes people in, all in one transaction; what became of each, in order.
    pub fn people(&mut self, people: &[MovedPerson]) -> QueryResult<Vec<PersonFate>> {
        repeated(|| in_transaction(&mut self.connection, |c| people.iter().map(|person| take_in(c, person)).collect()))
    }

    /// Takes messages in, in their order, all in one transaction; what became of each. Their people must be here.
    pub fn messages(&mut self, moved: &[MovedMessage]) -> QueryResult<Vec<MessageFate>> {
        let Self { connection, appender } = self;
        repeated(|| {
            appender.forget();
            match connection {
                AnyConnection::Sqlite(_) => {
                    in_transaction(connection, |connection| append_all(connection, appender, moved))
                }
                // There the appender's transaction is its own.
                AnyConnection::Mysql(_) => append_all(connection, appender, moved),
            }
        })
    }
}

fn append_all(
    connection: &mut AnyConnection,
    appender: &mut Appender,
    moved: &[MovedMessage],
) -> QueryResult<Vec<MessageFate>> {
    let ids: Vec<i64> = moved.iter().map(|message| message.id).collect();
    let columns = (messages::id, (messages::sender_id, messages::recipient_id, messages::body));
    let rows: Vec<(i64, (i64, i64, String))> =
        on_engine!(connection, c => messages::table.filter(messages::id.eq_any(ids)).select(columns).load(c))?;
    let here: HashMap<i64, (i64, i64, String)> = rows.into_iter().collect();
    let fate = |message: &MovedMessage| match here.get(&message.id) {
        None => MessageFate::Moved,
        Some((sender, recipient, body)) => {
            // It may have been deleted since.
            let says_so = *body == message.body || body.is_empty();
            let is_it = (*sender, *recipient) == (message.sender.id.0, message.recipient.id.0) && says_so;
            if is_it { MessageFate::Here } else { MessageFate::NumberTaken }
        }
    };
    let fates: Vec<MessageFate> = moved.iter().map(fate).collect();
    let new = moved.iter().zip(&fates).filter(|(_, fate)| **fate == MessageFate::Moved);
    let mut new: Vec<Append> = new.map(|(message, _)| append(message)).collect();
    if new.is_empty() {
        return Ok(fates);
    }
    let ids: Vec<i64> = moved.iter().map(|message| message.id).collect();
    days::recount(connection, &ids)?;
    let mut drafts: Vec<&mut Append> = new.iter_mut().collect();
    if let AnyConnection::Mysql(mysql) = connection {
        appender.transact(mysql, &mut drafts, &mut false)?;
    } else {
        appender.run(connection, &mut drafts)?;
    }
    Ok(fates)
}

/// A draft that nobody waits for and nobody is told of.
fn append(message: &MovedMessage) -> Append {
    let draft = Draft {
        sender: message.sender.clone(),
        recipient: message.recipient.clone(),
        body: MessageBody::from_store(message.body.clone()),
        key: None,
        at: message.at,
    };
    let (reply, _) = oneshot::channel();
    Append::new(draft, Box::new(|_| ()), reply).numbered(message.id)
}

fn take_in(connection: &mut AnyConnection, person: &MovedPerson) -> QueryResult<PersonFate> {
    let key = person.account.username.key();
    let known: Option<UserRow> =
        users::table.filter(users::username_key.eq(key.as_str())).select(USER).first(connection).optional()?;
    if let Some(row) = known {
        // Two accounts were never made in the same microsecond under the same name.
        let is_same =
            row.username == person.account.username.as_str() && row.joined_at == person.account.joined_at.as_micros();
        let taken_by = row.username.clone();
        let identity = Identity { id: UserId(row.id), username: person.account.username.clone() };
        return Ok(if is_same { PersonFate::Here(identity) } else { PersonFate::NameTaken(taken_by) });
    }
    let user = match insert(connection, &person.account) {
        Ok(user) => user,
        Err(UnitError::Refused(NameTaken)) => {
            return Ok(PersonFate::NameTaken(person.account.username.as_str().to_owned()));
        }
        Err(UnitError::Database(error)) => return Err(error),
    };
    let name = person.display_name.as_ref().map(DisplayName::as_str).unwrap_or_default();
    let rest = (
        users::is_active.eq(person.is_active),
        users::display_name.eq(name),
        users::display_key.eq(UsernameKey::of(name).as_str().to_owned()),
    );
    diesel::update(users::table.find(user.id.0)).set(rest).execute(connection)?;
    Ok(PersonFate::Moved(user.identity()))
}

/// Repeats a transaction that lost against another one.
fn repeated<T>(mut work: impl FnMut() -> QueryResult<T>) -> QueryResult<T> {
    let mut attempt = 0;
    loop {
        match work() {
            Err(error) if is_conflict(&error) && attempt < CONFLICT_RETRIES => {
                std::thread::sleep(pause_before_retry(attempt));
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}
