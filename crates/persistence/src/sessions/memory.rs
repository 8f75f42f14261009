//! Sessions that were found just now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chatapp_domain::session::{ActiveSession, SessionKey};
use moka::sync::Cache;

/// How many counters the keys share. An end costs the keys that share its counter one look-up.
const STRIPES: usize = 1024;

/// Remembers sessions for about a second. What this process ends is forgotten at once; what another process ends counts
/// for as long as an entry lives. Clones share one memory.
#[derive(Clone)]
pub(crate) struct Memory {
    found: Cache<SessionKey, Entry>,
    /// How many sessions with a key of each stripe have ended.
    ends: Arc<[AtomicU64]>,
}

/// What was found, by a look-up that began after so many ends. One more, and it is worth nothing: the look-up may have
/// seen the row that was deleted, however late it is remembered.
#[derive(Clone)]
struct Entry {
    active: ActiveSession,
    ends: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self::lasting(Duration::from_secs(1))
    }
}

impl Memory {
    fn lasting(life: Duration) -> Self {
        let found = Cache::builder().max_capacity(20_000).time_to_live(life).build();
        Self { found, ends: (0..STRIPES).map(|_| AtomicU64::new(0)).collect() }
    }

    /// What is remembered of a key, or else what `look_up` finds.
    pub(super) async fn find<E>(
        &self,
        key: SessionKey,
        look_up: impl Future<Output = Result<Option<ActiveSession>, E>>,
    ) -> Result<Option<ActiveSession>, E> {
        let ends = self.ends_of(&key).load(Ordering::SeqCst);
        if let Some(entry) = self.found.get(&key).filter(|entry| entry.ends == ends) {
            return Ok(Some(entry.active));
        }
        let found = look_up.await?;
        if let Some(active) = &found {
            self.found.insert(key, Entry { active: active.clone(), ends });
        }
        Ok(found)
    }

    /// Lets the next request look the session up anew: it has changed.
    pub(super) fn refresh(&self, key: &SessionKey) {
        self.found.invalidate(key);
    }

    /// Forgets a session that has ended, and what is being looked up of it just now. To be called after the commit:
    /// whoever looks afterwards finds no row.
    pub(super) fn forget(&self, key: &SessionKey) {
        self.ends_of(key).fetch_add(1, Ordering::SeqCst);
    }

    /// The same for every session.
    pub(crate) fn forget_all(&self) {
        for ends in &*self.ends {
            ends.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Keys are hashes, so any of their bytes spread well.
    fn ends_of(&self, key: &SessionKey) -> &AtomicU64 {
        let stripe = usize::from(u16::from_le_bytes([key.0[0], key.0[1]])) % STRIPES;
        &self.ends[stripe]
    }
}

#[cfg(test)]
mod tests {
    use chatapp_domain::ports::StoreError;
    use chatapp_domain::session::{Lifetime, NewSession, Session, SessionId};
    use chatapp_domain::user::UserId;
    use chatapp_testkit::builders::{self, NEW_YEAR};

    use super::*;
    use crate::Database;
    use crate::sessions::Sessions;
    use crate::support::{self, Scratch};

    /// Every way to end a session.
    #[derive(Clone, Copy, Debug)]
    enum End {
        ByKey,
        ById,
        WithAll,
        OfTheUser,
    }

    const ENDS: [End; 4] = [End::ByKey, End::ById, End::WithAll, End::OfTheUser];

    async fn end(database: &Database, how: End, key: SessionKey, user: UserId, id: SessionId) {
        let sessions = database.sessions();
        match how {
            End::ByKey => assert!(sessions.close(key).await.unwrap().is_some()),
            End::ById => assert!(sessions.close_one(user, id).await.unwrap()),
            End::WithAll => assert_eq!(sessions.close_all(user, None).await.unwrap(), [id]),
            End::OfTheUser => database.users().set_active(user, false).await.unwrap(),
        }
    }

    /// A request looks its session up, and the session ends before it is remembered.
    async fn an_end_during_a_look_up_counts(scratch: &Scratch) {
        let database = &scratch.database;
        for (number, how) in (1_u8..).zip(ENDS) {
            let new = builders::a_new_user(&format!("ada{number}"));
            let user = database.users().create(new).await.unwrap().id;
            let key = SessionKey([number; 32]);
            let (device, address) = (String::new(), String::new());
            let new = NewSession { key, user, opened_at: NEW_YEAR, device, address };
            let id = database.sessions().open(new).await.unwrap();
            let look_up = async {
                let found = Sessions(database.clone()).load(key).await;
                end(database, how, key, user, id).await;
                found
            };
            let memory = &database.inner().session_memory;
            assert!(memory.find(key, look_up).await.unwrap().is_some(), "{how:?}: the request began before the end");
            let next = database.sessions().find(key, NEW_YEAR, Lifetime::default()).await.unwrap();
            assert_eq!(next, None, "{how:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_end_during_a_look_up_counts_on_sqlite() {
        an_end_during_a_look_up_counts(&support::sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_end_during_a_look_up_counts_on_mariadb() {
        let Some(scratch) = support::mysql() else { return };
        an_end_during_a_look_up_counts(&scratch).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_found_is_not_looked_up_again_until_a_session_of_its_stripe_ends() {
        let scratch = support::sqlite();
        let user = scratch.database.users().create(builders::a_new_user("ada")).await.unwrap();
        let session = Session {
            id: SessionId(1),
            user: user.id,
            opened_at: NEW_YEAR,
            used_at: NEW_YEAR,
            device: String::new(),
            address: String::new(),
        };
        let active = ActiveSession { session, user };
        let memory = Memory::lasting(Duration::from_secs(3600));
        let (key, elsewhere) = (SessionKey([1; 32]), SessionKey([2; 32]));
        let looked_up = async || {
            let mut looked = false;
            let look_up = async {
                looked = true;
                Ok::<_, StoreError>(Some(active.clone()))
            };
            assert_eq!(memory.find(key, look_up).await.unwrap().as_ref(), Some(&active));
            looked
        };
        assert!(looked_up().await);
        assert!(!looked_up().await);
        memory.forget(&elsewhere);
        assert!(!looked_up().await);
        memory.forget(&key);
        assert!(looked_up().await);
        assert!(!looked_up().await);
        memory.forget_all();
        assert!(looked_up().await);
        memory.refresh(&key);
        assert!(looked_up().await);
    }
}
