//! The store of departures.

mod clearing;

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::credential::Credential;
use chatapp_domain::naming::{self, Look, RetiredName};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::departures::{DepartError, DepartureStore};
use chatapp_domain::user::{UserId, Username};
use diesel::prelude::*;

use crate::audit;
use crate::avatars;
use crate::connection::AnyConnection;
use crate::database::{Database, Never, WriteError};
use crate::ended::Ended;
use crate::error::UnitError;
use crate::recovery;
use crate::rows::{USER, UserRow};
use crate::schema::{blocks, events, feeds, invitations, retired_names, search_blocks, settings, users};

impl Database {
    /// The store of departures.
    pub fn departures(&self) -> Arc<dyn DepartureStore> {
        Arc::new(Departures(self.clone()))
    }
}

struct Departures(Database);

/// Why somebody stays.
#[derive(Debug)]
enum Refusal {
    LastSuperuser,
    NoSuchUser,
}

/// What a departure ended.
struct Departed {
    name: String,
    ended: Ended,
}

#[async_trait]
impl DepartureStore for Departures {
    async fn depart(&self, user: UserId, by: Option<Actor>) -> Result<Vec<Credential>, DepartError> {
        let database = self.0.clone();
        let departed = self.0.write(
            move |connection| depart(connection, user.0, by),
            move |departed| {
                database.memory().names.forget(&*departed.name);
                database.memory().messages.forget_all();
                departed.ended.forget_in(&database);
            },
        );
        let departed = departed.await;
        if matches!(departed, Err(WriteError::Store(_))) {
            // Perhaps it was kept, and the answer was lost.
            self.0.memory().forget_credentials();
            self.0.memory().names.forget_all();
            self.0.memory().messages.forget_all();
        }
        Ok(departed?.ended.credentials())
    }

    async fn clear_out(&self) -> Result<bool, StoreError> {
        let database = self.0.clone();
        let cleared = self.0.write::<_, Never>(
            move |connection| Ok(clearing::clear_out(connection)?),
            move |cleared| {
                if *cleared {
                    database.memory().messages.forget_all();
                }
            },
        );
        let cleared = cleared.await;
        if cleared.is_err() {
            // Perhaps it was kept, and the answer was lost.
            self.0.memory().messages.forget_all();
        }
        Ok(cleared?)
    }
}

impl From<WriteError<Refusal>> for DepartError {
    fn from(error: WriteError<Refusal>) -> Self {
        match error {
            WriteError::Refused(Refusal::LastSuperuser) => Self::LastSuperuser,
            WriteError::Refused(Refusal::NoSuchUser) => Self::NoSuchUser,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

/// The person who may leave.
fn may_depart(connection: &mut AnyConnection, user: i64) -> Result<UserRow, UnitError<Refusal>> {
    let found: Option<UserRow> = users::table.find(user).select(USER).first(connection).optional()?;
    let person = found.filter(|row| row.username != naming::tombstone(UserId(user)).as_str());
    let person = person.ok_or(UnitError::Refused(Refusal::NoSuchUser))?;
    if person.is_superuser && person.is_active && !has_another_superuser(connection, user)? {
        return Err(UnitError::Refused(Refusal::LastSuperuser));
    }
    Ok(person)
}

pub(crate) fn has_another_superuser(connection: &mut AnyConnection, user: i64) -> QueryResult<bool> {
    let another: Option<i64> = users::table
        .filter(users::is_superuser.eq(true).and(users::is_active.eq(true)).and(users::id.ne(user)))
        .select(users::id)
        .first(connection)
        .optional()?;
    Ok(another.is_some())
}

fn depart(connection: &mut AnyConnection, user: i64, by: Option<Actor>) -> Result<Departed, UnitError<Refusal>> {
    take_turns(connection)?;
    let person = may_depart(connection, user)?;
    retire(connection, &person.username)?;
    bury(connection, user)?;
    let ended = Ended::all_of(connection, user)?;
    // The others' counts of blocks stay: one too many costs a look, one too few would let a block be passed over.
    diesel::delete(blocks::table.filter(blocks::blocker_id.eq(user))).execute(connection)?;
    diesel::delete(blocks::table.filter(blocks::blocked_id.eq(user))).execute(connection)?;
    forget(connection, user, &person.email)?;
    clearing::abandon(connection, user)?;
    // Without this row nobody can write to or as the user, on whichever node.
    diesel::delete(feeds::table.find(user)).execute(connection)?;
    if let Some(by) = by {
        audit::write(connection, &by.did(Action::UserDelete, user))?;
    }
    Ok(Departed { name: person.username, ended })
}

/// Of several departures one comes after the other, so that each sees who is left. SQLite has one writer anyway.
pub(crate) fn take_turns(connection: &mut AnyConnection) -> QueryResult<()> {
    if let AnyConnection::Mysql(mysql) = connection {
        let row = settings::table.filter(settings::name.eq("epoch")).select(settings::name);
        row.for_update().first::<String>(mysql)?;
    }
    Ok(())
}

/// Keeps a name, and what looks like it, from being given to anybody.
fn retire(connection: &mut AnyConnection, name: &str) -> QueryResult<()> {
    let name = Username::from_store(name);
    let (hash, look) = (RetiredName::of(&name.key()), Look::of(&name));
    let row = (retired_names::name_hash.eq(hash.0.to_vec()), retired_names::look.eq(look.0.to_vec()));
    diesel::insert_into(retired_names::table).values(row).execute(connection).map(drop)
}

/// Makes a tombstone of a person's row.
fn bury(connection: &mut AnyConnection, user: i64) -> QueryResult<()> {
    let name = naming::tombstone(UserId(user));
    let names = (
        users::username.eq(name.as_str()),
        users::username_key.eq(name.key().as_str().to_owned()),
        users::look.eq(Some(Look::of(&name).0.to_vec())),
        users::display_name.eq(""),
        users::display_key.eq(""),
    );
    let rest = (
        users::email.eq(""),
        users::email_key.eq(None::<&str>),
        users::password.eq("!"),
        users::avatar.eq(None::<&str>),
        users::is_active.eq(false),
        users::is_superuser.eq(false),
        users::receipts.eq(false),
        users::presence.eq(false),
        users::last_seen.eq(None::<i64>),
        users::last_login.eq(0),
    );
    diesel::update(users::table.find(user)).set((names, rest)).execute(connection).map(drop)
}

/// Deletes what is kept of a person in other places.
fn forget(connection: &mut AnyConnection, user: i64, email: &str) -> QueryResult<()> {
    avatars::forget(connection, user)?;
    recovery::end_resets(connection, user)?;
    recovery::end_changes(connection, user)?;
    let unused = invitations::table.filter(invitations::created_by.eq(user).and(invitations::used_at.is_null()));
    diesel::delete(unused).execute(connection)?;
    diesel::delete(invitations::table.filter(invitations::used_by.eq(user))).execute(connection)?;
    if !email.is_empty() {
        diesel::delete(invitations::table.filter(invitations::email.eq(email))).execute(connection)?;
    }
    // The terms of what they wrote and read; the others have their own.
    diesel::delete(search_blocks::table.filter(search_blocks::user_id.eq(user))).execute(connection)?;
    diesel::delete(events::table.filter(events::user_id.eq(user))).execute(connection).map(drop)
}

/// Whether a name had somebody who is gone.
pub(crate) fn is_retired(connection: &mut AnyConnection, name: RetiredName) -> QueryResult<bool> {
    let found: Option<Vec<u8>> = retired_names::table
        .filter(retired_names::name_hash.eq(name.0.to_vec()))
        .select(retired_names::name_hash)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// Whether a name of this look had somebody who is gone.
pub(crate) fn is_retired_look(connection: &mut AnyConnection, look: Look) -> QueryResult<bool> {
    let found: Option<Vec<u8>> = retired_names::table
        .filter(retired_names::look.eq(look.0.to_vec()))
        .select(retired_names::look)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}
