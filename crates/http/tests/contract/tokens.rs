//! Personal access tokens: making, using and revoking them, and everything that a bearer header changes.

use std::time::Duration;

use chatapp_http::{Rate, Settings, ThrottleSettings};
use chatapp_testkit::builders::PASSWORD;
use serde_json::{Value, json};

use crate::support::{Person, Place, Socket};

const TOKENS: &str = "/api/v1/me/token/";
const INVALID: &str = r#"{"detail":"Invalid token.","code":"invalid_token"}"#;
const DENIED: &str = r#"{"detail":"You do not have permission to perform this action.","code":"permission_denied"}"#;

async fn made(me: &Person, wish: &Value) -> Value {
    let answer = me.post(TOKENS, wish).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

async fn listed(me: &Person) -> Vec<Value> {
    me.get(TOKENS).await.json()["results"].as_array().unwrap().clone()
}

async fn assert_invalid(program: &Person) {
    let answer = program.get("/api/v1/me/").await;
    answer.assert(401, INVALID);
    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn a_token_is_shown_once_and_listed_without_its_secret() {
    let place = Place::open();
    let me = place.person("u1").await;
    let first = made(&me, &json!({"name": " backup 🐎 ", "scope": "read", "expires": null})).await;
    let token = first["token"].as_str().unwrap();
    assert!(token.starts_with("rcht_") && token.len() == 48, "{token}");
    let created = first["created"].as_str().unwrap();
    let shown = json!({
        "id": first["id"],
        "name": "backup 🐎",
        "scope": "read",
        "prefix": token[..9],
        "created": created,
        "expires": null,
        "last_used": null,
    });
    let mut expected = shown.clone();
    expected["token"] = token.into();
    assert_eq!(first, expected);
    let second = made(&me, &json!({"name": "bot", "scope": "write", "expires": "2100-01-02T03:04:05+01:00"})).await;
    assert_eq!(second["expires"], "2100-01-02T02:04:05.000000Z");
    let all = me.get(TOKENS).await;
    assert!(!all.body.contains(token) && !all.body.contains("\"token\""), "{all:?}");
    assert_eq!(all.json()["results"][1], shown, "the newest first");
    assert_ne!(first["token"], second["token"]);
}

#[tokio::test]
async fn a_form_makes_a_token_too() {
    let place = Place::open();
    let me = place.person("u1").await;
    let form = me.request("POST", TOKENS).header("content-type", "application/x-www-form-urlencoded");
    let answer = me.send(form.body("name=backup&scope=read&expires=")).await;
    assert_eq!((answer.status, &answer.json()["expires"]), (201, &Value::Null));
}

#[tokio::test]
async fn bad_wishes_are_told_field_by_field() {
    let place = Place::open();
    let me = place.person("u1").await;
    let required = "This field is required.";
    let format = "Enter a valid date and time in RFC 3339, like 2027-01-31T00:00:00Z.";
    for (wish, errors) in [
        (json!({}), json!({"name": [required], "scope": [required]})),
        (json!({"name": " ", "scope": "read"}), json!({"name": ["This field may not be blank."]})),
        (
            json!({"name": null, "scope": null}),
            json!({"name": ["This field may not be null."], "scope": ["This field may not be null."]}),
        ),
        (json!({"name": "a\u{7}b", "scope": "read"}), json!({"name": ["Enter a name without control characters."]})),
        (
            json!({"name": "Ж".repeat(101), "scope": "read"}),
            json!({"name": ["Ensure this field has no more than 100 characters."]}),
        ),
        (json!({"name": "x", "scope": "admin"}), json!({"scope": ["\"admin\" is not a valid choice."]})),
        (json!({"name": "x", "scope": "read", "expires": "tomorrow"}), json!({"expires": [format]})),
        (json!({"name": "x", "scope": "read", "expires": {}}), json!({"expires": ["Not a valid string."]})),
        (
            json!({"name": "x", "scope": "read", "expires": "2026-01-01T00:00:00Z"}),
            json!({"expires": ["Ensure this is in the future."]}),
        ),
    ] {
        let answer = me.post(TOKENS, &wish).await;
        assert_eq!((answer.status, answer.json()), (400, errors), "{wish}");
    }
    assert!(listed(&me).await.is_empty());
}

#[tokio::test]
async fn fifty_tokens_are_enough_for_anybody() {
    let place = Place::open();
    let me = place.person("u1").await;
    let wish = json!({"name": "x", "scope": "read"});
    for _ in 0..50 {
        made(&me, &wish).await;
    }
    let errors = json!({"non_field_errors": ["You have as many tokens as one may have. Revoke one first."]});
    let answer = me.post(TOKENS, &wish).await;
    assert_eq!((answer.status, answer.json()), (400, errors));
    let id = listed(&me).await[7]["id"].clone();
    assert_eq!(me.method("DELETE", &format!("{TOKENS}{id}/")).await.status, 204);
    made(&me, &wish).await;
}

#[tokio::test]
async fn a_program_with_a_write_token_speaks_for_its_owner() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let program = me.program("write").await;
    assert_eq!(program.get("/api/v1/me/").await.json()["username"], "u1");
    let message = program.tell(&other, "from a program").await;
    assert_eq!(message["user"], "u1");
    assert_eq!(other.get(&format!("/api/v1/message/{}/", message["id"])).await.status, 200);
    let named = program.send(program.request("PATCH", "/api/v1/me/").json(&json!({"display_name": "Bot"}))).await;
    assert_eq!((named.status, &named.json()["display_name"]), (200, &json!("Bot")));
    assert_eq!(program.get("/api/v1/me/").await.cookie(), None);
}

#[tokio::test]
async fn a_read_token_reads_and_changes_nothing() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    me.tell(&other, "hello").await;
    let program = me.program("read").await;
    for path in ["/api/v1/", "/api/v1/message/", "/api/v1/user/", "/api/v1/conversation/", "/api/v1/event/?after=0"] {
        assert_eq!(program.get(path).await.status, 200, "{path}");
    }
    program.post("/api/v1/message/", &json!({"recipient": "u2", "body": "x"})).await.assert(403, DENIED);
    program.post("/api/v1/message/", &json!({})).await.assert(403, DENIED);
    program.put("/api/v1/conversation/u2/read/", &json!({"seq": 1})).await.assert(403, DENIED);
    program.send(program.request("PATCH", "/api/v1/me/").json(&json!({"display_name": "x"}))).await.assert(403, DENIED);
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 1);
}

#[tokio::test]
async fn no_token_reaches_the_account_itself() {
    let place = Place::open();
    let me = place.person("u1").await;
    let (program, id) = (me.program("write").await, listed(&me).await.len());
    let wish = json!({"name": "another", "scope": "write"});
    for (method, path, body) in [
        ("POST", TOKENS, &wish),
        ("GET", TOKENS, &json!({})),
        ("DELETE", &format!("{TOKENS}{id}/"), &json!({})),
        ("GET", "/api/v1/me/session/", &json!({})),
        ("DELETE", "/api/v1/me/session/", &json!({})),
        ("DELETE", "/api/v1/session/", &json!({})),
        ("POST", "/api/v1/password/change/", &json!({"old_password": PASSWORD, "new_password": "another one 1"})),
        ("PATCH", "/api/v1/me/", &json!({"email": "new@example.org", "password": PASSWORD})),
        ("GET", "/api/v1/admin/invitation/", &json!({})),
    ] {
        program.send(program.request(method, path).json(body)).await.assert(403, DENIED);
    }
    assert_eq!((listed(&me).await.len(), me.get("/api/v1/me/").await.status), (1, 200));
}

#[tokio::test]
async fn a_bad_token_is_refused_whatever_comes_with_it() {
    let place = Place::open();
    let me = place.person("u1").await;
    let good = me.program("write").await.token.unwrap();
    let cut = &good[..47];
    let (changed, spaced) = (good.replace("rcht_", "rcht-"), format!("{good} x"));
    for token in ["", "x", "rcht_", cut, changed.as_str(), spaced.as_str(), &"x".repeat(4000)] {
        let request = me.request("GET", "/api/v1/me/").header("authorization", format!("Bearer {token}"));
        let answer = me.send(request).await;
        answer.assert(401, INVALID);
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"", "{token}");
    }
    let refused = Socket::open(&me, "", &[("authorization", "Bearer x")]).await.err();
    assert_eq!(refused, Some((401, INVALID.to_owned())), "also beside a good session");
    let asked = place.stranger().get(&format!("/api/v1/me/?access_token={good}&token={good}")).await;
    assert_eq!(asked.status, 403, "a token is shown in the header only");
    let basic = place.stranger();
    let basic = basic.send(basic.request("GET", "/api/v1/me/").header("authorization", "Basic dTE6cGFzcw==")).await;
    assert_eq!(basic.json()["code"], "not_authenticated");
}

#[tokio::test]
async fn a_token_stands_for_its_owner_whosever_session_comes_along() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let token = me.program("read").await.token.unwrap();
    let mixed =
        |method: &str, path: &str| other.request(method, path).header("authorization", format!("bearer {token}"));
    assert_eq!(other.send(mixed("GET", "/api/v1/me/")).await.json()["username"], "u1");
    other.send(mixed("DELETE", "/api/v1/session/")).await.assert(403, DENIED);
    assert_eq!(other.get("/api/v1/me/").await.status, 200, "the session was not even looked at");
}

#[tokio::test]
async fn another_sites_page_may_use_a_token_since_no_browser_sends_one_by_itself() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let program = me.program("write").await;
    let wish = json!({"recipient": other.name(), "body": "hello"});
    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let sent = program.request("POST", "/api/v1/message/").header(name, value).json(&wish);
        assert_eq!(program.send(sent).await.status, 201, "{name}: {value}");
        Socket::open(&program, "", &[(name, value)]).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn an_expired_token_is_no_token() {
    let place = Place::open();
    let me = place.person("u1").await;
    // The clock of a place begins with the year.
    let program = me.program_until("write", Some("2026-01-01T00:01:00Z")).await;
    place.clock.advance(Duration::from_secs(59));
    assert_eq!(program.get("/api/v1/me/").await.status, 200);
    place.clock.advance(Duration::from_secs(1));
    assert_invalid(&program).await;
    assert_eq!(listed(&me).await.len(), 1, "its owner sees why");
}

#[tokio::test]
async fn an_expired_token_loses_its_sockets_in_the_next_round() {
    let place = Place::open();
    let me = place.person("u1").await;
    let program = me.program_until("read", Some("2026-01-01T00:01:00Z")).await;
    let (mut ends, mut stays) = (Socket::plain(&program, "").await, Socket::present(&me).await);
    place.clock.advance(Duration::from_secs(60));
    place.compare().await;
    assert_eq!(ends.end().await, (Some(4401), vec![]));
    me.tell(&me, "still here").await;
    assert_eq!(stays.json().await["pos"], 1);
}

#[tokio::test]
async fn a_revoked_token_asks_for_nothing_more_and_loses_its_sockets() {
    let place = Place::open();
    let me = place.person("u1").await;
    let (program, kept) = (me.program("write").await, me.program("read").await);
    let (mut plain, mut v1) = (Socket::plain(&program, "").await, Socket::present(&program).await);
    let (mut other, mut mine) = (Socket::present(&kept).await, Socket::present(&me).await);
    let id = listed(&me).await.pop().unwrap()["id"].clone();
    assert_eq!(me.method("DELETE", &format!("{TOKENS}{id}/")).await.status, 204);
    assert_invalid(&program).await;
    assert_eq!(plain.end().await, (Some(4401), vec![]));
    assert_eq!(v1.end().await, (Some(4401), vec![r#"{"type":"bye","reason":"session_ended"}"#.to_owned()]));
    me.tell(&me, "still here").await;
    assert_eq!(other.json().await["pos"], 1);
    assert_eq!(mine.json().await["pos"], 1);
}

#[tokio::test]
async fn a_long_poll_ends_with_its_token() {
    let place = Place::open();
    let me = place.person("u1").await;
    let program = me.program("read").await;
    let poll = tokio::spawn(async move { program.get("/api/v1/event/?after=0&wait=20").await });
    crate::support::until("the poll listens", || place.hub.connections() == 1).await;
    let id = listed(&me).await.pop().unwrap()["id"].clone();
    assert_eq!(me.method("DELETE", &format!("{TOKENS}{id}/")).await.status, 204);
    poll.await.unwrap().assert(401, INVALID);
}

#[tokio::test]
async fn a_new_password_ends_all_tokens() {
    let place = Place::open();
    let me = place.person("u1").await;
    let program = me.program("write").await;
    let mut socket = Socket::plain(&program, "").await;
    let change = json!({"old_password": PASSWORD, "new_password": "another one 1"});
    assert_eq!(me.post("/api/v1/password/change/", &change).await.status, 204);
    assert_invalid(&program).await;
    assert_eq!(socket.end().await.0, Some(4401));
}

#[tokio::test]
async fn nobody_revokes_what_is_not_theirs_or_not_there() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let program = me.program("read").await;
    let id = listed(&me).await.pop().unwrap()["id"].clone();
    for id in [id.to_string(), "9007199254740991".to_owned(), "x".to_owned(), "0".to_owned()] {
        let answer = other.method("DELETE", &format!("{TOKENS}{id}/")).await;
        assert_eq!(answer.status, 404, "{id}");
    }
    assert_eq!(program.get("/api/v1/me/").await.status, 200);
    assert!(listed(&other).await.is_empty());
}

#[tokio::test]
async fn the_last_use_is_seen_to_within_five_minutes() {
    let place = Place::open();
    let me = place.person("u1").await;
    let program = me.program("read").await;
    let last = async || listed(&me).await[0]["last_used"].clone();
    assert_eq!(last().await, Value::Null);
    program.get("/api/v1/me/").await;
    let first = last().await;
    assert!(first.is_string());
    place.clock.advance(Duration::from_secs(299));
    program.get("/api/v1/me/").await;
    assert_eq!(last().await, first);
    place.clock.advance(Duration::from_secs(1));
    program.get("/api/v1/me/").await;
    assert_ne!(last().await, first);
}

#[tokio::test]
async fn a_read_token_does_not_tell_others_that_somebody_types() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let mut ear = Socket::present(&other).await;
    let (mut reads, mut writes) =
        (Socket::present(&me.program("read").await).await, Socket::present(&me.program("write").await).await);
    let typing = |typing: bool| json!({"type": "typing", "conversation": "u2", "typing": typing}).to_string();
    reads.send(typing(false)).await;
    // Answered in order: what was said before is done with.
    reads.send(r#"{"type":"ping"}"#.to_owned()).await;
    assert_eq!(reads.json().await["type"], "pong");
    writes.send(typing(true)).await;
    assert_eq!(ear.json().await["typing"], true);
}

#[tokio::test]
async fn an_address_with_too_many_wrong_tokens_waits_and_right_ones_do_not() {
    let wrong_tokens_per_address = Rate::new(5, Duration::from_secs(3600));
    let throttles = ThrottleSettings { wrong_tokens_per_address, ..ThrottleSettings::default() };
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    let place = Place::with_settings(Settings { throttles, trusted_proxies, ..Settings::default() });
    let me = place.person("u1").await;
    let program = me.program("read").await;
    let show = async |token: &str, address: &str| {
        let request = place.stranger().request("GET", "/api/v1/me/").header("x-forwarded-for", address);
        me.send(request.header("authorization", format!("Bearer {token}"))).await.status
    };
    let good = program.token.as_deref().unwrap();
    assert_eq!(show(good, "192.0.2.1").await, 200);
    for number in 0..5 {
        assert_eq!(show(&format!("rcht_{number:043}"), "192.0.2.1").await, 401);
    }
    assert_eq!(show("x", "192.0.2.1").await, 429);
    assert_eq!(show(good, "192.0.2.1").await, 200, "nobody is locked out by somebody else");
    assert_eq!(show("x", "192.0.2.2").await, 401);
}

#[tokio::test]
async fn while_the_store_is_away_no_token_is_said_to_be_bad() {
    let place = Place::open();
    let me = place.person("u1").await;
    let program = me.program("read").await;
    place.stores.go_away();
    assert_eq!(program.get("/api/v1/me/").await.status, 503);
    place.stores.come_back();
    assert_eq!(program.get("/api/v1/me/").await.status, 200);
}
