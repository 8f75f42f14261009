//! Session cookies and what is behind them.

use std::time::Duration;

use chatapp_domain::session::{Lifetime, Session, SessionKey};
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

/// Somebody else's cookie, planted in a browser before its owner logs in there, is worth nothing afterwards.
#[tokio::test]
async fn a_planted_cookie_does_not_become_somebodys_session() {
    let place = Place::open();
    let (attacker, victim) = place.two_people().await;
    let planted = attacker.cookie.clone().unwrap();
    let form = "username=u2&password=".to_owned() + &PASSWORD.replace(' ', "+");
    for (path, kind, body) in [
        ("/login/", "application/x-www-form-urlencoded", form),
        ("/api/v1/session/", "application/json", json!({"username": "u2", "password": PASSWORD}).to_string()),
    ] {
        for cookie in [planted.as_str(), "chatapp_session=chosen-by-the-attacker"] {
            let request = victim.stranger_again().request("POST", path).header("cookie", cookie);
            let answer = victim.send(request.header("content-type", kind).body(body.clone())).await;
            let given = answer.cookie().unwrap();
            assert_ne!(given, cookie, "{path}");
            let mut holder = attacker.clone();
            holder.cookie = Some(cookie.to_owned());
            assert_eq!(holder.get("/api/v1/me/").await.status, 403, "{path}: {cookie}");
            holder.cookie = Some(given);
            assert_eq!(holder.get("/api/v1/me/").await.json()["username"], "u2");
        }
    }
}

#[tokio::test]
async fn a_cookie_that_was_kept_is_worth_nothing_after_the_log_out() {
    let place = Place::open();
    for (method, path) in [("DELETE", "/api/v1/session/"), ("POST", "/logout/"), ("GET", "/logout/")] {
        let mut me = if method == "DELETE" { place.person("u1").await } else { place.stranger() };
        if me.user.is_none() {
            me.user = Some(place.services.directory.find("u1").await.unwrap().unwrap());
            me.log_in().await;
        }
        let elsewhere = me.clone();
        assert_eq!(elsewhere.get("/api/v1/me/").await.status, 200);
        let left = me.method(method, path).await;
        assert!(left.status < 400 && left.header("set-cookie").contains("Max-Age=0"), "{left:?}");
        for path in ["/api/v1/me/", "/api/v1/message/", "/api/v1/event/", "/ws"] {
            assert_eq!(elsewhere.get(path).await.status, 403, "{method}: {path}");
        }
        assert_eq!(elsewhere.post("/api/v1/message/", &json!({"recipient": "u1", "body": "x"})).await.status, 403);
        assert_eq!(elsewhere.get("/").await.header("location"), "/login/?next=/");
    }
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
async fn a_session_that_is_not_used_ends_after_two_weeks() {
    let place = Place::open();
    let me = place.person("u1").await;
    let almost = Lifetime::default().idle - Duration::from_secs(1);
    for _ in 0..2 {
        place.clock.advance(almost);
        assert_eq!(me.get("/api/v1/me/").await.status, 200);
    }
    place.clock.advance(almost + Duration::from_secs(2));
    assert_eq!(me.get("/api/v1/me/").await.status, 403);
}

#[tokio::test]
async fn even_a_session_in_use_ends_after_thirty_days() {
    let place = Place::open();
    let me = place.person("u1").await;
    let day = Duration::from_secs(24 * 60 * 60);
    for number in 1..30 {
        place.clock.advance(day);
        assert_eq!(me.get("/api/v1/me/").await.status, 200, "day {number}");
    }
    place.clock.advance(day + Duration::from_secs(1));
    assert_eq!(me.get("/api/v1/me/").await.status, 403);
    place.clock.advance(day);
    assert_eq!(me.get("/api/v1/me/").await.status, 403, "nor does it come back");
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
