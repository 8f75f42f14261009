//! The store of personal access tokens, with a memory of about a second in front.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::tokens::{AddTokenError, TokenStore};
use chatapp_domain::time::Timestamp;
use chatapp_domain::token::{ActiveToken, NewToken, Scope, Token, TokenId, TokenKey};
use chatapp_domain::user::{User, UserId};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never, WriteError};
use crate::error::UnitError;
use crate::recent::{Recent, SecretHash};
use crate::rows::{USER, UserRow};
use crate::schema::{tokens, users};

impl Database {
    /// The store of personal access tokens.
    pub fn tokens(&self) -> Arc<dyn TokenStore> {
        Arc::new(Tokens(self.clone()))
    }
}

struct Tokens(Database);

type TokenColumns = (
    tokens::id,
    tokens::user_id,
    tokens::name,
    tokens::may_write,
    tokens::prefix,
    tokens::created_at,
    tokens::expires_at,
    tokens::used_at,
);

const TOKEN: TokenColumns = (
    tokens::id,
    tokens::user_id,
    tokens::name,
    tokens::may_write,
    tokens::prefix,
    tokens::created_at,
    tokens::expires_at,
    tokens::used_at,
);

#[derive(Clone, Debug, Queryable)]
struct TokenRow {
    id: i64,
    user_id: i64,
    name: String,
    may_write: bool,
    prefix: String,
    created_at: i64,
    expires_at: Option<i64>,
    used_at: Option<i64>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: TokenId(row.id),
            user: UserId(row.user_id),
            name: row.name,
            scope: if row.may_write { Scope::Write } else { Scope::Read },
            prefix: row.prefix,
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_micros),
            used_at: row.used_at.map(Timestamp::from_micros),
        }
    }
}

#[async_trait]
impl TokenStore for Tokens {
    async fn add(&self, new: NewToken) -> Result<Token, AddTokenError> {
        match self.0.write_aside(move |connection| add(connection, &new), |_| ()).await {
            Ok(row) => Ok(row.into()),
            Err(WriteError::Refused(TooMany)) => Err(AddTokenError::TooMany),
            Err(WriteError::Store(error)) => Err(error.into()),
        }
    }

    async fn find(&self, key: TokenKey, now: Timestamp) -> Result<Option<ActiveToken>, StoreError> {
        let found = self.memory().find(&key.0, self.load(key)).await?;
        Ok(found.filter(|active| active.token.counts(now)))
    }

    async fn touch(&self, key: TokenKey, now: Timestamp) -> Result<(), StoreError> {
        let now = now.as_micros();
        let touched = self.0.write_aside::<_, Never>(
            move |connection| {
                let earlier = tokens::used_at.is_null().or(tokens::used_at.lt(now));
                let token = diesel::update(tokens::table.filter(tokens::key_hash.eq(&key.0[..])).filter(earlier));
                token.set(tokens::used_at.eq(now)).execute(connection)?;
                Ok(())
            },
            |_| (),
        );
        touched.await?;
        self.memory().refresh(&key.0);
        Ok(())
    }

    async fn list(&self, user: UserId) -> Result<Vec<Token>, StoreError> {
        let rows = self.0.read_unfiled(move |connection| {
            let theirs = tokens::table.filter(tokens::user_id.eq(user.0));
            theirs.order(tokens::id.desc()).select(TOKEN).load::<TokenRow>(connection)
        });
        Ok(rows.await?.into_iter().map(Token::from).collect())
    }

    async fn remove(&self, user: UserId, id: TokenId) -> Result<bool, StoreError> {
        let unit = move |connection: &mut AnyConnection| {
            let this = tokens::table.filter(tokens::id.eq(id.0).and(tokens::user_id.eq(user.0)));
            let key: Option<Vec<u8>> = this.select(tokens::key_hash).first(connection).optional()?;
            let removed = diesel::delete(this).execute(connection)?;
            Ok((key, removed > 0))
        };
        let (_, removed) = self.end(unit, |(key, _)| key.iter().filter_map(|key| hash_of(key)).collect()).await?;
        Ok(removed)
    }

    async fn remove_all(&self, user: UserId) -> Result<Vec<TokenId>, StoreError> {
        let unit = move |connection: &mut AnyConnection| {
            let theirs = tokens::table.filter(tokens::user_id.eq(user.0));
            let ended: Vec<(i64, Vec<u8>)> = theirs.select((tokens::id, tokens::key_hash)).load(connection)?;
            let ids: Vec<i64> = ended.iter().map(|(id, _)| *id).collect();
            if !ids.is_empty() {
                diesel::delete(tokens::table.filter(tokens::id.eq_any(ids))).execute(connection)?;
            }
            Ok(ended)
        };
        let ended = self.end(unit, |ended| ended.iter().filter_map(|(_, key)| hash_of(key)).collect()).await?;
        Ok(ended.into_iter().map(|(id, _)| TokenId(id)).collect())
    }

    async fn ended_among(&self, ids: Vec<TokenId>, now: Timestamp) -> Result<Vec<TokenId>, StoreError> {
        let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let unexpired = tokens::expires_at.is_null().or(tokens::expires_at.gt(now.as_micros()));
        let alive: Vec<i64> = self
            .0
            .read_unfiled(move |connection| {
                tokens::table
                    .inner_join(users::table.on(users::id.eq(tokens::user_id)))
                    .filter(tokens::id.eq_any(wanted).and(users::is_active.eq(true)))
                    .filter(unexpired)
                    .select(tokens::id)
                    .load(connection)
            })
            .await?;
        Ok(ids.into_iter().filter(|id| !alive.contains(&id.0)).collect())
    }

    async fn purge(&self, before: Timestamp) -> Result<usize, StoreError> {
        let expired = tokens::expires_at.le(before.as_micros());
        let purged = self.0.write_aside::<_, Never>(
            move |connection| Ok(diesel::delete(tokens::table.filter(expired)).execute(connection)?),
            |_| (),
        );
        Ok(purged.await?)
    }
}

impl Tokens {
    fn memory(&self) -> &Recent<SecretHash, ActiveToken> {
        &self.0.memory().tokens
    }

    /// Ends tokens and forgets those that `which` names, also if nobody waits for the answer any more.
    async fn end<T: Send + 'static>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<Never>> + Send + 'static,
        which: impl FnOnce(&T) -> Vec<SecretHash> + Send + 'static,
    ) -> Result<T, StoreError> {
        let memory = self.memory().clone();
        let ended =
            self.0.write_aside::<_, Never>(unit, move |ended| which(ended).iter().for_each(|key| memory.forget(key)));
        let ended = ended.await;
        if ended.is_err() {
            // Perhaps it was kept, and the answer was lost.
            self.memory().forget_all();
        }
        Ok(ended?)
    }

    async fn load(&self, key: TokenKey) -> Result<Option<ActiveToken>, StoreError> {
        let row = self.0.read_unfiled(move |connection| {
            let query = tokens::table
                .inner_join(users::table.on(users::id.eq(tokens::user_id)))
                .filter(tokens::key_hash.eq(&key.0[..]).and(users::is_active.eq(true)))
                .select((TOKEN, USER));
            on_engine!(connection, c => query.first::<(TokenRow, UserRow)>(c)).optional()
        });
        Ok(row.await?.map(|(token, user)| ActiveToken { token: token.into(), user: User::from(user) }))
    }
}

/// The owner has as many as one may have.
struct TooMany;

fn add(connection: &mut AnyConnection, new: &NewToken) -> Result<TokenRow, UnitError<TooMany>> {
    // SQLite has one writer at a time; on MySQL a person's tokens are made one after the other, so that they can be counted.
    if let AnyConnection::Mysql(mysql) = connection {
        users::table.find(new.user.0).select(users::id).for_update().first::<i64>(mysql)?;
    }
    let theirs = || tokens::table.filter(tokens::user_id.eq(new.user.0));
    let expired = tokens::expires_at.le(new.created_at.as_micros());
    diesel::delete(theirs().filter(expired)).execute(connection)?;
    let count: i64 = theirs().count().get_result(connection)?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= Token::MOST {
        return Err(UnitError::Refused(TooMany));
    }
    let row = (
        tokens::key_hash.eq(&new.key.0[..]),
        tokens::user_id.eq(new.user.0),
        tokens::name.eq(new.name.as_str()),
        tokens::prefix.eq(&new.prefix),
        tokens::may_write.eq(new.scope == Scope::Write),
        tokens::created_at.eq(new.created_at.as_micros()),
        tokens::expires_at.eq(new.expires_at.map(Timestamp::as_micros)),
    );
    diesel::insert_into(tokens::table).values(row).execute(connection)?;
    Ok(tokens::table.filter(tokens::key_hash.eq(&new.key.0[..])).select(TOKEN).first(connection)?)
}

pub(crate) fn hash_of(bytes: &[u8]) -> Option<SecretHash> {
    bytes.try_into().ok()
}
