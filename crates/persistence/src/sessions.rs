//! The store of sessions, with a memory of about a second in front.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::sessions::SessionStore;
use chatapp_domain::session::{ActiveSession, Lifetime, NewSession, Session, SessionId, SessionKey};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};
use diesel::prelude::*;
use moka::sync::Cache;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::error::UnitError;
use crate::rows::{USER, UserRow};
use crate::schema::{sessions, users};

/// Sessions that were found just now. What this process ends is forgotten at once; what another process ends counts
/// for as long as an entry lives.
pub(crate) struct Memory(Cache<SessionKey, ActiveSession>);

impl Default for Memory {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(1)).build())
    }
}

impl Memory {
    pub(crate) fn forget_all(&self) {
        self.0.invalidate_all();
    }
}

impl Database {
    /// The store of sessions.
    pub fn sessions(&self) -> Arc<dyn SessionStore> {
        Arc::new(Sessions(self.clone()))
    }
}

struct Sessions(Database);

type SessionColumns =
    (sessions::id, sessions::user_id, sessions::opened_at, sessions::used_at, sessions::device, sessions::address);

const SESSION: SessionColumns =
    (sessions::id, sessions::user_id, sessions::opened_at, sessions::used_at, sessions::device, sessions::address);

#[derive(Clone, Debug, Queryable)]
struct SessionRow {
    id: i64,
    user_id: i64,
    opened_at: i64,
    used_at: i64,
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
            device: row.device,
            address: row.address,
        }
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn open(&self, session: NewSession) -> Result<SessionId, StoreError> {
        let opened = self.0.write::<_, Never>(move |connection| insert(connection, &session), |_| ());
        Ok(SessionId(opened.await?))
    }

    async fn find(
        &self,
        key: SessionKey,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Option<ActiveSession>, StoreError> {
        let memory = &self.0.inner().session_memory.0;
        let found = match memory.get(&key) {
            Some(active) => Some(active),
            None => {
                let found = self.load(key).await?;
                if let Some(active) = &found {
                    memory.insert(key, active.clone());
                }
                found
            }
        };
        Ok(found.filter(|active| lifetime.covers(&active.session, now)))
    }

    async fn touch(&self, key: SessionKey, now: Timestamp) -> Result<(), StoreError> {
        let touched = self.0.write::<_, Never>(
            move |connection| {
                let session = diesel::update(sessions::table.filter(sessions::key_hash.eq(&key.0[..])));
                session.set(sessions::used_at.eq(now.as_micros())).execute(connection)?;
                Ok(())
            },
            |_| (),
        );
        touched.await?;
        self.0.inner().session_memory.0.invalidate(&key);
        Ok(())
    }

    async fn change_key(&self, old: SessionKey, new: SessionKey) -> Result<(), StoreError> {
        let changed = self.0.write::<_, Never>(
            move |connection| {
                let session = diesel::update(sessions::table.filter(sessions::key_hash.eq(&old.0[..])));
                session.set(sessions::key_hash.eq(&new.0[..])).execute(connection)?;
                Ok(())
            },
            |_| (),
        );
        changed.await?;
        self.0.inner().session_memory.0.invalidate(&old);
        Ok(())
    }

    async fn close(&self, key: SessionKey) -> Result<Option<(UserId, SessionId)>, StoreError> {
        let closed = self.0.write::<_, Never>(move |connection| delete(connection, key), |_| ()).await;
        // Forgotten after the row is gone, so that nobody remembers it anew in between.
        self.0.inner().session_memory.0.invalidate(&key);
        Ok(closed?.map(|(user, session)| (UserId(user), SessionId(session))))
    }

    async fn close_all(&self, user: UserId, except: Option<SessionId>) -> Result<Vec<SessionId>, StoreError> {
        let kept = except.map_or(0, |session| session.0);
        let ended = self.0.write::<_, Never>(
            move |connection| {
                let ended: Vec<i64> = sessions::table
                    .filter(sessions::user_id.eq(user.0).and(sessions::id.ne(kept)))
                    .select(sessions::id)
                    .load(connection)?;
                if !ended.is_empty() {
                    let these = sessions::table.filter(sessions::id.eq_any(ended.clone()));
                    diesel::delete(these).execute(connection)?;
                }
                Ok(ended)
            },
            |_| (),
        );
        let ended = ended.await?;
        self.0.inner().session_memory.forget_all();
        Ok(ended.into_iter().map(SessionId).collect())
    }

    async fn ended_among(
        &self,
        ids: Vec<SessionId>,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Vec<SessionId>, StoreError> {
        let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = self.0.read(move |connection| {
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
        let purged = self.0.write::<_, Never>(
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
    async fn load(&self, key: SessionKey) -> Result<Option<ActiveSession>, StoreError> {
        let row = self.0.read(move |connection| {
            let query = sessions::table
                .inner_join(users::table.on(users::id.eq(sessions::user_id)))
                .filter(sessions::key_hash.eq(&key.0[..]).and(users::is_active.eq(true)))
                .select((SESSION, USER));
            on_engine!(connection, c => query.first::<(SessionRow, UserRow)>(c)).optional()
        });
        Ok(row.await?.map(|(session, user)| ActiveSession { session: session.into(), user: User::from(user) }))
    }
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
