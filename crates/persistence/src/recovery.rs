//! The store of resets and changes of addresses.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::credential::Credential;
use chatapp_domain::link::LinkHash;
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::recovery::RecoveryStore;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, EmailKey, User, UserId};
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::database::{Database, Never, WriteError};
use crate::ended::Ended;
use crate::error::{UnitError, is_duplicate};
use crate::rows::{USER, UserRow};
use crate::schema::{email_changes, password_resets, users};
use crate::users::by_address;

/// Whom a reset is kept for when nobody has the address.
const NOBODY: i64 = 0;

impl Database {
    /// The store of resets and changes of addresses.
    pub fn recovery(&self) -> Arc<dyn RecoveryStore> {
        Arc::new(Recovery(self.clone()))
    }
}

struct Recovery(Database);

#[async_trait]
impl RecoveryStore for Recovery {
    async fn begin_reset(
        &self,
        email: &EmailKey,
        token: LinkHash,
        expires_at: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        let email = email.clone();
        let begun = self.0.write::<_, Never>(move |c| begin_reset(c, &email, token, expires_at), |_| ());
        Ok(begun.await?.map(User::from))
    }

    async fn reset_of(&self, token: LinkHash, now: Timestamp) -> Result<Option<User>, StoreError> {
        Ok(self.0.read_unfiled(move |connection| reset_of(connection, token, now)).await?.map(User::from))
    }

    async fn reset(
        &self,
        token: LinkHash,
        password: PasswordHash,
        now: Timestamp,
    ) -> Result<Option<(User, Vec<Credential>)>, StoreError> {
        let reset = self.0.ending::<_, Never>(move |connection| reset(connection, token, &password, now));
        let (user, ended) = reset.await?;
        Ok(user.map(|user| (user.into(), ended)))
    }

    async fn propose_email(
        &self,
        user: UserId,
        email: &Email,
        token: LinkHash,
        expires_at: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        let email = email.clone();
        let proposed = self.0.write::<_, Never>(move |c| propose(c, user, &email, token, expires_at), |_| ());
        Ok(proposed.await?.map(User::from))
    }

    async fn pending_email(&self, user: UserId, now: Timestamp) -> Result<Option<String>, StoreError> {
        self.0
            .read_unfiled(move |connection| {
                email_changes::table
                    .filter(email_changes::user_id.eq(user.0).and(email_changes::expires_at.gt(now.as_micros())))
                    .select(email_changes::email)
                    .first(connection)
                    .optional()
            })
            .await
    }

    async fn withdraw_email(&self, user: UserId) -> Result<(), StoreError> {
        Ok(self.0.write::<_, Never>(move |connection| Ok(end_changes(connection, user.0)?), |_| ()).await?)
    }

    async fn confirm_email(&self, token: LinkHash, now: Timestamp) -> Result<Option<UserId>, StoreError> {
        match self.0.write(move |connection| confirm_email(connection, token, now), |_| ()).await {
            Ok(user) => Ok(Some(UserId(user))),
            Err(WriteError::Refused(NotValid)) => Ok(None),
            Err(WriteError::Store(error)) => Err(error),
        }
    }

    async fn purge(&self, now: Timestamp) -> Result<usize, StoreError> {
        let now = now.as_micros();
        let purged = self.0.write::<_, Never>(
            move |connection| {
                let resets = diesel::delete(password_resets::table.filter(password_resets::expires_at.le(now)));
                let resets = resets.execute(connection)?;
                let changes = diesel::delete(email_changes::table.filter(email_changes::expires_at.le(now)));
                Ok(resets + changes.execute(connection)?)
            },
            |_| (),
        );
        Ok(purged.await?)
    }
}

/// What was to be confirmed is not (any more) what it was.
struct NotValid;

/// Ends whatever resets a user has.
pub(crate) fn end_resets(connection: &mut AnyConnection, user: i64) -> QueryResult<()> {
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(user))).execute(connection)?;
    Ok(())
}

pub(crate) fn end_changes(connection: &mut AnyConnection, user: i64) -> QueryResult<()> {
    diesel::delete(email_changes::table.filter(email_changes::user_id.eq(user))).execute(connection)?;
    Ok(())
}

fn begin_reset<E>(
    connection: &mut AnyConnection,
    email: &EmailKey,
    token: LinkHash,
    expires_at: Timestamp,
) -> Result<Option<UserRow>, UnitError<E>> {
    let user = by_address(connection, email.as_str())?.filter(|user| user.is_active);
    let id = user.as_ref().map_or(NOBODY, |user| user.id);
    begin_reset_of(connection, id, token, expires_at)?;
    Ok(user)
}

fn begin_reset_of(connection: &mut AnyConnection, id: i64, token: LinkHash, expires_at: Timestamp) -> QueryResult<()> {
    end_resets(connection, id)?;
    let row = (
        password_resets::token_hash.eq(&token.0[..]),
        password_resets::user_id.eq(id),
        password_resets::expires_at.eq(expires_at.as_micros()),
    );
    diesel::insert_into(password_resets::table).values(row).execute(connection).map(drop)
}

/// Writes for nobody what would be written for somebody, so that it takes as long.
pub(crate) fn begin_nobodys(connection: &mut AnyConnection, token: LinkHash, expires_at: Timestamp) -> QueryResult<()> {
    begin_reset_of(connection, NOBODY, token, expires_at)
}

fn reset_of(connection: &mut AnyConnection, token: LinkHash, now: Timestamp) -> QueryResult<Option<UserRow>> {
    password_resets::table
        .inner_join(users::table.on(users::id.eq(password_resets::user_id)))
        .filter(password_resets::token_hash.eq(&token.0[..]))
        .filter(password_resets::expires_at.gt(now.as_micros()).and(users::is_active.eq(true)))
        .select(USER)
        .first(connection)
        .optional()
}

fn reset<E>(
    connection: &mut AnyConnection,
    token: LinkHash,
    password: &PasswordHash,
    now: Timestamp,
) -> Result<(Option<UserRow>, Ended), UnitError<E>> {
    let nothing = || Ok((None, Ended::default()));
    let Some(user) = reset_of(connection, token, now)? else { return nothing() };
    // Of several at once, the one whose statement removed the row has the link.
    let this = password_resets::table.filter(password_resets::token_hash.eq(&token.0[..]));
    if diesel::delete(this).execute(connection)? == 0 {
        return nothing();
    }
    end_resets(connection, user.id)?;
    // First this: a log-in or a new token at the same time waits for it, or is there to be ended.
    diesel::update(users::table.find(user.id)).set(users::password.eq(&password.0)).execute(connection)?;
    let ended = Ended::all_of(connection, user.id)?;
    Ok((Some(user), ended))
}

fn propose<E>(
    connection: &mut AnyConnection,
    user: UserId,
    email: &Email,
    token: LinkHash,
    expires_at: Timestamp,
) -> Result<Option<UserRow>, UnitError<E>> {
    end_changes(connection, user.0)?;
    // Whoever is leaving just now leaves no wish behind.
    let person = users::table.filter(users::id.eq(user.0).and(users::is_active.eq(true))).select(users::id);
    let person: Option<i64> = match connection {
        AnyConnection::Sqlite(c) => person.first(c).optional()?,
        AnyConnection::Mysql(c) => person.for_update().first(c).optional()?,
    };
    if person.is_none() {
        return Ok(None);
    }
    let row = (
        email_changes::token_hash.eq(&token.0[..]),
        email_changes::user_id.eq(user.0),
        email_changes::email.eq(email.as_str()),
        email_changes::expires_at.eq(expires_at.as_micros()),
    );
    diesel::insert_into(email_changes::table).values(row).execute(connection)?;
    let owner = match email.key() {
        Some(key) => by_address(connection, key.as_str())?,
        None => None,
    };
    Ok(owner.filter(|owner| owner.id != user.0))
}

fn confirm_email(connection: &mut AnyConnection, token: LinkHash, now: Timestamp) -> Result<i64, UnitError<NotValid>> {
    let not_valid = || UnitError::Refused(NotValid);
    let this = || email_changes::table.filter(email_changes::token_hash.eq(&token.0[..]));
    let wish: Option<(i64, String)> = this()
        .filter(email_changes::expires_at.gt(now.as_micros()))
        .select((email_changes::user_id, email_changes::email))
        .first(connection)
        .optional()?;
    let (user, email) = wish.ok_or_else(not_valid)?;
    // Of several at once, the one whose statement removed the row has the link.
    if diesel::delete(this()).execute(connection)? == 0 {
        return Err(not_valid());
    }
    let address = (users::email.eq(&email), users::email_key.eq(Some(EmailKey::of(&email).as_str().to_owned())));
    let changed = diesel::update(users::table.find(user)).set(address).execute(connection);
    changed.map_err(|error| if is_duplicate(&error) { not_valid() } else { UnitError::Database(error) })?;
    end_changes(connection, user)?;
    end_resets(connection, user)?;
    Ok(user)
}
