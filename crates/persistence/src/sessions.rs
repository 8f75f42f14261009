//! The store of sessions, with a memory of about a second in front.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::password::{PasswordHash, PasswordMark};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::sessions::SessionStore;
use chatapp_domain::session::{ActiveSession, Lifetime, NewSession, Session, SessionId, SessionKey};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::error::UnitError;
use crate::recent::{Recent, SecretHash};
use crate::rows::{USER, UserRow, columns};
use crate::schema::{sessions, users};

impl Database {
    /// The store of sessions.
    pub fn sessions(&self) -> Arc<dyn SessionStore> {
        Arc::new(Sessions(self.clone()))
    }
}

struct Sessions(Database);

columns!(SESSION, sessions: id, user_id, opened_at, used_at, confirmed_at, device, address);

#[derive(Clone, Debug, Queryable)]
struct SessionRow {
    id: i64,
    user_id: i64,
    opened_at: i64,
    used_at: i64,
    confirmed_at: Option<i64>,
    device: String,
    address: String,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: SessionId(row.id),
            user: UserId(row.user_id),
            opened_at: Timestamp::from_micros(row.opened_at),
            used_at: Timestamp::from_micros(row.used_at),
            confirmed_at: Timestamp::from_micros(row.confirmed_at.unwrap_or(row.opened_at)),
            device: row.device,
            address: row.address,
        }
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn open(&self, session: NewSession) -> Result<Option<SessionId>, StoreError> {
        let opened = self.0.write_aside::<_, Never>(move |connection| open(connection, &session), |_| ());
        Ok(opened.await?.map(SessionId))
    }

    async fn find(
        &self,
        key: SessionKey,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Option<ActiveSession>, StoreError> {
        let found = self.memory().find(&key.0, self.load(key)).await?;
        Ok(found.filter(|active| lifetime.covers(&active.session, now)))
    }

    async fn touch(&self, key: SessionKey, now: Timestamp) -> Result<(), StoreError> {
        let touched = self.0.write_aside::<_, Never>(
            move |connection| {
                let session = diesel::update(sessions::table.filter(sessions::key_hash.eq(&key.0[..])));
                session.set(sessions::used_at.eq(now.as_micros())).execute(connection)?;
                Ok(())
            },
            |_| (),
        );
        touched.await?;
        self.memory().refresh(&key.0);
        Ok(())
    }

    async fn confirm(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        let memory = self.memory().clone();
        let confirmed = self.0.write_aside::<_, Never>(
            move |connection| {
                let this = sessions::table.find(id.0);
                let given = sessions::confirmed_at.eq(Some(now.as_micros()));
                diesel::update(this).set(given).execute(connection)?;
                Ok(this.select(sessions::key_hash).first::<Vec<u8>>(connection).optional()?)
            },
            move |key| key.iter().filter_map(|key| key_of(key)).for_each(|key| memory.refresh(&key.0)),
        );
        confirmed.await?;
        Ok(())
    }

    async fn confirmed_at(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError> {
        let times = self.0.look_up_unfiled(move |connection| {
            let this = sessions::table.find(id.0).select((sessions::opened_at, sessions::confirmed_at));
            on_engine!(connection, c => this.first::<(i64, Option<i64>)>(c)).optional()
        });
        let given = |(opened_at, confirmed_at): (i64, Option<i64>)| confirmed_at.unwrap_or(opened_at);
        Ok(times.await?.map(|times| Timestamp::from_micros(given(times))))
    }

    async fn list(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let rows = self.0.read_unfiled(move |connection| {
            sessions::table
                .filter(sessions::user_id.eq(user.0))
                .order(sessions::id.desc())
                .limit(Session::LISTED)
                .select(SESSION)
                .load::<SessionRow>(connection)
        });
        Ok(rows.await?.into_iter().map(Session::from).collect())
    }

    async fn change_key(&self, old: SessionKey, new: SessionKey) -> Result<(), StoreError> {
        let unit = move |connection: &mut AnyConnection| {
            let session = diesel::update(sessions::table.filter(sessions::key_hash.eq(&old.0[..])));
            session.set(sessions::key_hash.eq(&new.0[..])).execute(connection)?;
            Ok(())
        };
        self.end(unit, move |()| vec![old]).await
    }

    async fn close(&self, key: SessionKey) -> Result<Option<(UserId, SessionId)>, StoreError> {
        let closed = self.end(move |connection| delete(connection, key), move |_| vec![key]).await?;
        Ok(closed.map(|(user, session)| (UserId(user), SessionId(session))))
    }

    async fn close_one(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        let unit = move |connection: &mut AnyConnection| {
            let this = sessions::table.filter(sessions::id.eq(id.0).and(sessions::user_id.eq(user.0)));
            let key: Option<Vec<u8>> = this.select(sessions::key_hash).first(connection).optional()?;
            let removed = diesel::delete(this).execute(connection)?;
            Ok((key, removed > 0))
        };
        let (_, closed) = self.end(unit, |(key, _)| key.iter().filter_map(|key| key_of(key)).collect()).await?;
        Ok(closed)
    }

    async fn close_all(&self, user: UserId, except: Option<SessionId>) -> Result<Vec<SessionId>, StoreError> {
        let kept = except.map_or(0, |session| session.0);
        let unit = move |connection: &mut AnyConnection| {
            let ended: Vec<(i64, Vec<u8>)> = sessions::table
                .filter(sessions::user_id.eq(user.0).and(sessions::id.ne(kept)))
                .select((sessions::id, sessions::key_hash))
                .load(connection)?;
            if !ended.is_empty() {
                let ids: Vec<i64> = ended.iter().map(|(id, _)| *id).collect();
                diesel::delete(sessions::table.filter(sessions::id.eq_any(ids))).execute(connection)?;
            }
            Ok(ended)
        };
        let ended = self.end(unit, |ended| ended.iter().filter_map(|(_, key)| key_of(key)).collect()).await?;
        Ok(ended.into_iter().map(|(id, _)| SessionId(id)).collect())
    }

    async fn ended_among(
        &self,
        ids: Vec<SessionId>,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Vec<SessionId>, StoreError> {
        let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = self.0.read_unfiled(move |connection| {
            sessions::table
                .inner_join(users::table.on(users::id.eq(sessions::user_id)))
                .filter(sessions::id.eq_any(wanted).and(users::is_active.eq(true)))
                .select(SESSION)
                .load::<SessionRow>(connection)
        });
        let found: Vec<Session> = rows.await?.into_iter().map(Session::from).collect();
        let counts = |id: &SessionId| found.iter().any(|found| found.id == *id && lifetime.covers(found, now));
        Ok(ids.into_iter().filter(|id| !counts(id)).collect())
    }

    async fn purge(&self, now: Timestamp, lifetime: Lifetime) -> Result<usize, StoreError> {
        let (unused, old) = (now.before(lifetime.idle).as_micros(), now.before(lifetime.absolute).as_micros());
        let purged = self.0.write_aside::<_, Never>(
            move |connection| {
                let idle = diesel::delete(sessions::table.filter(sessions::used_at.le(unused))).execute(connection)?;
                let aged = diesel::delete(sessions::table.filter(sessions::opened_at.le(old))).execute(connection)?;
                Ok(idle + aged)
            },
            |_| (),
        );
        Ok(purged.await?)
    }
}

impl Sessions {
    fn memory(&self) -> &Recent<SecretHash, ActiveSession> {
        &self.0.memory().sessions
    }

    /// Ends sessions and forgets those that `which` names, also if nobody waits for the answer any more.
    async fn end<T: Send + 'static>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<Never>> + Send + 'static,
        which: impl FnOnce(&T) -> Vec<SessionKey> + Send + 'static,
    ) -> Result<T, StoreError> {
        let memory = self.memory().clone();
        let ended = self
            .0
            .write_aside::<_, Never>(unit, move |ended| which(ended).iter().for_each(|key| memory.forget(&key.0)));
        let ended = ended.await;
        if ended.is_err() {
            // Perhaps it was kept, and the answer was lost.
            self.memory().forget_all();
        }
        Ok(ended?)
    }

    async fn load(&self, key: SessionKey) -> Result<Option<ActiveSession>, StoreError> {
        let row = self.0.look_up_unfiled(move |connection| {
            let query = sessions::table
                .inner_join(users::table.on(users::id.eq(sessions::user_id)))
                .filter(sessions::key_hash.eq(&key.0[..]).and(users::is_active.eq(true)))
                .select((SESSION, USER));
            on_engine!(connection, c => query.first::<(SessionRow, UserRow)>(c)).optional()
        });
        Ok(row.await?.map(|(session, user)| ActiveSession { session: session.into(), user: User::from(user) }))
    }
}

/// Whoever replaces the password waits until this is committed, or else has been here first.
fn open<E>(connection: &mut AnyConnection, session: &NewSession) -> Result<Option<i64>, UnitError<E>> {
    let person = users::table.filter(users::id.eq(session.user.0).and(users::is_active.eq(true)));
    let password: Option<String> = match connection {
        AnyConnection::Sqlite(c) => person.select(users::password).first(c).optional()?,
        AnyConnection::Mysql(c) => person.select(users::password).for_update().first(c).optional()?,
    };
    let mark = password.map(|password| PasswordMark::of(&PasswordHash(password)));
    if mark == Some(session.password) { insert(connection, session).map(Some) } else { Ok(None) }
}

fn insert<E>(connection: &mut AnyConnection, session: &NewSession) -> Result<i64, UnitError<E>> {
    let row = (
        sessions::key_hash.eq(&session.key.0[..]),
        sessions::user_id.eq(session.user.0),
        sessions::opened_at.eq(session.opened_at.as_micros()),
        sessions::used_at.eq(session.opened_at.as_micros()),
        sessions::device.eq(&session.device),
        sessions::address.eq(&session.address),
    );
    diesel::insert_into(sessions::table).values(row).execute(connection)?;
    let logged_in = users::last_login.eq(session.opened_at.as_micros());
    diesel::update(users::table.find(session.user.0)).set(logged_in).execute(connection)?;
    let by_key = sessions::table.filter(sessions::key_hash.eq(&session.key.0[..]));
    Ok(by_key.select(sessions::id).first(connection)?)
}

fn delete<E>(connection: &mut AnyConnection, key: SessionKey) -> Result<Option<(i64, i64)>, UnitError<E>> {
    let this = sessions::table.filter(sessions::key_hash.eq(&key.0[..]));
    let found: Option<(i64, i64)> = this.select((sessions::user_id, sessions::id)).first(connection).optional()?;
    // Of several who end a session at once, the one whose statement removed the row has ended it.
    let removed = diesel::delete(this).execute(connection)?;
    Ok(found.filter(|_| removed > 0))
}

fn key_of(bytes: &[u8]) -> Option<SessionKey> {
    bytes.try_into().ok().map(SessionKey)
}
