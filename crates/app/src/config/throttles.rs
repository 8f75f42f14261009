//! How much one account, address or person may ask for.

use std::time::Duration;

use chatapp_http::{Rate, ThrottleSettings};

use crate::config::values::Values;
use crate::config::web::Web;

/// The most that any of these numbers can be.
const MOST: u32 = 1_000_000;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) fn read(values: &mut Values, web: &Web) -> ThrottleSettings {
    let default = ThrottleSettings::default();
    let on = values.choice("throttle", "on", &[("on", true), ("off", false)]).unwrap_or(default.on);
    let throttles = ThrottleSettings {
        on,
        log_in_failures: rate(
            values,
            ["log_in_failures", "log_in_failures_per_minute"],
            ["failures", "failures a minute"],
            (default.log_in_failures, MINUTE),
        ),
        log_in_failures_per_address: failures_per_address(values, default.log_in_failures_per_address),
        log_ins_per_address: rate(
            values,
            ["log_ins_per_address", "log_ins_per_address_per_minute"],
            ["log-ins", "log-ins a minute"],
            (default.log_ins_per_address, MINUTE),
        ),
        sign_ups_per_address: rate(
            values,
            ["sign_ups_per_address", "sign_ups_per_address_per_hour"],
            ["sign-ups", "sign-ups an hour"],
            (default.sign_ups_per_address, HOUR),
        ),
        account_checks_per_address: rate(
            values,
            ["account_checks_per_address", "account_checks_per_address_per_minute"],
            ["checks", "checks a minute"],
            (default.account_checks_per_address, MINUTE),
        ),
        links_per_address: rate(
            values,
            ["links_per_address", "links_per_address_per_minute"],
            ["tries", "tries a minute"],
            (default.links_per_address, MINUTE),
        ),
        wrong_tokens_per_address: rate(
            values,
            ["wrong_tokens_per_address", "wrong_tokens_per_address_per_minute"],
            ["tokens", "tokens a minute"],
            (default.wrong_tokens_per_address, MINUTE),
        ),
        mails_per_recipient: hourly(values, "mails_per_recipient_per_hour", default.mails_per_recipient),
        mails_per_recipient_in_all: daily(values, "mails_per_recipient_per_day", default.mails_per_recipient_in_all),
        forgotten_per_address: daily(values, "forgotten_per_address_per_day", default.forgotten_per_address),
        sends: rate(values, ["sends", "sends_per_second"], ["messages", "messages a second"], (default.sends, SECOND)),
        reads: rate(values, ["reads", "reads_per_second"], ["requests", "requests a second"], (default.reads, SECOND)),
        sockets_per_address: values.number(
            "sockets_per_address",
            default.sockets_per_address,
            "sockets",
            1..=1_000_000,
        ),
    };
    if on && web.public_url.is_some() && web.trusted_proxies.is_empty() {
        values.warn(
            "trusted_proxies is empty: if there is a proxy in front, everybody has its address and is throttled together",
        );
    }
    throttles
}

/// Two settings: how many at once, and how many come back in each period.
fn rate(values: &mut Values, keys: [&'static str; 2], units: [&'static str; 2], default: (Rate, Duration)) -> Rate {
    let (default, period) = default;
    let burst = values.number(keys[0], default.burst, units[0], 1..=MOST);
    let back = values.number(keys[1], in_period(default, period), units[1], 1..=MOST);
    Rate::new(burst, period / back)
}

/// A burst that is wholly forgotten after a while.
fn failures_per_address(values: &mut Values, default: Rate) -> Rate {
    let burst = values.number("log_in_failures_per_address", default.burst, "failures", 1..=MOST);
    let kept = values.seconds("log_in_failures_kept", default.every * default.burst, 1..=86_400);
    Rate::new(burst, kept / burst)
}

/// So many in an hour, of which all may come at once.
fn hourly(values: &mut Values, key: &'static str, default: Rate) -> Rate {
    let number = values.number(key, default.burst, "mails an hour", 1..=MOST);
    Rate::per_hour(number, number)
}

/// So many in a day, of which all may come at once.
fn daily(values: &mut Values, key: &'static str, default: Rate) -> Rate {
    let number = values.number(key, default.burst, "mails a day", 1..=MOST);
    Rate::per_day(number, number)
}

/// How many come back in a period.
fn in_period(rate: Rate, period: Duration) -> u32 {
    let count = period.as_nanos() / rate.every.as_nanos().max(1);
    u32::try_from(count).unwrap_or(u32::MAX)
}
