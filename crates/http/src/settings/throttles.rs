//! How much one account, address or person may ask for.

use std::time::Duration;

/// So much at once, and one more each time a while has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How much at once; zero counts as one.
    pub burst: u32,
    /// How long until there is one more; zero is no limit.
    pub every: Duration,
}

impl Rate {
    /// `burst` at once, and one more after each `every`.
    pub const fn new(burst: u32, every: Duration) -> Self {
        Self { burst, every }
    }

    /// `burst` at once, and `per_second` more in each second.
    pub fn per_second(burst: u32, per_second: u32) -> Self {
        Self::new(burst, Duration::from_secs(1) / per_second.max(1))
    }

    /// `burst` at once, and `per_minute` more in each minute.
    pub fn per_minute(burst: u32, per_minute: u32) -> Self {
        Self::new(burst, Duration::from_secs(60) / per_minute.max(1))
    }

    /// `burst` at once, and `per_hour` more in each hour.
    pub fn per_hour(burst: u32, per_hour: u32) -> Self {
        Self::new(burst, Duration::from_secs(60 * 60) / per_hour.max(1))
    }

    /// `burst` at once, and `per_day` more in each day.
    pub fn per_day(burst: u32, per_day: u32) -> Self {
        Self::new(burst, Duration::from_secs(24 * 60 * 60) / per_day.max(1))
    }
}

/// Limits that are counted for each account, address or person by itself. An IPv6 network of 64 bits is one address.
#[derive(Clone, Copy, Debug)]
pub struct ThrottleSettings {
    /// Off is for load tests.
    pub on: bool,
    /// Wrong passwords for one account, from wherever they come.
    pub log_in_failures: Rate,
    /// Wrong passwords for one account from one address that are still looked at when `log_in_failures` are used up: so
    /// nobody locks somebody else out.
    pub log_in_failures_per_address: Rate,
    /// Log-ins from one address, with a right or a wrong password.
    pub log_ins_per_address: Rate,
    /// Sign-ups from one address.
    pub sign_ups_per_address: Rate,
    /// Looks at names, addresses and passwords that somebody at one address thinks of using.
    pub account_checks_per_address: Rate,
    /// Mailed links, and codes of the first run, that are tried from one address.
    pub links_per_address: Rate,
    /// Tokens that nobody has, or has any more, shown from one address.
    pub wrong_tokens_per_address: Rate,
    /// Mails of one kind to one address, in the short run.
    pub mails_per_recipient: Rate,
    /// The same in the long run.
    pub mails_per_recipient_in_all: Rate,
    /// Forgotten passwords told of from one address.
    pub forgotten_per_address: Rate,
    /// Messages that one person sends.
    pub sends: Rate,
    /// Everything else that one person asks for.
    pub reads: Rate,
    /// WebSockets that are open from one address at once.
    pub sockets_per_address: usize,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self {
            on: true,
            log_in_failures: Rate::per_minute(10, 1),
            log_in_failures_per_address: Rate::new(3, Duration::from_secs(300)),
            log_ins_per_address: Rate::per_minute(20, 20),
            sign_ups_per_address: Rate::per_hour(5, 10),
            account_checks_per_address: Rate::per_minute(30, 10),
            links_per_address: Rate::per_minute(30, 30),
            wrong_tokens_per_address: Rate::per_minute(30, 30),
            mails_per_recipient: Rate::per_hour(2, 2),
            mails_per_recipient_in_all: Rate::per_day(5, 5),
            forgotten_per_address: Rate::per_day(5, 5),
            sends: Rate::per_second(60, 5),
            reads: Rate::per_second(200, 20),
            sockets_per_address: 50,
        }
    }
}
