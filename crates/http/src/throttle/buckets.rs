//! Where limits remember how much was used: for so many keys at most, so that no flood of new names or addresses costs
//! memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::nanos::Nanos;
use governor::state::StateStore;

/// How many separately locked parts there are: a power of two.
const SHARDS: usize = 16;
/// How many keys each part remembers. All parts of one limit together take about two megabytes.
const MOST_KEYS: usize = 4096;

/// For each key, when all that was used will have been made up for. Clones share one memory.
#[derive(Clone)]
pub(super) struct Buckets(Arc<[Mutex<HashMap<u64, Nanos>>]>);

impl Buckets {
    pub(super) fn new() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }

    /// Makes up for something that was used after all.
    pub(super) fn give_back(&self, key: u64, worth: Duration) {
        if let Some(full_at) = self.shard(key).get_mut(&key) {
            let worth = u64::try_from(worth.as_nanos()).unwrap_or(u64::MAX);
            *full_at = Nanos::new(full_at.as_u64().saturating_sub(worth));
        }
    }

    fn shard(&self, key: u64) -> MutexGuard<'_, HashMap<u64, Nanos>> {
        let index = usize::try_from(key).unwrap_or_default() & (SHARDS - 1);
        self.0[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.iter().map(|shard| shard.lock().unwrap().len()).sum()
    }
}

impl StateStore for Buckets {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut shard = self.shard(*key);
        let known = shard.get(key).copied();
        let (outcome, full_at) = f(known)?;
        if known.is_none() && shard.len() >= MOST_KEYS {
            forget_half(&mut shard);
        }
        shard.insert(*key, full_at);
        Ok(outcome)
    }
}

/// Forgets those who used least: who was refused lately is remembered longest.
fn forget_half(shard: &mut HashMap<u64, Nanos>) {
    let mut all: Vec<Nanos> = shard.values().copied().collect();
    let middle = all.len() / 2;
    let median = *all.select_nth_unstable(middle).1;
    shard.retain(|_, full_at| *full_at > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(buckets: &Buckets, key: u64, full_at: u64) {
        let set: Result<(), ()> = buckets.measure_and_replace(&key, |_| Ok(((), Nanos::new(full_at))));
        set.unwrap();
    }

    fn get(buckets: &Buckets, key: u64) -> Option<u64> {
        buckets.shard(key).get(&key).map(|full_at| full_at.as_u64())
    }

    #[test]
    fn a_flood_of_keys_is_forgotten_before_who_used_much() {
        let buckets = Buckets::new();
        set(&buckets, 0, u64::MAX);
        for key in 1..1_000_000 {
            set(&buckets, key, key);
        }
        assert!(buckets.len() <= SHARDS * MOST_KEYS, "{}", buckets.len());
        assert_eq!(get(&buckets, 0), Some(u64::MAX));
        assert_eq!(get(&buckets, 999_999), Some(999_999));
        assert_eq!(get(&buckets, 1), None);
    }

    #[test]
    fn what_is_refused_changes_nothing_and_what_is_given_back_counts() {
        let buckets = Buckets::new();
        set(&buckets, 7, 100);
        assert_eq!(buckets.measure_and_replace(&7, Err::<((), Nanos), _>), Err(Some(Nanos::new(100))));
        buckets.give_back(7, Duration::from_nanos(30));
        buckets.give_back(8, Duration::from_nanos(30));
        assert_eq!((get(&buckets, 7), get(&buckets, 8)), (Some(70), None));
    }
}
