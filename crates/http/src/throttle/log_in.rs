//! Guessing passwords. Failures count for the account, from wherever they come; once there are too many, whoever fails
//! has to wait. But nobody can lock somebody else out for long: an address that has not failed at an account lately is
//! let through to it even then, a few times.
//!
//! What is about to be tried is counted at once and given back if it was no failure, so that many tries at the same time
//! are no way around.

use governor::clock::Clock;

use super::Wait;
use super::limit::Limit;

type Bucket<'a, C> = (&'a Limit<C>, u64);

/// One try to log in that may go on. Unless it is forgiven, it was a failure.
#[must_use]
pub(crate) struct Attempt<'a, C: Clock> {
    taken: [Option<Bucket<'a, C>>; 2],
}

impl<'a, C: Clock> Attempt<'a, C> {
    pub(super) fn unlimited() -> Self {
        Self { taken: [None, None] }
    }

    /// A try at an account, from an address.
    pub(super) fn begin(account: Bucket<'a, C>, here: Bucket<'a, C>) -> Result<Self, Wait> {
        let take = |(limit, key): Bucket<'a, C>| limit.take(key).map(|()| (limit, key));
        match (take(account), take(here)) {
            (Err(account), Err(here)) => Err(account.min(here)),
            (account, here) => Ok(Self { taken: [account.ok(), here.ok()] }),
        }
    }

    /// It was no failure.
    pub(crate) fn forgive(self) {
        for (limit, key) in self.taken.into_iter().flatten() {
            limit.give_back(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use crate::error::ApiError;
    use crate::settings::{Rate, ThrottleSettings};
    use crate::throttle::Throttles;

    struct Door {
        throttles: Throttles<FakeRelativeClock>,
        clock: FakeRelativeClock,
    }

    impl Door {
        /// The documented limits, but for that of an address alone, which is tested elsewhere.
        fn new() -> Self {
            let clock = FakeRelativeClock::default();
            let log_ins_per_address = Rate::new(1_000_000, Duration::from_nanos(1));
            let settings = ThrottleSettings { log_ins_per_address, ..ThrottleSettings::default() };
            Self { throttles: Throttles::new(&settings, &clock), clock }
        }

        /// How many wrong passwords are looked at until one is not.
        fn failures(&self, name: &str, address: &str) -> usize {
            let address: IpAddr = address.parse().unwrap();
            // What is dropped was a failure.
            std::iter::repeat_with(|| self.throttles.log_in(name, address).is_ok()).take_while(|passed| *passed).count()
        }

        fn wait(&self, name: &str, address: &str) -> Option<u64> {
            match self.throttles.log_in(name, address.parse().unwrap()).map_err(ApiError::from) {
                Ok(attempt) => {
                    attempt.forgive();
                    None
                }
                Err(ApiError::Throttled { retry_after }) => Some(retry_after),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn ten_failures_at_once_and_then_one_a_minute() {
        let door = Door::new();
        assert_eq!(door.failures("ada", "192.0.2.1"), 10);
        assert_eq!(door.wait("ada", "192.0.2.1"), Some(60));
        door.clock.advance(Duration::from_secs(59));
        assert_eq!(door.wait("ada", "192.0.2.1"), Some(1));
        door.clock.advance(Duration::from_secs(1));
        assert_eq!(door.failures("ada", "192.0.2.1"), 1);
    }

    #[test]
    fn a_name_is_one_account_however_it_is_typed_and_whether_or_not_there_is_one() {
        let door = Door::new();
        assert_eq!(door.failures("nobody", "192.0.2.1"), 10);
        for same in ["Nobody", " nobody ", "no\u{200b}body", "ｎｏｂｏｄｙ"] {
            assert_eq!(door.failures(same, "192.0.2.1"), 0, "{same}");
        }
        assert_eq!(door.failures("somebody", "192.0.2.1"), 10);
    }

    #[test]
    fn right_passwords_do_not_count() {
        let door = Door::new();
        for _ in 0..100 {
            assert_eq!(door.wait("ada", "192.0.2.1"), None);
        }
        assert_eq!(door.failures("ada", "192.0.2.1"), 10);
    }

    #[test]
    fn nobody_is_locked_out_by_somebody_elses_failures() {
        let door = Door::new();
        assert_eq!(door.failures("ada", "192.0.2.1"), 10);
        for _ in 0..100 {
            assert_eq!(door.wait("ada", "198.51.100.7"), None, "the right password is taken elsewhere");
        }
        assert_eq!(door.failures("ada", "198.51.100.7"), 3, "and so are a few wrong ones");
        assert_eq!(door.wait("ada", "198.51.100.7"), Some(60));
    }

    #[test]
    fn many_addresses_together_are_no_way_around() {
        let door = Door::new();
        let tries = |round: u8| (1..=100).map(|last| door.failures("ada", &format!("10.0.{round}.{last}"))).sum();
        let first: usize = tries(1);
        // Ten for the account, of which the first address used up its own three, and three for each other address.
        assert_eq!(first, 10 + 99 * 3);
        assert_eq!(tries(1), 0, "none of them gets further");
        door.clock.advance(Duration::from_secs(900));
        assert_eq!(door.failures("ada", "10.0.1.50"), 10, "all is forgiven in the end");
    }

    #[test]
    fn tries_at_the_same_time_count_before_they_end() {
        let door = Door::new();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let under_way: Vec<_> = (0..64).filter_map(|_| door.throttles.log_in("ada", address).ok()).collect();
        assert_eq!(under_way.len(), 10);
        under_way.into_iter().for_each(super::Attempt::forgive);
        assert_eq!(door.failures("ada", "192.0.2.1"), 10);
    }
}
