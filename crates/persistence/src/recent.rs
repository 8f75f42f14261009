//! What was found just now, so that it need not be looked for again at once.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter};

/// How many counters the keys share. An end costs the keys that share its counter one look-up.
const STRIPES: usize = 1024;

/// About how many entries are expected: a hint for the cache, and no bound.
const EXPECTED: usize = 20_000;

/// How many separately locked parts there are, each with its share of the room: not more on a machine with more processors,
/// or a large entry would find no part that it fits into.
const PARTS: usize = 8;

/// The hash of a credential's secret.
pub(crate) type SecretHash = [u8; 32];

/// Remembers what keys stand for, for a while. What this process ends is forgotten at once; what another process ends
/// counts for as long as an entry lives. Clones share one memory.
pub(crate) struct Recent<K, T> {
    found: Arc<Cache<K, Entry<T>, Weight<T>>>,
    life: Duration,
    /// When to drop what is too old.
    sweep_at: Arc<Mutex<Instant>>,
    /// How many keys of each stripe have ended.
    ends: Arc<[AtomicU64]>,
    hasher: DefaultHashBuilder,
}

/// What was found, by a look-up that began after so many ends. One more, and it is worth nothing: the look-up may have
/// seen the row that was deleted, however late it is remembered.
#[derive(Clone)]
struct Entry<T> {
    value: T,
    since: Ends,
    until: Instant,
}

/// How many ends there had been when a look-up began.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends(u64);

/// What an entry counts for.
struct Weight<T>(fn(&T) -> u64);

impl<T> Clone for Weight<T> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<K, T> Weighter<K, Entry<T>> for Weight<T> {
    fn weight(&self, _: &K, entry: &Entry<T>) -> u64 {
        (self.0)(&entry.value)
    }
}

impl<K, T> Clone for Recent<K, T> {
    fn clone(&self) -> Self {
        let (found, sweep_at) = (Arc::clone(&self.found), Arc::clone(&self.sweep_at));
        Self { found, life: self.life, sweep_at, ends: Arc::clone(&self.ends), hasher: self.hasher.clone() }
    }
}

impl<K: Hash + Eq + Clone, T: Clone> Recent<K, T> {
    /// Remembers about `most` entries, each for `life`.
    pub(crate) fn lasting(life: Duration, most: u64) -> Self {
        Self::new(life, most, |_| 1, STRIPES)
    }

    /// Remembers entries that weigh about `most` together, each for `life`; when one ends, all end.
    pub(crate) fn ending_together(life: Duration, most: u64, weight: fn(&T) -> u64) -> Self {
        Self::new(life, most, weight, 1)
    }

    fn new(life: Duration, most: u64, weight: fn(&T) -> u64, stripes: usize) -> Self {
        let weight = Weight(weight);
        let options =
            OptionsBuilder::new().shards(PARTS).estimated_items_capacity(EXPECTED).weight_capacity(most).build();
        let found = match options {
            Ok(options) => Cache::with_options(options, weight, DefaultHashBuilder::default(), Default::default()),
            // It would lack one of the two sizes, which are both there.
            Err(_) => Cache::with_weighter(EXPECTED, most, weight),
        };
        let ends = (0..stripes).map(|_| AtomicU64::new(0)).collect();
        let sweep_at = Arc::new(Mutex::new(Instant::now() + life));
        Self { found: Arc::new(found), life, sweep_at, ends, hasher: DefaultHashBuilder::default() }
    }

    /// What is remembered of a key, or else what `look_up` finds.
    pub(crate) async fn find<E>(
        &self,
        key: &K,
        look_up: impl Future<Output = Result<Option<T>, E>>,
    ) -> Result<Option<T>, E> {
        if let Some(value) = self.get(key) {
            return Ok(Some(value));
        }
        let since = self.ends(key);
        let found = look_up.await?;
        if let Some(value) = &found {
            self.remember(key.clone(), value.clone(), since);
        }
        Ok(found)
    }

    /// What is remembered of a key.
    pub(crate) fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<T> {
        let entry = self.found.get(key)?;
        (entry.since == self.ends(key) && Instant::now() < entry.until).then_some(entry.value)
    }

    /// To be asked before a look-up, and given to [`Recent::remember`] after it.
    pub(crate) fn ends<Q: Hash + ?Sized>(&self, key: &Q) -> Ends {
        Ends(self.ends_of(key).load(Ordering::SeqCst))
    }

    /// Remembers what a look-up found that began at `since`. Now and then drops what is too old.
    pub(crate) fn remember(&self, key: K, value: T, since: Ends) {
        if since != self.ends(&key) {
            return;
        }
        let now = Instant::now();
        self.found.insert(key, Entry { value, since, until: now + self.life });
        if let Some(mut sweep_at) = self.sweep_at.try_lock()
            && now >= *sweep_at
        {
            *sweep_at = now + self.life;
            self.found.retain(|_, entry| now < entry.until);
        }
    }

    /// Lets the next request look the key up anew: what it stands for has changed.
    pub(crate) fn refresh<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) {
        self.found.remove(key);
    }

    /// Forgets a key that has ended, and what is being looked up of it just now. To be called after the commit: whoever
    /// looks afterwards finds no row.
    pub(crate) fn forget<Q: Hash + ?Sized>(&self, key: &Q) {
        self.ends_of(key).fetch_add(1, Ordering::SeqCst);
    }

    /// The same for every key.
    pub(crate) fn forget_all(&self) {
        for ends in &*self.ends {
            ends.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The same, and frees the memory of what was found before.
    pub(crate) fn clear(&self) {
        self.forget_all();
        self.found.clear();
    }

    fn ends_of<Q: Hash + ?Sized>(&self, key: &Q) -> &AtomicU64 {
        let hash = usize::try_from(self.hasher.hash_one(key)).unwrap_or_default();
        &self.ends[hash % self.ends.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn what_was_found_is_not_looked_up_again_until_a_credential_of_its_stripe_ends() {
        let recent = Recent::lasting(HOUR, 100);
        let key = [1; 32];
        let shares = |other: &[u8; 32]| std::ptr::eq(recent.ends_of(other), recent.ends_of(&key));
        let elsewhere = (2..=u8::MAX).map(|n| [n; 32]).find(|other| !shares(other)).unwrap();
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
        let recent = Recent::lasting(HOUR, 100);
        let look_up = async {
            recent.forget(&[1; 32]);
            Ok::<_, ()>(Some("ada"))
        };
        assert_eq!(recent.find(&[1; 32], look_up).await, Ok(Some("ada")), "the request began before the end");
        assert_eq!(recent.find(&[1; 32], async { Ok::<_, ()>(None) }).await, Ok(None));
    }

    #[tokio::test]
    async fn what_is_too_old_is_looked_up_again() {
        let recent = Recent::lasting(Duration::ZERO, 100);
        assert_eq!(recent.find(&1, async { Ok::<_, ()>(Some(1)) }).await, Ok(Some(1)));
        assert_eq!(recent.find(&1, async { Ok::<_, ()>(Some(2)) }).await, Ok(Some(2)));
    }

    #[test]
    fn what_is_too_old_is_dropped_when_something_else_is_remembered() {
        let recent = Recent::lasting(Duration::ZERO, 100);
        (0..50).for_each(|key| recent.remember(key, (), recent.ends(&key)));
        assert_eq!(recent.found.len(), 0);
    }

    #[test]
    fn no_more_is_remembered_than_has_room() {
        let recent = Recent::ending_together(HOUR, 1000, |()| 10);
        (0..10_000).for_each(|key| recent.remember(key, (), recent.ends(&key)));
        let remembered = (0..10_000).filter(|key| recent.get(key).is_some()).count();
        assert!((1..=100).contains(&remembered), "{remembered}");
        recent.forget(&0);
        assert!((0..10_000).all(|key| recent.get(&key).is_none()), "all have ended");
    }
}
