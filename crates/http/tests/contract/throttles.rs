//! How much anybody may ask for. Limits that are to be reached make up for nothing while a test runs, so that no clock
//! matters; how they do make up is tested beside the code, with a clock that goes when it is told to.

use std::time::Duration;

use chatapp_http::{Rate, Settings, ThrottleSettings};
use chatapp_testkit::builders::PASSWORD;
use serde_json::json;

use crate::support::{Answer, Person, Place, Socket, until};

/// As many as said, and no more for an hour.
fn just(burst: u32) -> Rate {
    Rate::new(burst, Duration::from_secs(3600))
}

fn place_with(throttles: ThrottleSettings) -> Place {
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    Place::with_settings(Settings { throttles, trusted_proxies, ..Settings::default() })
}

async fn try_to_log_in(stranger: &Person, name: &str, password: &str, address: &str) -> Answer {
    let request = stranger.request("POST", "/api/v1/session/").header("x-forwarded-for", address);
    stranger.send(request.json(&json!({"username": name, "password": password}))).await
}

#[track_caller]
fn assert_throttled(answer: &Answer) {
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let detail = format!("Request was throttled. Expected available in {seconds} {unit}.");
    answer.assert(429, &format!("{{\"detail\":\"{detail}\",\"code\":\"throttled\"}}"));
    assert!(seconds >= 1 && answer.cookie().is_none(), "{answer:?}");
    assert!(!answer.header("x-request-id").is_empty() && answer.header("cache-control") == "no-store", "{answer:?}");
}

#[tokio::test]
async fn the_eleventh_wrong_password_is_not_looked_at() {
    let log_ins_per_address = just(1000);
    let place =
        place_with(ThrottleSettings { log_in_failures: just(10), log_ins_per_address, ..ThrottleSettings::default() });
    let me = place.person("u1").await;
    let stranger = place.stranger();
    for name in ["u1", "nobody"] {
        for _ in 0..10 {
            assert_eq!(try_to_log_in(&stranger, name, "wrong", "192.0.2.1").await.status, 400);
        }
        // That nothing is looked at shows in that a hasher without time is not asked.
        place.hasher.set_busy(true);
        assert_throttled(&try_to_log_in(&stranger, name, PASSWORD, "192.0.2.1").await);
        place.hasher.set_busy(false);
        assert_eq!(try_to_log_in(&stranger, name, "wrong", "198.51.100.1").await.status, 400);
    }
    assert_eq!(try_to_log_in(&stranger, "u1", PASSWORD, "198.51.100.1").await.status, 200, "nobody is locked out");
    assert_eq!(me.get("/api/v1/me/").await.status, 200, "nor is anybody's session touched");
}

#[tokio::test]
async fn the_answers_for_known_and_unknown_names_are_one() {
    let place = place_with(ThrottleSettings { log_in_failures: just(2), ..ThrottleSettings::default() });
    place.person("u1").await;
    let mut answers = Vec::new();
    for (name, address) in [("u1", "192.0.2.1"), ("nobody", "192.0.2.2")] {
        let mut seen = Vec::new();
        for _ in 0..4 {
            let answer = try_to_log_in(&place.stranger(), name, "wrong", address).await;
            seen.push((answer.status, answer.body.split(" in ").next().map(str::to_owned)));
        }
        answers.push(seen);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_address_that_nobody_vouches_for_is_not_believed() {
    let throttles = ThrottleSettings { log_ins_per_address: just(5), ..ThrottleSettings::default() };
    let place = Place::with_settings(Settings { throttles, ..Settings::default() });
    let stranger = place.stranger();
    for number in 0..5 {
        let name = format!("name{number}");
        assert_eq!(try_to_log_in(&stranger, &name, "wrong", &format!("192.0.2.{number}")).await.status, 400);
    }
    assert_throttled(&try_to_log_in(&stranger, "another", "wrong", "192.0.2.99").await);
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_is_what_it_saw() {
    let throttles = ThrottleSettings { log_ins_per_address: just(5), ..ThrottleSettings::default() };
    let place = place_with(throttles);
    let stranger = place.stranger();
    for number in 0..5 {
        let forged = format!("10.9.8.{number}, 192.0.2.1");
        assert_eq!(try_to_log_in(&stranger, &format!("name{number}"), "wrong", &forged).await.status, 400);
    }
    assert_throttled(&try_to_log_in(&stranger, "another", "wrong", "6.6.6.6, 192.0.2.1").await);
    assert_eq!(try_to_log_in(&stranger, "another", "wrong", "192.0.2.2").await.status, 400);
    for number in 0..4 {
        let neighbour = format!("2001:db8::{number}");
        assert_eq!(try_to_log_in(&stranger, &format!("name{number}"), "wrong", &neighbour).await.status, 400);
    }
    assert_eq!(try_to_log_in(&stranger, "name4", "wrong", "2001:db8::ffff:1").await.status, 400);
    assert_throttled(&try_to_log_in(&stranger, "name5", "wrong", "2001:db8::5").await);
}

#[tokio::test]
async fn success_does_not_buy_an_address_more_tries() {
    let place = place_with(ThrottleSettings { log_ins_per_address: just(3), ..ThrottleSettings::default() });
    let me = place.person("u1").await.stranger_again();
    for password in ["wrong", PASSWORD, PASSWORD] {
        assert_ne!(try_to_log_in(&me, "u1", password, "192.0.2.1").await.status, 429);
    }
    assert_throttled(&try_to_log_in(&me, "u1", PASSWORD, "192.0.2.1").await);
}

#[tokio::test]
async fn a_form_comes_back_and_says_when() {
    let place = place_with(ThrottleSettings { log_in_failures: just(3), ..ThrottleSettings::default() });
    let stranger = place.stranger();
    let post = async || {
        let form = stranger.request("POST", "/login/").header("content-type", "application/x-www-form-urlencoded");
        stranger.send(form.body("username=u1&password=wrong&next=/c/u2")).await
    };
    for _ in 0..3 {
        assert_eq!(post().await.status, 200);
    }
    let answer = post().await;
    assert_eq!((answer.status, answer.header("content-type")), (429, "text/html; charset=utf-8"));
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0, "{answer:?}");
    assert!(answer.body.contains("Too many attempts. Please try again in") && answer.body.contains("/c/u2"));
    assert!(answer.header("content-security-policy").contains("script-src 'self'"), "{answer:?}");
}

#[tokio::test]
async fn a_person_sends_only_so_much_and_can_still_read_and_leave() {
    let place = place_with(ThrottleSettings { sends: just(60), ..ThrottleSettings::default() });
    let (me, peer) = place.two_people().await;
    for _ in 0..60 {
        me.tell(&peer, "hello").await;
    }
    let message = json!({"recipient": "u2", "body": "one more"});
    assert_throttled(&me.post("/api/v1/message/", &message).await);
    assert_throttled(&me.post("/api/v1/message", &message).await);
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 60);
    peer.tell(&me, "I may").await;
    assert_eq!(me.method("DELETE", "/api/v1/session/").await.status, 204);
}

#[tokio::test]
async fn a_person_reads_only_so_much_over_all_sessions() {
    let place = place_with(ThrottleSettings { reads: just(200), ..ThrottleSettings::default() });
    let (me, peer) = place.two_people().await;
    let mut elsewhere = me.clone();
    elsewhere.log_in().await;
    let paths = ["/api/v1/me/", "/api/v1/message/", "/api/v1/user/", "/api/v1/message/1/", "/api/v1/event/"];
    for number in 0..200 {
        let who = if number % 2 == 0 { &me } else { &elsewhere };
        assert_ne!(who.get(paths[number % paths.len()]).await.status, 429);
    }
    for path in paths {
        assert_throttled(&me.get(path).await);
        assert_throttled(&elsewhere.get(path).await);
    }
    assert_throttled(&me.put("/api/v1/conversation/u2/read/", &json!({"seq": 1})).await);
    assert_eq!(Socket::open(&me, "", &[]).await.err().unwrap().0, 429);
    me.tell(&peer, "sending is counted apart").await;
    assert_eq!((peer.get("/api/v1/me/").await.status, me.get("/health/ready").await.status), (200, 200));
    assert_eq!(me.method("DELETE", "/api/v1/session/").await.status, 204, "leaving is never too much");
}

#[tokio::test]
async fn an_address_has_only_so_many_sockets_open() {
    let place = place_with(ThrottleSettings { sockets_per_address: 5, ..ThrottleSettings::default() });
    let (me, peer) = place.two_people().await;
    let open = async |who: &Person, address| Socket::open(who, "", &[("x-forwarded-for", address)]).await;
    let mut sockets = Vec::new();
    for number in 0..5 {
        let who = if number % 2 == 0 { &me } else { &peer };
        sockets.push(open(who, "192.0.2.1").await.unwrap());
    }
    let (status, body) = open(&me, "192.0.2.1").await.err().unwrap();
    let refusal = r#"{"detail":"Request was throttled. Expected available in 10 seconds.","code":"throttled"}"#;
    assert_eq!((status, body.as_str()), (429, refusal));
    assert!(open(&me, "192.0.2.2").await.is_ok());
    sockets.pop().unwrap().close().await;
    until("one and the one from elsewhere have ended", || place.hub.connections() == 4).await;
    // The place is free once the server has let go of the connection, a moment after its subscription.
    let again = async { while open(&me, "192.0.2.1").await.is_err() {} };
    tokio::time::timeout(crate::support::PATIENCE, again).await.expect("there is room again");
}

#[tokio::test]
async fn off_is_off() {
    let throttles = ThrottleSettings { on: false, sends: just(1), reads: just(1), ..ThrottleSettings::default() };
    let place = place_with(throttles);
    let (me, peer) = place.two_people().await;
    for _ in 0..30 {
        me.tell(&peer, "hello").await;
        assert_eq!(try_to_log_in(&me, "u1", "wrong", "192.0.2.1").await.status, 400);
    }
}
