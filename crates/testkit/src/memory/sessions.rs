//! Sessions in memory.

use std::collections::HashSet;

use async_trait::async_trait;
use chatapp_domain::password::PasswordMark;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::roster::Alive;
use chatapp_domain::ports::sessions::SessionStore;
use chatapp_domain::session::{ActiveSession, Lifetime, NewSession, Session, SessionId, SessionKey};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};

use super::{MemoryStores, State};

pub(super) struct Kept {
    key: SessionKey,
    session: Session,
}

impl Kept {
    pub(super) fn is_of(&self, user: UserId, alive: Alive) -> bool {
        self.session.user == user && alive.lifetime.covers(&self.session, alive.now)
    }
}

#[async_trait]
impl SessionStore for MemoryStores {
    async fn open(&self, new: NewSession) -> Result<Option<SessionId>, StoreError> {
        self.unit(|state| {
            let person = state.users.get(&new.user).filter(|person| person.user.is_active)?;
            if PasswordMark::of(&person.password) != new.password {
                return None;
            }
            state.change(new.user, |person| person.last_login = Some(new.opened_at));
            state.last_session += 1;
            let id = SessionId(state.last_session);
            let session = Session {
                id,
                user: new.user,
                opened_at: new.opened_at,
                used_at: new.opened_at,
                confirmed_at: new.opened_at,
                device: new.device,
                address: new.address,
            };
            state.sessions.insert(id, Kept { key: new.key, session });
            Some(id)
        })
    }

    async fn find(
        &self,
        key: SessionKey,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Option<ActiveSession>, StoreError> {
        self.unit(|state| {
            let session = state.sessions.values().find(|kept| kept.key == key)?.session.clone();
            let user = state.counts(&session, now, lifetime)?.clone();
            Some(ActiveSession { session, user })
        })
    }

    async fn touch(&self, key: SessionKey, now: Timestamp) -> Result<(), StoreError> {
        self.unit(|state| {
            for kept in state.sessions.values_mut().filter(|kept| kept.key == key) {
                kept.session.used_at = kept.session.used_at.max(now);
            }
        })
    }

    async fn confirm(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.unit(|state| {
            if let Some(kept) = state.sessions.get_mut(&id) {
                kept.session.confirmed_at = now;
            }
        })
    }

    async fn confirmed_at(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError> {
        self.unit(|state| state.sessions.get(&id).map(|kept| kept.session.confirmed_at))
    }

    async fn list(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        self.unit(|state| {
            let newest_first = state.sessions.values().rev().map(|kept| &kept.session);
            let limit = usize::try_from(Session::LISTED).unwrap_or(usize::MAX);
            newest_first.filter(|session| session.user == user).take(limit).cloned().collect()
        })
    }

    async fn change_key(&self, old: SessionKey, new: SessionKey) -> Result<(), StoreError> {
        self.unit(|state| {
            for kept in state.sessions.values_mut().filter(|kept| kept.key == old) {
                kept.key = new;
            }
        })
    }

    async fn close(&self, key: SessionKey) -> Result<Option<(UserId, SessionId)>, StoreError> {
        self.unit(|state| {
            let id = state.sessions.values().find(|kept| kept.key == key)?.session.id;
            let kept = state.sessions.remove(&id)?;
            Some((kept.session.user, id))
        })
    }

    async fn close_one(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.unit(|state| !state.forget_sessions(|session| session.user == user && session.id == id).is_empty())
    }

    async fn close_all(&self, user: UserId, except: Option<SessionId>) -> Result<Vec<SessionId>, StoreError> {
        self.unit(|state| state.forget_sessions(|session| session.user == user && Some(session.id) != except))
    }

    async fn ended_among(
        &self,
        ids: Vec<SessionId>,
        now: Timestamp,
        lifetime: Lifetime,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.unit(|state| {
            let counts = |id: &SessionId| {
                let kept = state.sessions.get(id);
                kept.is_some_and(|kept| state.counts(&kept.session, now, lifetime).is_some())
            };
            ids.into_iter().filter(|id| !counts(id)).collect()
        })
    }

    async fn purge(&self, now: Timestamp, lifetime: Lifetime) -> Result<usize, StoreError> {
        self.unit(|state| {
            state.forget_sessions(|session| session.opened_at <= now && !lifetime.covers(session, now)).len()
        })
    }
}

impl State {
    /// The user of a session, if it counts.
    fn counts(&self, session: &Session, now: Timestamp, lifetime: Lifetime) -> Option<&User> {
        let user = &self.users.get(&session.user)?.user;
        (user.is_active && lifetime.covers(session, now)).then_some(user)
    }

    pub(super) fn forget_sessions(&mut self, which: impl Fn(&Session) -> bool) -> Vec<SessionId> {
        let over = self.sessions.values().map(|kept| &kept.session).filter(|session| which(session));
        let over: HashSet<SessionId> = over.map(|session| session.id).collect();
        self.sessions.retain(|id, _| !over.contains(id));
        over.into_iter().collect()
    }
}
