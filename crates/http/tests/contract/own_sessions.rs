//! Seeing where one is logged in, and ending that.

use std::time::Duration;

use chatapp_testkit::builders::PASSWORD;
use serde_json::{Value, json};

use crate::support::{Answer, Person, Place, Socket};

const MINE: &str = "/api/v1/me/session/";
const NOT_FOUND: &str = r#"{"detail":"Not found.","code":"not_found"}"#;
const NO_SESSION: &str = r#"{"detail":"Authentication credentials were not provided.","code":"not_authenticated"}"#;

/// The same person, logged in once more.
async fn again(me: &Person) -> Person {
    let mut other = me.clone();
    other.log_in().await;
    other
}

async fn listed(me: &Person) -> Vec<Value> {
    let answer = me.get(MINE).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["results"].as_array().unwrap().clone()
}

/// The number of a person's own session.
async fn number(me: &Person) -> i64 {
    let current: Vec<Value> = listed(me).await.into_iter().filter(|session| session["current"] == true).collect();
    assert_eq!(current.len(), 1, "{current:?}");
    current[0]["id"].as_i64().unwrap()
}

async fn end(me: &Person, id: i64) -> Answer {
    me.method("DELETE", &format!("{MINE}{id}/")).await
}

async fn assert_alive(people: &[(&Person, bool)]) {
    for (number, (person, alive)) in people.iter().enumerate() {
        assert_eq!(person.get("/api/v1/me/").await.status, if *alive { 200 } else { 403 }, "{number}");
    }
}

#[tokio::test]
async fn a_session_is_shown_as_it_was_opened() {
    let place = Place::open();
    let stranger = place.person("u1").await.stranger_again();
    let log_in = stranger.request("POST", "/api/v1/session/").header("user-agent", "A \"Browser\"/1.0 <Ж>");
    let cookie = stranger.send(log_in.json(&json!({"username": "u1", "password": PASSWORD}))).await.cookie();
    let mut me = stranger;
    me.cookie = cookie;
    let mine = listed(&me).await.into_iter().find(|session| session["current"] == true).unwrap();
    let now = mine["opened"].as_str().unwrap();
    assert!(now.ends_with('Z') && now.len() == "2026-11-24T10:15:30.123456Z".len(), "{now}");
    let expected = json!({
        "id": mine["id"],
        "current": true,
        "device": "A \"Browser\"/1.0 <Ж>",
        "address": "127.0.0.1",
        "opened": now,
        "last_used": now,
    });
    assert_eq!(mine, expected);
}

#[tokio::test]
async fn sessions_are_listed_by_their_last_use_and_only_ones_own() {
    let place = Place::open();
    let (phone, other) = place.two_people().await;
    let laptop = again(&phone).await;
    let desk = again(&phone).await;
    let ids = [number(&phone).await, number(&laptop).await, number(&desk).await];
    let order = async |me: &Person| -> Vec<i64> {
        listed(me).await.iter().map(|session| session["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(order(&desk).await, [ids[2], ids[1], ids[0]]);
    // Used by the very request that asks: that is noted before the answer.
    place.clock.advance(Duration::from_secs(301));
    assert_eq!(order(&phone).await, [ids[0], ids[2], ids[1]]);
    let seen = listed(&phone).await;
    assert!(seen[0]["last_used"].as_str() > seen[1]["last_used"].as_str(), "{seen:?}");
    assert_eq!(seen.iter().map(|session| session["current"] == true).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(listed(&other).await.len(), 1);
}

#[tokio::test]
async fn what_is_past_its_lifetime_is_not_listed() {
    let place = Place::open();
    let forgotten = place.person("u1").await;
    place.clock.advance(Duration::from_secs(13 * 24 * 60 * 60));
    let me = again(&forgotten).await;
    assert_eq!(listed(&me).await.len(), 2);
    place.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(listed(&me).await.len(), 1);
}

#[tokio::test]
async fn an_ended_session_asks_for_nothing_more_and_loses_its_sockets() {
    let place = Place::open();
    let thief = place.person("u1").await;
    let me = again(&thief).await;
    let (mut plain, mut v1) = (Socket::plain(&thief, "").await, Socket::present(&thief).await);
    let mut mine = Socket::present(&me).await;
    let ended = end(&me, number(&thief).await).await;
    assert_eq!((ended.status, ended.body.as_str(), ended.cookie()), (204, "", None));
    for path in ["/api/v1/me/", MINE, "/api/v1/message/", "/ws"] {
        thief.get(path).await.assert(403, NO_SESSION);
    }
    assert_eq!(plain.end().await, (Some(4401), vec![]));
    assert_eq!(v1.end().await, (Some(4401), vec![r#"{"type":"bye","reason":"session_ended"}"#.to_owned()]));
    me.tell(&me, "still here").await;
    assert_eq!(mine.json().await["pos"], 1);
    assert_eq!(listed(&me).await.len(), 1);
}

#[tokio::test]
async fn everywhere_else_is_ended_at_once() {
    let place = Place::open();
    let (phone, other) = place.two_people().await;
    let (laptop, me) = (again(&phone).await, again(&phone).await);
    let mut theirs = [Socket::plain(&phone, "").await, Socket::plain(&laptop, "").await];
    let (mut mine, mut others) = (Socket::present(&me).await, Socket::present(&other).await);
    for _ in 0..2 {
        let ended = me.method("DELETE", MINE).await;
        assert_eq!((ended.status, ended.body.as_str(), ended.cookie()), (204, "", None));
        assert_alive(&[(&phone, false), (&laptop, false), (&me, true), (&other, true)]).await;
    }
    for socket in &mut theirs {
        assert_eq!(socket.end().await.0, Some(4401));
    }
    me.tell(&other, "still here").await;
    assert_eq!(mine.json().await["pos"], 1);
    assert_eq!(others.json().await["pos"], 1);
    assert_eq!(listed(&me).await.len(), 1);
}

#[tokio::test]
async fn nobody_ends_what_is_not_theirs_or_not_there() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let gone = again(&me).await;
    let (foreign, ended) = (number(&other).await, number(&gone).await);
    assert_eq!(end(&me, ended).await.status, 204);
    for id in [foreign, ended, 9_007_199_254_740_991, i64::MAX] {
        end(&me, id).await.assert(404, NOT_FOUND);
    }
    for id in ["0", "-1", "01", "+1", "x", "1e3", "9223372036854775808", "%31"] {
        me.method("DELETE", &format!("{MINE}{id}/")).await.assert(404, NOT_FOUND);
    }
    assert_alive(&[(&me, true), (&other, true)]).await;
}

#[tokio::test]
async fn ending_ones_own_session_is_logging_out() {
    let place = Place::open();
    let me = place.person("u1").await;
    let kept = again(&me).await;
    let mut socket = Socket::plain(&me, "").await;
    let left = end(&me, number(&me).await).await;
    assert_eq!(left.status, 204);
    assert!(left.header("set-cookie").contains("Max-Age=0"), "{left:?}");
    let logged_out = again(&kept).await.method("DELETE", "/api/v1/session/").await;
    assert_eq!(left.header("clear-site-data"), logged_out.header("clear-site-data"));
    assert_eq!(socket.end().await.0, Some(4401));
    assert_alive(&[(&me, false), (&kept, true)]).await;
}

#[tokio::test]
async fn another_sites_page_ends_nothing() {
    let place = Place::open();
    let me = place.person("u1").await;
    let kept = again(&me).await;
    for path in [MINE.to_owned(), format!("{MINE}{}/", number(&kept).await)] {
        let request = me.request("DELETE", &path).header("origin", "https://evil.example");
        assert_eq!(me.send(request).await.json()["code"], "cross_site", "{path}");
    }
    assert_alive(&[(&me, true), (&kept, true)]).await;
}

#[tokio::test]
async fn while_the_store_is_away_nothing_is_said_to_be_over() {
    let place = Place::open();
    let me = place.person("u1").await;
    let id = number(&again(&me).await).await;
    place.stores.go_away();
    for (method, path) in [("GET", MINE.to_owned()), ("DELETE", MINE.to_owned()), ("DELETE", format!("{MINE}{id}/"))] {
        assert_eq!(me.method(method, &path).await.status, 503, "{method} {path}");
    }
}

#[tokio::test]
async fn other_methods_are_named() {
    let place = Place::open();
    let me = place.person("u1").await;
    let put = me.put(MINE, &json!({})).await;
    assert_eq!((put.status, put.header("allow")), (405, "GET, HEAD, DELETE, OPTIONS"));
    let get = me.get(&format!("{MINE}{}/", number(&me).await)).await;
    assert_eq!((get.status, get.header("allow")), (405, "DELETE, OPTIONS"));
}
