//! The headers that keep browsers' hands off what is private, each as the server sends it and only once.

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{Answer, ExchangeError};

/// What must be in which header of the page.
const EXPECTED: [(&str, &str); 5] = [
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];
const HSTS: &str = "strict-transport-security";

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    let answer = caller.get("/login/").await?;
    let wrong: Vec<&str> =
        EXPECTED.iter().filter(|(name, value)| !has(&answer, name, value)).map(|(name, _)| *name).collect();
    if !wrong.is_empty() {
        let seen = format!("missing or changed: {}", wrong.join(", "));
        return Ok(Diagnosis::fail(seen, "let the proxy pass on the server's headers as they are"));
    }
    if caller.place().is_https() && !has(&answer, HSTS, "max-age=") {
        let advice = "set public_url to the https address: the server then sends Strict-Transport-Security";
        return Ok(Diagnosis::fail("browsers are not told to stay with https", advice));
    }
    let names = EXPECTED.iter().map(|(name, _)| *name).chain([HSTS]);
    let doubled: Vec<&str> = names.filter(|name| answer.headers().get_all(*name).count() > 1).collect();
    if !doubled.is_empty() {
        let seen = format!("sent more than once: {}", doubled.join(", "));
        return Ok(Diagnosis::warn(seen, "let the proxy add none of its own"));
    }
    Ok(Diagnosis::ok("those of the server, each once"))
}

fn has(answer: &Answer, name: &str, part: &str) -> bool {
    answer.header(name).contains(part)
}
