//! Logging in and out with JSON.

use std::collections::BTreeSet;

use chatapp_testkit::builders::PASSWORD;
use serde_json::json;

use crate::support::Place;

#[tokio::test]
async fn logging_in_answers_who_one_is() {
    let place = Place::open();
    let mut me = place.person("Ada").await;
    for name in ["Ada", " ada ", "ADA", "ａｄａ"] {
        let answer =
            me.stranger_again().post("/api/v1/session", &json!({"username": name, "password": PASSWORD})).await;
        assert_eq!((answer.status, &answer.json()["username"]), (200, &json!("Ada")), "{name}");
        me.cookie = answer.cookie();
        assert_eq!(me.get("/api/v1/me/").await.status, 200);
    }
}

#[tokio::test]
async fn wrong_name_and_wrong_password_are_one_answer() {
    let place = Place::open();
    let me = place.person("u1").await.stranger_again();
    let refusal = r#"{"non_field_errors":["Unable to log in with provided credentials."]}"#;
    for (name, password) in [("u1", "wrong"), ("u1", ""), ("nobody", PASSWORD), ("", ""), ("u1\u{0}", PASSWORD)] {
        let answer = me.post("/api/v1/session/", &json!({"username": name, "password": password})).await;
        answer.assert(400, refusal);
        assert_eq!(answer.cookie(), None);
    }
    let spaced = json!({"username": "u1", "password": format!(" {PASSWORD}")});
    me.post("/api/v1/session/", &spaced).await.assert(400, refusal);
    let required = r#"{"username":["This field is required."],"password":["This field is required."]}"#;
    me.post("/api/v1/session/", &json!({})).await.assert(400, required);
}

/// Of whatever length a password is, nothing tells whether there is an account: not the answer, and not the work.
#[tokio::test]
async fn the_length_of_a_password_tells_nothing_about_names() {
    let place = Place::open();
    let me = place.person("u1").await.stranger_again();
    let gone = place.person("gone").await.user.unwrap().id;
    place.stores.stores().users.set_active(gone, false).await.unwrap();
    for length in [0, 8, 72, 73, 128, 129, 10_000] {
        let mut answers = Vec::new();
        for name in ["u1", "nobody", "gone", "no such name at all", ""] {
            let before = place.hasher.verifications();
            let answer = me.post("/api/v1/session/", &json!({"username": name, "password": "x".repeat(length)})).await;
            assert_eq!(place.hasher.verifications() - before, 1, "{name:?} {length}");
            let headers: BTreeSet<String> = answer.headers.keys().map(ToString::to_string).collect();
            answers.push((answer.status, answer.body, headers));
        }
        assert_eq!(answers[0].0, 400);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{length}: {answers:?}");
    }
    let right = json!({"username": "gone", "password": PASSWORD});
    let refusal = r#"{"non_field_errors":["Unable to log in with provided credentials."]}"#;
    me.post("/api/v1/session/", &right).await.assert(400, refusal);
}

#[tokio::test]
async fn too_many_log_ins_are_put_off() {
    let place = Place::open();
    let me = place.person("u1").await.stranger_again();
    place.hasher.set_busy(true);
    let answer = me.post("/api/v1/session/", &json!({"username": "u1", "password": PASSWORD})).await;
    answer.assert(503, r#"{"detail":"Service temporarily unavailable, try again later.","code":"unavailable"}"#);
    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn logging_out_ends_the_session() {
    let place = Place::open();
    let me = place.person("u1").await;
    let answer = me.method("DELETE", "/api/v1/session/").await;
    assert_eq!((answer.status, answer.header("clear-site-data")), (204, "\"cache\", \"storage\""));
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    assert_eq!(me.get("/api/v1/me/").await.status, 403);
}
