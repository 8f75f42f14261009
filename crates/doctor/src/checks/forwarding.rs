//! Whom the server takes a request to be from, and what it takes its own address to be, whatever a client claims.

use std::net::IpAddr;

use actix_http::header::{COOKIE, HeaderName};

use super::log_in::{LoggedIn, without_account};
use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{ExchangeError, Request};

/// What a client claims that is not so; the address belongs to nobody (RFC 5737).
pub(crate) const FORGED: [(&str, &str); 3] =
    [("x-forwarded-for", FORGED_ADDRESS), ("x-forwarded-host", FORGED_HOST), ("x-forwarded-proto", "http")];
const FORGED_ADDRESS: &str = "203.0.113.77";
const FORGED_HOST: &str = "forged.invalid";

const REPLACE: &str = "let the proxy replace X-Forwarded-For, -Proto and -Host instead of passing on what clients send";
const TRUST: &str =
    "put the proxy's address into trusted_proxies, and let it set X-Forwarded-For: everybody shares one limit now";

pub(crate) async fn look(caller: &Caller, logged_in: Option<&LoggedIn>) -> Result<Diagnosis, ExchangeError> {
    let Some(LoggedIn { cookie }) = logged_in else { return Ok(without_account()) };
    let forged = |path: &str| {
        FORGED.iter().fold(Request::get(path).with(COOKIE, cookie), |request, (name, value)| {
            request.with(HeaderName::from_static(name), *value)
        })
    };
    let root = caller.ask(forged("/api/v1/")).await?.json().unwrap_or_default();
    let link = root["message"].as_str().unwrap_or_default();
    if !link.starts_with(&format!("{}/", caller.place().origin())) {
        let seen = format!("the server takes its own address to be another one: {link}");
        return Ok(Diagnosis::fail(seen, format!("set public_url to {}; {REPLACE}", caller.place().origin())));
    }
    let answer = caller.ask(Request::get("/api/v1/me/session/").with(COOKIE, cookie)).await?;
    let sessions = answer.json().unwrap_or_default();
    let sessions = sessions["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own = sessions.iter().find(|session| session["current"] == true);
    let address = own.and_then(|session| session["address"].as_str()).unwrap_or_default();
    Ok(diagnosis(address, answer.here.ip(), answer.there.ip()))
}

/// `address` is what the server takes us for; `here` and `there` are the ends of our connection.
fn diagnosis(address: &str, here: IpAddr, there: IpAddr) -> Diagnosis {
    let Ok(seen) = address.parse::<IpAddr>() else {
        return Diagnosis::fail("the server does not say where the log-in came from", TRUST);
    };
    let (here, there) = (here.to_canonical(), there.to_canonical());
    if address == FORGED_ADDRESS {
        return Diagnosis::fail("the server believes whatever address a client claims to have", REPLACE);
    }
    if seen == here {
        return Diagnosis::ok(format!("requests from here are from {seen}; claims count for nothing"));
    }
    // Behind somebody who translates addresses ours is not the one that others see, which is a public one all the same.
    if is_private(seen) && (is_loopback(seen) || seen == there || !is_private(there) || !is_private(here)) {
        return Diagnosis::fail(format!("requests from here are from {seen}, which is the proxy"), TRUST);
    }
    Diagnosis::ok(format!("requests from here are from {seen}; claims count for nothing"))
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Verdict;

    fn verdict(address: &str, here: &str, there: &str) -> Verdict {
        diagnosis(address, here.parse().unwrap(), there.parse().unwrap()).verdict
    }

    #[test]
    fn everybody_must_have_an_address_of_their_own() {
        assert_eq!(verdict("192.168.1.2", "192.168.1.2", "198.51.100.1"), Verdict::Ok, "in one network");
        assert_eq!(verdict("198.51.100.9", "192.168.1.2", "198.51.100.1"), Verdict::Ok, "behind a router");
        assert_eq!(verdict("10.9.9.9", "192.168.1.2", "10.0.0.1"), Verdict::Ok, "behind a router inside");
        assert_eq!(verdict("127.0.0.1", "127.0.0.1", "127.0.0.1"), Verdict::Ok, "on the machine itself");
        assert_eq!(verdict("127.0.0.1", "192.168.1.2", "198.51.100.1"), Verdict::Fail, "the proxy beside it");
        assert_eq!(verdict("172.17.0.1", "192.168.1.2", "198.51.100.1"), Verdict::Fail, "the proxy in a container");
        assert_eq!(verdict("203.0.113.77", "192.168.1.2", "198.51.100.1"), Verdict::Fail, "a claim");
        assert_eq!(verdict("", "192.168.1.2", "198.51.100.1"), Verdict::Fail);
    }
}
