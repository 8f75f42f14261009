//! What credentials were found for just now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;

/// How many counters the keys share. An end costs the keys that share its counter one look-up.
const STRIPES: usize = 1024;

/// The hash of a credential's secret.
pub(crate) type Hash = [u8; 32];

/// Remembers what credentials stand for, for about a second. What this process ends is forgotten at once; what another
/// process ends counts for as long as an entry lives. Clones share one memory.
#[derive(Clone)]
pub(crate) struct Recent<T> {
    found: Cache<Hash, Entry<T>>,
    /// How many credentials with a key of each stripe have ended.
    ends: Arc<[AtomicU64]>,
}

/// What was found, by a look-up that began after so many ends. One more, and it is worth nothing: the look-up may have
/// seen the row that was deleted, however late it is remembered.
#[derive(Clone)]
struct Entry<T> {
    active: T,
    ends: u64,
}

impl<T: Clone + Send + Sync + 'static> Default for Recent<T> {
    fn default() -> Self {
        Self::lasting(Duration::from_secs(1))
    }
}

impl<T: Clone + Send + Sync + 'static> Recent<T> {
    fn lasting(life: Duration) -> Self {
        let found = Cache::builder().max_capacity(20_000).time_to_live(life).build();
        Self { found, ends: (0..STRIPES).map(|_| AtomicU64::new(0)).collect() }
    }

    /// What is remembered of a key, or else what `look_up` finds.
    pub(crate) async fn find<E>(
        &self,
        key: &Hash,
        look_up: impl Future<Output = Result<Option<T>, E>>,
    ) -> Result<Option<T>, E> {
        let ends = self.ends_of(key).load(Ordering::SeqCst);
        if let Some(entry) = self.found.get(key).filter(|entry| entry.ends == ends) {
            return Ok(Some(entry.active));
        }
        let found = look_up.await?;
        if let Some(active) = &found {
            self.found.insert(*key, Entry { active: active.clone(), ends });
        }
        Ok(found)
    }

    /// Lets the next request look the credential up anew: it has changed.
    pub(crate) fn refresh(&self, key: &Hash) {
        self.found.invalidate(key);
    }

    /// Forgets a credential that has ended, and what is being looked up of it just now. To be called after the commit:
    /// whoever looks afterwards finds no row.
    pub(crate) fn forget(&self, key: &Hash) {
        self.ends_of(key).fetch_add(1, Ordering::SeqCst);
    }

    /// The same for every credential.
    pub(crate) fn forget_all(&self) {
        for ends in &*self.ends {
            ends.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Keys are hashes, so any of their bytes spread well.
    fn ends_of(&self, key: &Hash) -> &AtomicU64 {
        let stripe = usize::from(u16::from_le_bytes([key[0], key[1]])) % STRIPES;
        &self.ends[stripe]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_found_is_not_looked_up_again_until_a_credential_of_its_stripe_ends() {
        let recent = Recent::lasting(Duration::from_secs(3600));
        let (key, elsewhere) = ([1; 32], [2; 32]);
        let looked_up = async || {
            let mut looked = false;
            let look_up = async {
                looked = true;
                Ok::<_, ()>(Some("ada"))
            };
            assert_eq!(recent.find(&key, look_up).await, Ok(Some("ada")));
            looked
        };
        assert!(looked_up().await);
        assert!(!looked_up().await);
        recent.forget(&elsewhere);
        assert!(!looked_up().await);
        recent.forget(&key);
        assert!(looked_up().await);
        assert!(!looked_up().await);
        recent.forget_all();
        assert!(looked_up().await);
        recent.refresh(&key);
        assert!(looked_up().await);
    }

    #[tokio::test]
    async fn an_end_during_a_look_up_counts() {
        let recent = Recent::lasting(Duration::from_secs(3600));
        let look_up = async {
            recent.forget(&[1; 32]);
            Ok::<_, ()>(Some("ada"))
        };
        assert_eq!(recent.find(&[1; 32], look_up).await, Ok(Some("ada")), "the request began before the end");
        assert_eq!(recent.find(&[1; 32], async { Ok::<_, ()>(None) }).await, Ok(None));
    }
}
