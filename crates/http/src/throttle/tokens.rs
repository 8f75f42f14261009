//! Tokens that nobody has: a look into the database for each, so an address may show only so many. Whoever shows a token
//! that was right before is let through whatever others at the same address do.

use std::net::IpAddr;

use chatapp_domain::token::TokenKey;
use governor::clock::Clock;
use quick_cache::sync::Cache;

use super::limit::Limit;
use super::{Throttles, Wait, network};
use crate::settings::Rate;

/// How many right tokens are remembered.
const MOST_RIGHT: usize = 20_000;

pub(super) struct Limits<C: Clock> {
    wrong: Limit<C>,
    right: Cache<TokenKey, ()>,
}

impl<C: Clock + Clone> Limits<C> {
    pub(super) fn new(rate: Rate, clock: &C) -> Self {
        Self { wrong: Limit::new(rate, clock.clone()), right: Cache::new(MOST_RIGHT) }
    }
}

impl<C: Clock + Clone> Throttles<C> {
    /// Whether a token may be looked up for an address. Uses nothing up: only wrong ones count.
    pub(crate) fn token(&self, key: Option<TokenKey>, address: IpAddr) -> Result<(), Wait> {
        let Some(limits) = &self.limits else { return Ok(()) };
        if key.is_some_and(|key| limits.tokens.right.contains_key(&key)) {
            return Ok(());
        }
        let place = limits.key(network(address));
        limits.tokens.wrong.take(place)?;
        limits.tokens.wrong.give_back(place);
        Ok(())
    }

    /// A token that nobody has, or has any more, was shown by an address.
    pub(crate) fn token_was_wrong(&self, key: Option<TokenKey>, address: IpAddr) {
        let Some(limits) = &self.limits else { return };
        if let Some(key) = key {
            limits.tokens.right.remove(&key);
        }
        // If there is nothing left to use up, the next one is refused all the same.
        let _ = limits.tokens.wrong.take(limits.key(network(address)));
    }

    /// A token counts.
    pub(crate) fn token_was_right(&self, key: Option<TokenKey>) {
        let Some(limits) = &self.limits else { return };
        if let Some(key) = key.filter(|key| limits.tokens.right.get(key).is_none()) {
            limits.tokens.right.insert(key, ());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chatapp_domain::token::TokenSecret;
    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::settings::ThrottleSettings;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn key(number: u8) -> Option<TokenKey> {
        Some(TokenSecret::from_random([number; 32]).key())
    }

    /// How many wrong tokens an address may show before it must wait.
    fn wrong_ones(throttles: &Throttles<FakeRelativeClock>) -> usize {
        (0..=u8::MAX)
            .take_while(|n| throttles.token(key(*n), HERE).map(|()| throttles.token_was_wrong(key(*n), HERE)).is_ok())
            .count()
    }

    #[test]
    fn an_address_shows_only_so_many_wrong_tokens() {
        let clock = FakeRelativeClock::default();
        let throttles = Throttles::new(&ThrottleSettings::default(), &clock);
        assert_eq!(wrong_ones(&throttles), 30);
        assert!(throttles.token(None, HERE).is_err(), "whatever has not even the form of one too");
        assert!(throttles.token(key(1), "198.51.100.7".parse().unwrap()).is_ok());
        clock.advance(Duration::from_secs(2));
        assert_eq!(wrong_ones(&throttles), 1);
    }

    #[test]
    fn right_tokens_cost_nothing_and_are_let_through_beside_wrong_ones() {
        let throttles = Throttles::new(&ThrottleSettings::default(), &FakeRelativeClock::default());
        for _ in 0..1000 {
            assert!(throttles.token(key(200), HERE).is_ok());
            throttles.token_was_right(key(200));
        }
        assert_eq!(wrong_ones(&throttles), 30);
        assert!(throttles.token(key(200), HERE).is_ok());
        throttles.token_was_wrong(key(200), HERE);
        assert!(throttles.token(key(200), HERE).is_err(), "until it is revoked");
    }
}
