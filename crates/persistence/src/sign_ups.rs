//! The store of sign-ups.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::link::LinkHash;
use chatapp_domain::naming::{Look, RetiredName};
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::sign_ups::{CreateFirstError, NameTaken, NewSignUp, Renewed, ReserveError, SignUpStore};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, EmailKey, NewUser, User, Username, UsernameKey};
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::database::{Database, Never, WriteError};
use crate::departures;
use crate::error::{UnitError, is_duplicate};
use crate::invitations;
use crate::recovery;
use crate::schema::{invitations as invited, settings, sign_ups, users};
use crate::users::{InsertError, by_address, insert_at};

impl Database {
    /// The store of sign-ups.
    pub fn sign_ups(&self) -> Arc<dyn SignUpStore> {
        Arc::new(SignUps(self.clone()))
    }
}

struct SignUps(Database);

#[async_trait]
impl SignUpStore for SignUps {
    async fn has_anybody(&self) -> Result<bool, StoreError> {
        self.0.read_unfiled(anybody).await
    }

    async fn who_has(&self, username: &Username, now: Timestamp) -> Result<Option<NameTaken>, StoreError> {
        let names = Names::of(username);
        self.0.read_unfiled(move |connection| who_has(connection, &names, now)).await
    }

    async fn reserve(&self, sign_up: NewSignUp) -> Result<Option<User>, ReserveError> {
        let outcome = self.0.write(move |connection| reserve(connection, &sign_up), |_| ()).await;
        outcome.map_err(|error| match error {
            WriteError::Refused(Refusal::Name(taken)) => ReserveError::Name(taken),
            WriteError::Refused(Refusal::Invitation) => ReserveError::Invitation,
            WriteError::Store(error) => ReserveError::Store(error),
        })
    }

    async fn renew(
        &self,
        username: &UsernameKey,
        email: &EmailKey,
        token: LinkHash,
        now: Timestamp,
    ) -> Result<Option<Renewed>, StoreError> {
        let (username, email) = (username.clone(), email.clone());
        let renewed = self.0.write::<_, Never>(move |c| renew(c, &username, &email, token, now), |_| ());
        Ok(renewed.await?)
    }

    async fn confirm(&self, token: LinkHash, now: Timestamp) -> Result<Option<User>, StoreError> {
        match self.0.write(move |connection| confirm(connection, token, now), |_| ()).await {
            Ok(user) => Ok(Some(user)),
            Err(WriteError::Refused(NotValid)) => Ok(None),
            Err(WriteError::Store(error)) => Err(error),
        }
    }

    async fn create_first(&self, user: NewUser) -> Result<User, CreateFirstError> {
        let outcome = self.0.write(move |connection| create_first(connection, &user), |_| ()).await;
        outcome.map_err(|error| match error {
            WriteError::Refused(NotValid) => CreateFirstError::NotFirst,
            WriteError::Store(error) => CreateFirstError::Store(error),
        })
    }

    async fn purge(&self, now: Timestamp) -> Result<usize, StoreError> {
        let purged = self.0.write::<_, Never>(
            move |connection| {
                let over = sign_ups::table.filter(sign_ups::expires_at.le(now.as_micros()));
                Ok(diesel::delete(over).execute(connection)?)
            },
            |_| (),
        );
        Ok(purged.await?)
    }
}

/// What a name is compared by.
struct Names {
    key: UsernameKey,
    look: Look,
}

impl Names {
    fn of(username: &Username) -> Self {
        Self { key: username.key(), look: Look::of(username) }
    }
}

enum Refusal {
    Name(NameTaken),
    Invitation,
}

/// What was to be confirmed is not (any more) what it was.
struct NotValid;

fn anybody(connection: &mut AnyConnection) -> QueryResult<bool> {
    let some: Option<i64> =
        users::table.filter(users::id.gt(0)).limit(1).select(users::id).first(connection).optional()?;
    Ok(some.is_some())
}

fn who_has(connection: &mut AnyConnection, names: &Names, now: Timestamp) -> QueryResult<Option<NameTaken>> {
    let (key, look, now) = (names.key.as_str(), &names.look.0[..], now.as_micros());
    let users = |connection: &mut AnyConnection, same: bool| -> QueryResult<Option<i64>> {
        let all = users::table.select(users::id);
        let found = match same {
            true => all.filter(users::username_key.eq(key)).first(connection),
            false => all.filter(users::look.eq(look)).first(connection),
        };
        found.optional()
    };
    let waiting = |connection: &mut AnyConnection, same: bool| -> QueryResult<Option<i64>> {
        let all = sign_ups::table.filter(sign_ups::expires_at.gt(now)).select(sign_ups::expires_at);
        let found = match same {
            true => all.filter(sign_ups::username_key.eq(key)).first(connection),
            false => all.filter(sign_ups::look.eq(look)).first(connection),
        };
        found.optional()
    };
    let retired = |connection: &mut AnyConnection, same: bool| match same {
        true => departures::is_retired(connection, RetiredName::of(&names.key)),
        false => departures::is_retired_look(connection, names.look),
    };
    for (same, taken) in [(true, NameTaken::Same), (false, NameTaken::Alike)] {
        if users(connection, same)?.is_some() || waiting(connection, same)?.is_some() || retired(connection, same)? {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

fn reserve(connection: &mut AnyConnection, new: &NewSignUp) -> Result<Option<User>, UnitError<Refusal>> {
    let names = Names::of(&new.username);
    let (key, look) = (names.key.as_str(), &names.look.0[..]);
    let over = || sign_ups::table.filter(sign_ups::expires_at.le(new.at.as_micros()));
    diesel::delete(over().filter(sign_ups::username_key.eq(key))).execute(connection)?;
    diesel::delete(over().filter(sign_ups::look.eq(look))).execute(connection)?;
    if let Some(taken) = who_has(connection, &names, new.at)? {
        return Err(UnitError::Refused(Refusal::Name(taken)));
    }
    let invitation = match new.invitation {
        Some(token) => {
            let counts = invitations::that_counts(connection, token, &new.email, new.at)?;
            Some(counts.ok_or(UnitError::Refused(Refusal::Invitation))?)
        }
        None => None,
    };
    let row = (
        sign_ups::token_hash.eq(&new.token.0[..]),
        sign_ups::username.eq(new.username.as_str()),
        sign_ups::username_key.eq(key),
        sign_ups::look.eq(look),
        sign_ups::email.eq(new.email.as_str()),
        sign_ups::password.eq(&new.password.0),
        sign_ups::invitation_id.eq(invitation),
        sign_ups::expires_at.eq(new.expires_at.as_micros()),
    );
    diesel::insert_into(sign_ups::table).values(row).execute(connection).map_err(|error| {
        // Somebody else was just faster to the name.
        let taken = UnitError::Refused(Refusal::Name(NameTaken::Same));
        if is_duplicate(&error) { taken } else { UnitError::Database(error) }
    })?;
    let owner = match new.email.key() {
        Some(key) => by_address(connection, key.as_str())?,
        None => None,
    };
    Ok(owner.map(User::from))
}

fn renew<E>(
    connection: &mut AnyConnection,
    username: &UsernameKey,
    email: &EmailKey,
    token: LinkHash,
    now: Timestamp,
) -> Result<Option<Renewed>, UnitError<E>> {
    let waiting: Option<(Vec<u8>, String, String)> = sign_ups::table
        .filter(sign_ups::username_key.eq(username.as_str()).and(sign_ups::expires_at.gt(now.as_micros())))
        .select((sign_ups::token_hash, sign_ups::username, sign_ups::email))
        .first(connection)
        .optional()?;
    let Some((old, name, address)) = waiting.filter(|(_, _, address)| EmailKey::of(address) == *email) else {
        recovery::begin_nobodys(connection, token, now)?;
        return Ok(None);
    };
    let this = diesel::update(sign_ups::table.filter(sign_ups::token_hash.eq(old)));
    this.set(sign_ups::token_hash.eq(&token.0[..])).execute(connection)?;
    let owner = by_address(connection, email.as_str())?.map(User::from);
    Ok(Some(Renewed { username: Username::from_store(name), email: Email::from_store(address), owner }))
}

type Waiting = (String, String, String, Option<i64>);

fn confirm(connection: &mut AnyConnection, token: LinkHash, now: Timestamp) -> Result<User, UnitError<NotValid>> {
    let not_valid = || UnitError::Refused(NotValid);
    let this = || sign_ups::table.filter(sign_ups::token_hash.eq(&token.0[..]));
    let waiting: Option<Waiting> = this()
        .filter(sign_ups::expires_at.gt(now.as_micros()))
        .select((sign_ups::username, sign_ups::email, sign_ups::password, sign_ups::invitation_id))
        .first(connection)
        .optional()?;
    let (username, email, password, invitation) = waiting.ok_or_else(not_valid)?;
    // Of several at once, the one whose statement removed the row goes on.
    if diesel::delete(this()).execute(connection)? == 0 {
        return Err(not_valid());
    }
    let unused = |id: i64| invited::table.filter(invited::id.eq(id).and(invited::used_at.is_null()));
    if let Some(id) = invitation
        && diesel::update(unused(id)).set(invited::used_at.eq(Some(now.as_micros()))).execute(connection)? == 0
    {
        return Err(not_valid());
    }
    let user = NewUser {
        username: Username::from_store(username),
        email: Email::from_store(email),
        password: PasswordHash(password),
        is_superuser: false,
        joined_at: now,
    };
    let user = insert_at(connection, &user, user.email.key().as_ref()).map_err(|error| match error {
        InsertError::Database(error) => UnitError::Database(error),
        InsertError::NameTaken | InsertError::AddressTaken => UnitError::Refused(NotValid),
    })?;
    if let Some(id) = invitation {
        diesel::update(invited::table.find(id)).set(invited::used_by.eq(Some(user.id.0))).execute(connection)?;
    }
    Ok(user)
}

fn create_first(connection: &mut AnyConnection, user: &NewUser) -> Result<User, UnitError<NotValid>> {
    // SQLite has one writer at a time; on MySQL whoever wants to be the first waits here for the one before.
    if let AnyConnection::Mysql(mysql) = connection {
        let row = settings::table.filter(settings::name.eq("epoch")).select(settings::name);
        row.for_update().first::<String>(mysql)?;
    }
    if anybody(connection)? {
        return Err(UnitError::Refused(NotValid));
    }
    insert_at(connection, user, user.email.key().as_ref()).map_err(|error| match error {
        InsertError::Database(error) => UnitError::Database(error),
        InsertError::NameTaken | InsertError::AddressTaken => UnitError::Refused(NotValid),
    })
}
