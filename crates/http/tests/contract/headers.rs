//! Headers that every answer carries.

use std::collections::BTreeSet;
use std::time::Duration;

use chatapp_http::{Limits, Rate, Settings, ThrottleSettings};
use chatapp_testkit::builders::PASSWORD;
use serde_json::json;

use crate::support::{Place, Raw};

/// What each answer says; nothing stands for a header that it must not have.
const GUARDS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("server", ""),
    ("access-control-allow-origin", ""),
];

#[tokio::test]
async fn every_answer_is_guarded() {
    let place = Place::open();
    let me = place.person("u1").await;
    for path in ["/api/v1/me/", "/api/v1/nothing/", "/login/", "/nothing.js", "/health/live", "/", "/ws"] {
        let answer = me.get(path).await;
        for (name, value) in GUARDS {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 10, "{path}");
    }
}

#[tokio::test]
async fn the_api_is_never_cached() {
    let place = Place::open();
    let me = place.person("u1").await;
    let answer = me.get("/api/v1/me/").await;
    assert_eq!((answer.header("cache-control"), answer.header("vary")), ("no-store", "Accept, Cookie"));
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn the_page_may_load_only_its_own() {
    let place = Place::open();
    let stranger = place.stranger();
    let page = stranger.get("/login/").await;
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types chatapp-worker"
    );
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn each_request_has_its_own_name() {
    let place = Place::open();
    let stranger = place.stranger();
    let (one, other) = (stranger.get("/health/live").await, stranger.get("/health/live").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

/// Every status that a client can bring about, and the two that it cannot.
#[tokio::test]
async fn refusals_and_failures_are_guarded_like_any_answer() {
    let limits = Limits { body_timeout: Duration::from_millis(200), ..Limits::default() };
    let throttles = ThrottleSettings { reads: Rate::new(5, Duration::from_secs(3600)), ..ThrottleSettings::default() };
    let place = Place::with_settings(Settings { limits, throttles, ..Settings::default() });
    let (me, other) = place.two_people().await;
    let log_in = json!({"username": "u1", "password": "x"});
    let credentials = json!({"username": "u1", "password": PASSWORD});
    let message = json!({"recipient": "u2", "body": "x"});
    let post = |path: &str| me.request("POST", path).json(&message);
    let raw = |headers: &str| {
        let cookie = me.cookie.as_deref().unwrap();
        let kind = "Content-Type: application/json";
        format!("POST /api/v1/message/ HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n{kind}\r\n{headers}\r\n\r\n{{")
    };
    let mut answers = vec![
        me.send(post("/api/v1/message/")).await,
        me.post("/api/v1/session/", &log_in).await,
        place.stranger().get("/api/v1/me/").await,
        me.send(me.request("GET", "/api/v1/me/").header("authorization", "Bearer x")).await,
        me.send(post("/api/v1/message/").header("origin", "https://evil.example")).await,
        me.get("/api/v1/message/4711/").await,
        me.get("/nothing.js").await,
        me.method("PUT", "/api/v1/message/").await,
        me.method("PUT", "/login/").await,
        me.post_raw("text/plain", "x").await,
        me.get("/ws").await,
        me.get("/api/v1/event/?after=99").await,
        place.stranger().get("/").await,
        place.stranger().method("OPTIONS", "/api/v1/me/").await,
    ];
    while me.get("/api/v1/me/").await.status == 200 {}
    answers.push(me.get("/api/v1/me/").await);
    let too_large = Raw::ask(place.address, raw("Content-Length: 1000000")).await;
    let too_slow = Raw::ask(place.address, raw("Content-Length: 100")).await;
    place.stores.break_down();
    answers.push(place.stranger().post("/api/v1/session/", &credentials).await);
    answers.push(place.stranger().post("/login/", &credentials).await);
    place.stores.go_away();
    answers.push(other.get("/api/v1/me/").await);
    answers.push(place.stranger().get("/health/ready").await);

    let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status).collect();
    let expected = [200, 201, 302, 400, 401, 403, 404, 405, 410, 415, 426, 429, 500, 503];
    assert_eq!(statuses, BTreeSet::from(expected));
    for answer in &answers {
        for (name, value) in GUARDS {
            assert_eq!(answer.header(name), value, "{name}: {answer:?}");
        }
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{answer:?}");
        assert_eq!(answer.header("x-request-id").len(), 10, "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
        assert!(!answer.body.contains("memory is broken"), "{answer:?}");
    }
    let failed = answers.iter().find(|answer| answer.status == 500).unwrap();
    failed.assert(500, r#"{"detail":"A server error occurred.","code":"error"}"#);
    for (answer, status) in [(too_large, "413"), (too_slow, "408")] {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        let head = answer.to_lowercase();
        for (name, value) in GUARDS.iter().filter(|(_, value)| !value.is_empty()) {
            assert!(head.contains(&format!("{name}: {}\r\n", value.to_lowercase())), "{name}: {answer}");
        }
        assert!(head.contains("content-security-policy: default-src 'none'"), "{answer}");
    }
}
