//! Logging in, and what browsers are told to do with the cookie.

use actix_http::header::{CONTENT_TYPE, COOKIE, HeaderName, ORIGIN, SET_COOKIE};
use actix_http::{Method, StatusCode};
use serde_json::json;

use super::forwarding::FORGED;
use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{ExchangeError, Request};

const PATH: &str = "/api/v1/session/";
/// What the cookie's name ends in.
const NAME: &str = "chatapp_session";

/// What stands for the one who is logged in.
pub(crate) struct LoggedIn {
    /// `name=value`.
    pub(crate) cookie: String,
}

/// Logs in, if there is an account to do it with.
pub(crate) async fn look(caller: &Caller) -> Result<(Diagnosis, Option<LoggedIn>), ExchangeError> {
    let Some(account) = &caller.visit.account else { return Ok((without_account(), None)) };
    let body = json!({"username": account.username, "password": account.password}).to_string();
    let request = Request::new(Method::POST, PATH).with(CONTENT_TYPE, "application/json").body(body);
    let request = request.with(ORIGIN, caller.place().origin());
    let request =
        FORGED.iter().fold(request, |request, (name, value)| request.with(HeaderName::from_static(name), *value));
    let answer = caller.ask(request).await?;
    if answer.status() != StatusCode::OK {
        return Ok((refused(answer.status(), &String::from_utf8_lossy(&answer.body)), None));
    }
    let mut lines = answer.headers().get_all(SET_COOKIE).filter_map(|line| line.to_str().ok());
    let Some(line) = lines.find(|line| line.split('=').next().is_some_and(|name| name.ends_with(NAME))) else {
        return Ok((Diagnosis::fail("logging in sets no cookie", "let the proxy pass on Set-Cookie"), None));
    };
    let cookie = line.split(';').next().unwrap_or_default().trim().to_owned();
    Ok((diagnosis(line, caller.place().is_https()), Some(LoggedIn { cookie })))
}

/// What is said of all that takes a log-in.
pub(crate) fn without_account() -> Diagnosis {
    Diagnosis::skip("not looked at without a log-in", "give --username, and the password in CHATAPP_PASSWORD")
}

/// Ends the session.
pub(crate) async fn leave(caller: &Caller, cookie: &str) -> Result<(), ExchangeError> {
    let request = Request::new(Method::DELETE, PATH).with(COOKIE, cookie).with(ORIGIN, caller.place().origin());
    caller.ask(request).await.map(drop)
}

fn refused(status: StatusCode, body: &str) -> Diagnosis {
    let seen =
        format!("logging in is answered with {}: {}", status.as_u16(), body.chars().take(200).collect::<String>());
    let advice = if body.contains("cross_site") || body.contains("Cross-site") {
        "set public_url to this address, or let the proxy pass on the Host header"
    } else {
        "give the name and password of an active user"
    };
    Diagnosis::fail(seen, advice)
}

fn diagnosis(line: &str, is_https: bool) -> Diagnosis {
    let attributes: Vec<String> = line.split(';').skip(1).map(|part| part.trim().to_ascii_lowercase()).collect();
    let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
    let is_strict = has("samesite=lax") || has("samesite=strict");
    let has_domain = attributes.iter().any(|attribute| attribute.starts_with("domain="));
    let mut wrong = Vec::new();
    if is_https && !line.starts_with("__Host-") {
        wrong.push("no __Host- name");
    }
    if is_https && !has("secure") {
        wrong.push("not Secure");
    }
    if !has("httponly") {
        wrong.push("not HttpOnly");
    }
    if !is_strict {
        wrong.push("no SameSite");
    }
    if !has("path=/") || has_domain {
        wrong.push("not for this host and all of it");
    }
    if wrong.is_empty() {
        return Diagnosis::ok(if is_https { "__Host-, Secure, HttpOnly, SameSite" } else { "HttpOnly, SameSite" });
    }
    let advice = "set public_url to the https address, and let the proxy leave Set-Cookie alone";
    Diagnosis::fail(wrong.join(", "), advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Verdict;

    #[test]
    fn every_flag_of_the_cookie_counts() {
        let good = "__Host-chatapp_session=x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=9";
        assert_eq!(diagnosis(good, true).verdict, Verdict::Ok);
        let plain = good.replace("__Host-", "").replace("Secure; ", "");
        assert_eq!(diagnosis(&plain, false).verdict, Verdict::Ok);
        assert_eq!(diagnosis(&plain, true).seen, "no __Host- name, not Secure");
        for (part, instead) in
            [("HttpOnly; ", ""), ("Lax", "None"), ("Path=/", "Path=/; Domain=x"), ("Path=/", "Path=/a")]
        {
            assert_eq!(diagnosis(&good.replace(part, instead), true).verdict, Verdict::Fail, "{part}");
        }
    }
}
