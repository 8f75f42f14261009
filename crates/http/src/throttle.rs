//! How much one account, one address and one person may ask for. Whoever asks for more is told when to come back.
//!
//! Each server counts for itself, and forgets when it restarts; only log-ins are counted by all nodes together.

mod buckets;
mod limit;
mod log_in;
mod strangers;
mod together;
mod tokens;

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chatapp_domain::user::{UserId, UsernameKey};
use governor::clock::{Clock, MonotonicClock};

use self::limit::Limit;
pub(crate) use self::log_in::Attempt;
pub(crate) use self::strangers::MailKind;
use crate::error::ApiError;
use crate::settings::ThrottleSettings;

/// All limits, or none of them.
pub(crate) struct Throttles<C: Clock = MonotonicClock> {
    limits: Option<Limits<C>>,
}

struct Limits<C: Clock> {
    /// Keys are hashes under a random key: short whatever a client sends, and nobody can make two of them meet.
    hasher: RandomState,
    failures: Limit<C>,
    failures_here: Limit<C>,
    log_ins: Limit<C>,
    strangers: strangers::Limits<C>,
    tokens: tokens::Limits<C>,
    sends: Limit<C>,
    reads: Limit<C>,
}

/// How long until there is room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wait(Duration);

impl From<Wait> for ApiError {
    fn from(Wait(wait): Wait) -> Self {
        let begun = u64::from(wait.subsec_nanos() > 0);
        Self::Throttled { retry_after: wait.as_secs().saturating_add(begun).max(1) }
    }
}

impl<C: Clock + Clone> Throttles<C> {
    pub(crate) fn new(settings: &ThrottleSettings, clock: &C) -> Self {
        let limit = |rate| Limit::new(rate, clock.clone());
        let limits = settings.on.then(|| Limits {
            hasher: RandomState::new(),
            failures: limit(settings.log_in_failures),
            failures_here: limit(settings.log_in_failures_per_address),
            log_ins: limit(settings.log_ins_per_address),
            strangers: strangers::Limits::new(settings, clock),
            tokens: tokens::Limits::new(settings.wrong_tokens_per_address, clock),
            sends: limit(settings.sends),
            reads: limit(settings.reads),
        });
        Self { limits }
    }

    /// Whether somebody may try to log in, to be asked before any work is done for it. The name counts whether there is
    /// an account of it or not, so that the answer tells nothing.
    pub(crate) fn log_in(&self, username: &str, address: IpAddr) -> Result<Attempt<'_, C>, Wait> {
        let Some(limits) = &self.limits else { return Ok(Attempt::unlimited()) };
        let (name, address) = (UsernameKey::of(username), network(address));
        limits.log_ins.take(limits.key(address))?;
        let (account, here) = (limits.key(name.as_str()), limits.key((name.as_str(), address)));
        Attempt::begin((&limits.failures, account), (&limits.failures_here, here))
    }

    /// Whether a person may send one more message.
    pub(crate) fn send(&self, user: UserId) -> Result<(), Wait> {
        self.limits.as_ref().map_or(Ok(()), |limits| limits.sends.take(limits.key(user)))
    }

    /// Whether a person may ask for one more thing.
    pub(crate) fn read(&self, user: UserId) -> Result<(), Wait> {
        self.limits.as_ref().map_or(Ok(()), |limits| limits.reads.take(limits.key(user)))
    }
}

impl<C: Clock> Limits<C> {
    fn key(&self, of: impl Hash) -> u64 {
        self.hasher.hash_one(of)
    }
}

/// What counts as one place: an IPv4 address, or the part of an IPv6 address that a provider gives to one customer.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn throttles() -> (Throttles<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Throttles::new(&ThrottleSettings::default(), &clock), clock)
    }

    /// How many pass at once, and how many seconds the next is told to wait.
    fn burst(take: impl Fn() -> Result<(), Wait>) -> (usize, u64) {
        let passed = std::iter::repeat_with(&take).take(100_000).take_while(Result::is_ok).count();
        let Err(ApiError::Throttled { retry_after }) = take().map_err(ApiError::from) else { panic!("no limit") };
        (passed, retry_after)
    }

    #[test]
    fn people_have_the_documented_limits_each_for_themselves() {
        let (throttles, clock) = throttles();
        let (ada, bob) = (UserId(1), UserId(2));
        assert_eq!(burst(|| throttles.send(ada)), (60, 1));
        assert_eq!(burst(|| throttles.read(ada)), (200, 1));
        assert_eq!(burst(|| throttles.send(bob)), (60, 1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(burst(|| throttles.send(ada)), (5, 1));
        assert_eq!(burst(|| throttles.read(ada)), (20, 1));
        clock.advance(Duration::from_secs(3600));
        assert_eq!(burst(|| throttles.send(ada)), (60, 1), "what is not used is not saved up");
    }

    #[test]
    fn an_address_may_only_try_so_often_whatever_comes_of_it() {
        let (throttles, clock) = throttles();
        let number = std::cell::Cell::new(0);
        let right = || {
            number.set(number.get() + 1);
            throttles.log_in(&format!("user{}", number.get()), HERE).map(Attempt::forgive)
        };
        assert_eq!(burst(right), (20, 3));
        clock.advance(Duration::from_secs(60));
        assert_eq!(burst(right), (20, 3));
        assert!(throttles.log_in("user1", "192.0.2.2".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_place() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        let (throttles, _) = throttles();
        let number = std::cell::Cell::new(0_u16);
        let elsewhere = || {
            number.set(number.get() + 1);
            let address = format!("2001:db8::{:x}", number.get()).parse().unwrap();
            throttles.log_in(&format!("user{}", number.get()), address).map(Attempt::forgive)
        };
        assert_eq!(burst(elsewhere), (20, 3));
    }

    #[test]
    fn the_wait_is_told_in_whole_seconds_and_is_never_zero() {
        let told = |wait| match ApiError::from(Wait(wait)) {
            ApiError::Throttled { retry_after } => retry_after,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(Duration::ZERO), 1);
        assert_eq!(told(Duration::from_millis(1)), 1);
        assert_eq!(told(Duration::from_secs(2)), 2);
        assert_eq!(told(Duration::from_millis(2001)), 3);
    }

    #[test]
    fn off_is_off() {
        let settings = ThrottleSettings { on: false, ..ThrottleSettings::default() };
        let throttles = Throttles::new(&settings, &FakeRelativeClock::default());
        assert!((0..10_000).all(|_| throttles.send(UserId(1)).is_ok() && throttles.log_in("u", HERE).is_ok()));
    }
}
