//! What people without a session may ask for: each counts for the place they come from, and mail for whoever gets it.

use std::net::IpAddr;

use chatapp_domain::user::EmailKey;
use governor::clock::Clock;

use super::limit::Limit;
use super::{Throttles, Wait, network};
use crate::settings::{Rate, ThrottleSettings};

/// What a mail is about: each kind has limits of its own, so that one cannot use up another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MailKind {
    SignUp,
    Forgotten,
    NewAddress,
}

pub(super) struct Limits<C: Clock> {
    sign_ups: Limit<C>,
    checks: Limit<C>,
    links: Limit<C>,
    forgotten: Limit<C>,
    mails: Limit<C>,
    mails_in_all: Limit<C>,
}

impl<C: Clock + Clone> Limits<C> {
    pub(super) fn new(settings: &ThrottleSettings, clock: &C) -> Self {
        let limit = |rate: Rate| Limit::new(rate, clock.clone());
        Self {
            sign_ups: limit(settings.sign_ups_per_address),
            checks: limit(settings.account_checks_per_address),
            links: limit(settings.links_per_address),
            forgotten: limit(settings.forgotten_per_address),
            mails: limit(settings.mails_per_recipient),
            mails_in_all: limit(settings.mails_per_recipient_in_all),
        }
    }
}

impl<C: Clock + Clone> Throttles<C> {
    /// Whether somebody at an address may sign up.
    pub(crate) fn sign_up(&self, address: IpAddr) -> Result<(), Wait> {
        self.from(address, |limits| &limits.sign_ups)
    }

    /// Whether somebody at an address may ask what is wrong with a name.
    pub(crate) fn check(&self, address: IpAddr) -> Result<(), Wait> {
        self.from(address, |limits| &limits.checks)
    }

    /// Whether somebody at an address may try a link or a code.
    pub(crate) fn link(&self, address: IpAddr) -> Result<(), Wait> {
        self.from(address, |limits| &limits.links)
    }

    /// Whether somebody at an address may tell of a forgotten password.
    pub(crate) fn forgotten(&self, address: IpAddr) -> Result<(), Wait> {
        self.from(address, |limits| &limits.forgotten)
    }

    /// Whether a mail of this kind may go to an address, whoever asks, and whether or not anybody has it.
    pub(crate) fn mail(&self, kind: MailKind, to: &EmailKey) -> Result<(), Wait> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let (key, strangers) = (limits.key((kind, to.as_str())), &limits.strangers);
        strangers.mails_in_all.take(key)?;
        strangers.mails.take(key).inspect_err(|_| strangers.mails_in_all.give_back(key))
    }

    fn from(&self, address: IpAddr, which: impl FnOnce(&Limits<C>) -> &Limit<C>) -> Result<(), Wait> {
        let Some(limits) = &self.limits else { return Ok(()) };
        which(&limits.strangers).take(limits.key(network(address)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::error::ApiError;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn throttles() -> (Throttles<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Throttles::new(&ThrottleSettings::default(), &clock), clock)
    }

    /// How many pass at once, and how many seconds the next is told to wait.
    fn burst(take: impl Fn() -> Result<(), Wait>) -> (usize, u64) {
        let passed = std::iter::repeat_with(&take).take(1000).take_while(Result::is_ok).count();
        let Err(ApiError::Throttled { retry_after }) = take().map_err(ApiError::from) else { panic!("no limit") };
        (passed, retry_after)
    }

    #[test]
    fn each_address_has_the_documented_limits() {
        let (throttles, clock) = throttles();
        assert_eq!(burst(|| throttles.sign_up(HERE)), (5, 360));
        assert_eq!(burst(|| throttles.check(HERE)), (30, 6));
        assert_eq!(burst(|| throttles.link(HERE)), (30, 2));
        assert_eq!(burst(|| throttles.forgotten(HERE)), (5, 17_280));
        assert!(throttles.sign_up("192.0.2.2".parse().unwrap()).is_ok());
        clock.advance(HOUR);
        assert_eq!(burst(|| throttles.sign_up(HERE)).0, 5);
    }

    #[test]
    fn nobody_is_flooded_with_mail_whoever_asks_for_it() {
        let (throttles, clock) = throttles();
        let (ada, other_case) = (EmailKey::of("ada@example.org"), EmailKey::of("ADA@example.org"));
        assert_eq!(burst(|| throttles.mail(MailKind::Forgotten, &ada)), (2, 1800));
        assert!(throttles.mail(MailKind::Forgotten, &other_case).is_err());
        assert!(throttles.mail(MailKind::SignUp, &ada).is_ok(), "one kind does not use up another");
        assert!(throttles.mail(MailKind::Forgotten, &EmailKey::of("bob@example.org")).is_ok());
        let mut in_a_day = 2;
        for _ in 0..23 {
            clock.advance(HOUR);
            in_a_day += burst(|| throttles.mail(MailKind::Forgotten, &ada)).0;
        }
        assert!((5..=9).contains(&in_a_day), "{in_a_day}");
    }
}
