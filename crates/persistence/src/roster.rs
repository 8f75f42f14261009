//! The store of people, as those who administer see and change them. Each change, its end of sessions and tokens, and its
//! entry in the log are one transaction.

mod list;

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::credential::Credential;
use chatapp_domain::naming;
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::roster::{Alive, ChangeMemberError, RosterStore};
use chatapp_domain::ports::users::CreateUserError;
use chatapp_domain::roster::{Changed, Member, MemberChange, NewMember, RosterQuery};
use chatapp_domain::user::{DisplayName, Email, EmailKey, User, UserId};
use diesel::prelude::*;

use crate::audit;
use crate::connection::AnyConnection;
use crate::database::{Database, WriteError};
use crate::departures::{has_another_superuser, take_turns};
use crate::ended::Ended;
use crate::error::{UnitError, is_duplicate};
use crate::recovery;
use crate::rows::{USER, UserRow};
use crate::schema::users;
use crate::users::{NameTaken, by_address, display_key, insert};

impl Database {
    /// The store of people, for those who administer.
    pub fn roster(&self) -> Arc<dyn RosterStore> {
        Arc::new(Roster(self.clone()))
    }
}

struct Roster(Database);

/// Why an account stays as it is.
enum Refusal {
    LastSuperuser,
    NoSuchUser,
}

#[async_trait]
impl RosterStore for Roster {
    async fn list(&self, query: RosterQuery, alive: Alive) -> Result<Vec<Member>, StoreError> {
        self.0.read(move |connection| list::list(connection, &query, alive)).await
    }

    async fn find(&self, username: &str, alive: Alive) -> Result<Option<Member>, StoreError> {
        let name = username.to_owned();
        self.0.read(move |connection| list::find(connection, &name, alive)).await
    }

    async fn add(&self, new: NewMember, by: Actor) -> Result<User, CreateUserError> {
        let added = self.0.write(move |connection| add(connection, &new, by), |_| ()).await;
        added.map_err(|error| match error {
            WriteError::Refused(NameTaken) => CreateUserError::NameTaken,
            WriteError::Store(error) => CreateUserError::Store(error),
        })
    }

    async fn change(&self, user: UserId, change: MemberChange, by: Actor) -> Result<Changed, ChangeMemberError> {
        let (user, ended) = self.end(move |connection| change_one(connection, user, change.clone(), by)).await?;
        Ok(Changed { user, ended: ended.credentials() })
    }

    async fn set_password(
        &self,
        user: UserId,
        password: PasswordHash,
        by: Actor,
    ) -> Result<Vec<Credential>, ChangeMemberError> {
        let ended = self.end(move |connection| set_password(connection, user, &password, by)).await?;
        Ok(ended.credentials())
    }

    async fn end_sessions(&self, user: UserId, by: Actor) -> Result<Vec<Credential>, ChangeMemberError> {
        let ended = self.end(move |connection| end_sessions(connection, user, by)).await?;
        Ok(ended.credentials())
    }
}

impl Roster {
    /// Runs a unit that may end what somebody opened, and lets nobody remember who they were.
    async fn end<T: Send + 'static>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<Refusal>> + Send + 'static,
    ) -> Result<T, ChangeMemberError> {
        let database = self.0.clone();
        let outcome = self.0.write(unit, move |_| database.memory().forget_credentials()).await;
        if matches!(outcome, Err(WriteError::Store(_))) {
            // Perhaps it was kept, and the answer was lost.
            self.0.memory().forget_credentials();
        }
        Ok(outcome?)
    }
}

impl From<WriteError<Refusal>> for ChangeMemberError {
    fn from(error: WriteError<Refusal>) -> Self {
        match error {
            WriteError::Refused(Refusal::LastSuperuser) => Self::LastSuperuser,
            WriteError::Refused(Refusal::NoSuchUser) => Self::NoSuchUser,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

fn add(connection: &mut AnyConnection, new: &NewMember, by: Actor) -> Result<User, UnitError<NameTaken>> {
    let mut user = insert(connection, &new.user)?;
    if !new.display_name.as_str().is_empty() {
        rename(connection, user.id, &new.display_name)?;
        new.display_name.as_str().clone_into(&mut user.display_name);
    }
    audit::write(connection, &new.entry(by, user.id))?;
    Ok(user)
}

fn change_one(
    connection: &mut AnyConnection,
    id: UserId,
    change: MemberChange,
    by: Actor,
) -> Result<(User, Ended), UnitError<Refusal>> {
    // Those who are left must be the same until the commit.
    take_turns(connection)?;
    let user = person(connection, id)?;
    let change = change.news_for(&user);
    if change.unmakes_superuser(&user) && !has_another_superuser(connection, id.0)? {
        return Err(UnitError::Refused(Refusal::LastSuperuser));
    }
    let mut ended = Ended::default();
    if let Some(active) = change.is_active {
        // First this: a log-in at the same time waits for it, or its session is there to be ended.
        diesel::update(users::table.find(id.0)).set(users::is_active.eq(active)).execute(connection)?;
        if !active {
            ended = Ended::all_of(connection, id.0)?;
        }
    }
    if let Some(superuser) = change.is_superuser {
        diesel::update(users::table.find(id.0)).set(users::is_superuser.eq(superuser)).execute(connection)?;
    }
    if let Some(name) = &change.display_name {
        rename(connection, id, name)?;
    }
    if let Some(email) = &change.email {
        move_address(connection, id, email)?;
    }
    if let Some(entry) = change.entry(by, id) {
        audit::write(connection, &entry)?;
    }
    Ok((person(connection, id)?, ended))
}

/// Somebody who is not deleted.
fn person(connection: &mut AnyConnection, id: UserId) -> Result<User, UnitError<Refusal>> {
    let found: Option<UserRow> = users::table.find(id.0).select(USER).first(connection).optional()?;
    let found = found.map(User::from).filter(|user| !user.is_deleted());
    found.ok_or(UnitError::Refused(Refusal::NoSuchUser))
}

fn rename(connection: &mut AnyConnection, id: UserId, name: &DisplayName) -> QueryResult<()> {
    let names = (users::display_name.eq(name.as_str()), users::display_key.eq(display_key(name)));
    diesel::update(users::table.find(id.0)).set(names).execute(connection).map(drop)
}

/// Gives somebody another address, by which they are found unless somebody else is.
fn move_address(connection: &mut AnyConnection, id: UserId, email: &Email) -> QueryResult<()> {
    recovery::end_resets(connection, id.0)?;
    recovery::end_changes(connection, id.0)?;
    let owner = match email.key() {
        Some(key) => by_address(connection, key.as_str())?,
        None => None,
    };
    let is_free = owner.is_none_or(|owner| owner.id == id.0);
    let key = email.key().filter(|_| is_free);
    let mut set = |key: Option<&EmailKey>| {
        let address = (users::email.eq(email.as_str()), users::email_key.eq(key.map(EmailKey::as_str)));
        diesel::update(users::table.find(id.0)).set(address).execute(connection)
    };
    match set(key.as_ref()) {
        // Somebody else was just faster to the address.
        Err(error) if is_duplicate(&error) => set(None).map(drop),
        outcome => outcome.map(drop),
    }
}

fn set_password(
    connection: &mut AnyConnection,
    user: UserId,
    password: &PasswordHash,
    by: Actor,
) -> Result<Ended, UnitError<Refusal>> {
    recovery::end_resets(connection, user.0)?;
    let tombstone = naming::tombstone(user);
    let living = users::table.filter(users::id.eq(user.0).and(users::username.ne(tombstone.as_str())));
    if diesel::update(living).set(users::password.eq(&password.0)).execute(connection)? == 0 {
        return Err(UnitError::Refused(Refusal::NoSuchUser));
    }
    let ended = Ended::all_of(connection, user.0)?;
    audit::write(connection, &by.did(Action::UserPassword, user.0))?;
    Ok(ended)
}

fn end_sessions(connection: &mut AnyConnection, user: UserId, by: Actor) -> Result<Ended, UnitError<Refusal>> {
    let ended = Ended::sessions_of(connection, user.0)?;
    if ended.count() > 0 {
        audit::write(connection, &by.did(Action::UserSessions, user.0).with("ended", ended.count()))?;
    }
    Ok(ended)
}
