//! Session cookies and what is behind them.

use std::time::Duration;

use chatapp_domain::session::{Session, SessionKey};
use chatapp_http::{CookieKey, Settings};
use chatapp_testkit::builders::PASSWORD;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::Place;

#[tokio::test]
async fn the_cookie_is_for_the_server_alone() {
    let place = Place::open();
    let mut me = place.person("u1").await;
    let answer = me.log_in().await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("chatapp_session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_it() {
    let settings = Settings { secure_cookies: true, ..Settings::default() };
    let place = Place::with_settings(settings);
    let mut me = place.person("u1").await;
    let answer = me.log_in().await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-chatapp_session=") && cookie.contains("Secure"), "{cookie}");
    assert_eq!(me.get("/api/v1/me/").await.status, 200);
}

#[tokio::test]
async fn logging_in_again_changes_the_key_and_ends_the_old_session() {
    let place = Place::open();
    let me = place.person("u1").await;
    let credentials = json!({"username": "u1", "password": PASSWORD});
    let again = me.post("/api/v1/session/", &credentials).await;
    assert_eq!(again.status, 200);
    assert_ne!(again.cookie(), me.cookie);
    assert_eq!(me.get("/api/v1/me/").await.status, 403, "the key from before is worth nothing");
}

#[tokio::test]
async fn nobody_gets_a_cookie_without_logging_in() {
    let place = Place::open();
    let stranger = place.stranger();
    for path in ["/", "/login/", "/api/v1/", "/api/v1/openapi.json", "/nothing"] {
        assert_eq!(stranger.get(path).await.cookie(), None, "{path}");
    }
}

#[tokio::test]
async fn a_session_ends_by_the_servers_clock() {
    let place = Place::open();
    let me = place.person("u1").await;
    place.clock.advance(Duration::from_secs(15 * 24 * 60 * 60));
    assert_eq!(me.get("/api/v1/me/").await.status, 403);
}

#[tokio::test]
async fn a_cookie_of_another_key_is_no_session() {
    let place = Place::open();
    let me = place.person("u1").await;
    let settings = Settings { cookie_key: CookieKey::from_bytes([1; 64]), ..Settings::default() };
    let other = Place::with_settings(settings);
    let mut there = other.stranger();
    there.cookie.clone_from(&me.cookie);
    assert_eq!(there.get("/api/v1/me/").await.status, 403);
}

#[tokio::test]
async fn somebody_who_is_deactivated_has_no_session() {
    let place = Place::open();
    let me = place.person("u1").await;
    let id = me.user.as_ref().unwrap().id;
    place.stores.stores().users.set_active(id, false).await.unwrap();
    assert_eq!(me.get("/api/v1/me/").await.status, 403);
}

/// The session behind a cookie, as the store has it: under the hash of the key that the cookie holds.
async fn session_behind(place: &Place, cookie: &str) -> Session {
    let key = cookie.rsplit("%3D").next().unwrap();
    let key = SessionKey(Sha256::digest(key.as_bytes()).into());
    place.services.accounts.session(key).await.unwrap().expect("the cookie holds the key").session
}

#[tokio::test]
async fn a_session_remembers_where_it_was_opened() {
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    for (settings, address) in
        [(Settings::default(), "127.0.0.1"), (Settings { trusted_proxies, ..Settings::default() }, "203.0.113.9")]
    {
        let place = Place::with_settings(settings);
        let me = place.person("u1").await.stranger_again();
        let request = me
            .request("POST", "/api/v1/session/")
            .header("x-forwarded-for", "6.6.6.6, 203.0.113.9")
            .header("user-agent", "A Browser/1.0")
            .json(&json!({"username": "u1", "password": PASSWORD}));
        let cookie = me.send(request).await.cookie().unwrap();
        let session = session_behind(&place, &cookie).await;
        assert_eq!((session.device.as_str(), session.address.as_str()), ("A Browser/1.0", address));
    }
}
