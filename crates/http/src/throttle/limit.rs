//! One limit: so much at once, and then one more each time a while has passed, for each key by itself.

use std::num::NonZeroU32;

use chatapp_domain::ports::nodes::SharedLimit;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::{Quota, RateLimiter};

use super::Wait;
use super::buckets::Buckets;
use crate::settings::Rate;

pub(super) struct Limit<C: Clock> {
    limiter: RateLimiter<u64, Buckets, C, NoOpMiddleware<C::Instant>>,
    buckets: Buckets,
    rate: Rate,
}

impl<C: Clock> Limit<C> {
    pub(super) fn new(rate: Rate, clock: C) -> Self {
        let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
        // Only a period of zero has no quota, and that is no limit.
        let quota = Quota::with_period(rate.every).map_or(Quota::per_second(NonZeroU32::MAX), |q| q.allow_burst(burst));
        let buckets = Buckets::new();
        Self { limiter: RateLimiter::new(quota, buckets.clone(), clock), buckets, rate }
    }

    /// Uses one, if there is one left.
    pub(super) fn take(&self, key: u64) -> Result<(), Wait> {
        let refuse = |until: governor::NotUntil<C::Instant>| Wait(until.wait_time_from(self.limiter.clock().now()));
        self.limiter.check_key(&key).map_err(refuse)
    }

    /// The same limit, for all nodes to count together.
    pub(super) fn shared(&self, key: String) -> SharedLimit {
        SharedLimit { key, burst: self.rate.burst.max(1), every: self.rate.every }
    }

    /// Undoes one [`Limit::take`] that succeeded.
    pub(super) fn give_back(&self, key: u64) {
        self.buckets.give_back(key, self.rate.every);
    }
}
