//! How much one account, address or person may ask for.

use std::time::Duration;

use chatapp_http::{Rate, ThrottleSettings};

use crate::config::values::Values;
use crate::config::web::Web;

/// The most that any of these numbers can be.
const MOST: u32 = 1_000_000;

pub(crate) fn read(values: &mut Values, web: &Web) -> ThrottleSettings {
    let default = ThrottleSettings::default();
    let on = values.choice("throttle", "on", &[("on", true), ("off", false)]).unwrap_or(default.on);
    let throttles = ThrottleSettings {
        on,
        log_in_failures: Rate::per_minute(
            values.number("log_in_failures", default.log_in_failures.burst, "failures", 1..=MOST),
            values.number(
                "log_in_failures_per_minute",
                per_minute(default.log_in_failures),
                "failures a minute",
                1..=MOST,
            ),
        ),
        log_in_failures_per_address: failures_per_address(values, default.log_in_failures_per_address),
        log_ins_per_address: Rate::per_minute(
            values.number("log_ins_per_address", default.log_ins_per_address.burst, "log-ins", 1..=MOST),
            values.number(
                "log_ins_per_address_per_minute",
                per_minute(default.log_ins_per_address),
                "log-ins a minute",
                1..=MOST,
            ),
        ),
        sign_ups_per_address: Rate::per_hour(
            values.number("sign_ups_per_address", default.sign_ups_per_address.burst, "sign-ups", 1..=MOST),
            values.number(
                "sign_ups_per_address_per_hour",
                per_hour(default.sign_ups_per_address),
                "sign-ups an hour",
                1..=MOST,
            ),
        ),
        account_checks_per_address: Rate::per_minute(
            values.number("account_checks_per_address", default.account_checks_per_address.burst, "checks", 1..=MOST),
            values.number(
                "account_checks_per_address_per_minute",
                per_minute(default.account_checks_per_address),
                "checks a minute",
                1..=MOST,
            ),
        ),
        links_per_address: Rate::per_minute(
            values.number("links_per_address", default.links_per_address.burst, "tries", 1..=MOST),
            values.number(
                "links_per_address_per_minute",
                per_minute(default.links_per_address),
                "tries a minute",
                1..=MOST,
            ),
        ),
        wrong_tokens_per_address: Rate::per_minute(
            values.number("wrong_tokens_per_address", default.wrong_tokens_per_address.burst, "tokens", 1..=MOST),
            values.number(
                "wrong_tokens_per_address_per_minute",
                per_minute(default.wrong_tokens_per_address),
                "tokens a minute",
                1..=MOST,
            ),
        ),
        mails_per_recipient: hourly(values, "mails_per_recipient_per_hour", default.mails_per_recipient),
        mails_per_recipient_in_all: daily(values, "mails_per_recipient_per_day", default.mails_per_recipient_in_all),
        forgotten_per_address: daily(values, "forgotten_per_address_per_day", default.forgotten_per_address),
        sends: Rate::per_second(
            values.number("sends", default.sends.burst, "messages", 1..=MOST),
            values.number("sends_per_second", per_second(default.sends), "messages a second", 1..=MOST),
        ),
        reads: Rate::per_second(
            values.number("reads", default.reads.burst, "requests", 1..=MOST),
            values.number("reads_per_second", per_second(default.reads), "requests a second", 1..=MOST),
        ),
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

fn per_hour(rate: Rate) -> u32 {
    in_period(rate, Duration::from_secs(60 * 60))
}

fn per_minute(rate: Rate) -> u32 {
    in_period(rate, Duration::from_secs(60))
}

fn per_second(rate: Rate) -> u32 {
    in_period(rate, Duration::from_secs(1))
}

fn in_period(rate: Rate, period: Duration) -> u32 {
    let count = period.as_nanos() / rate.every.as_nanos().max(1);
    u32::try_from(count).unwrap_or(u32::MAX)
}
