//! Who may administer, and the log of what they do.

use std::time::Duration;

use chatapp_http::{Settings, ThrottleSettings};
use chatapp_testkit::builders::PASSWORD;
use serde_json::{Value, json};

use crate::support::{Answer, Person, Place};

const LOG: &str = "/api/v1/admin/log/";
const NOT_FOUND: &str = r#"{"detail":"Not found.","code":"not_found"}"#;
const DENIED: &str = r#"{"detail":"You do not have permission to perform this action.","code":"permission_denied"}"#;
const PASSWORD_REQUIRED: &str = r#"{"detail":"Enter your password again.","code":"password_required"}"#;

/// Everything below `/api/v1/admin/` that is documented, which is every route.
fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&chatapp_http::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.contains("/admin/"));
    let of_path = |(path, methods): (&String, &Value)| {
        let path = path.replace("{id}", "1").replace("{username}", "u1");
        methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    };
    paths.flat_map(of_path).collect()
}

async fn refused_everywhere(person: &Person, status: u16, body: &str) {
    let operations = operations();
    assert!(operations.len() >= 6);
    for (method, path) in operations {
        for body_of_request in [json!({}), json!("no object")] {
            let answer = person.send(person.request(&method, &path).json(&body_of_request)).await;
            assert_eq!((answer.status, answer.body.as_str()), (status, body), "{method} {path}");
        }
    }
}

async fn confirm(person: &Person, password: &str) -> Answer {
    person.post("/api/v1/session/confirm/", &json!({"password": password})).await
}

#[tokio::test]
async fn for_everyone_else_there_is_nothing() {
    let place = Place::open();
    let me = place.person("u1").await;
    refused_everywhere(&me, 404, NOT_FOUND).await;
    me.get("/api/v1/admin/nothing/").await.assert(404, NOT_FOUND);
}

#[tokio::test]
async fn no_token_administers() {
    let place = Place::open();
    place.person("u1").await;
    let root = place.superuser("root").await;
    for scope in ["read", "write"] {
        refused_everywhere(&root.program(scope).await, 403, DENIED).await;
    }
}

#[tokio::test]
async fn the_password_is_asked_for_again_after_a_while() {
    let place = Place::open();
    place.person("u1").await;
    let root = place.superuser("root").await;
    place.clock.advance(Duration::from_secs(20 * 60 - 1));
    assert_eq!(root.get(LOG).await.status, 200, "logging in was giving it");
    place.clock.advance(Duration::from_secs(1));
    for (method, path) in operations() {
        root.method(&method, &path).await.assert(403, PASSWORD_REQUIRED);
    }
    confirm(&root, "wrong").await.assert(400, r#"{"password":["The password is not right."]}"#);
    confirm(&root, &format!("{PASSWORD} ")).await.assert(400, r#"{"password":["The password is not right."]}"#);
    root.get(LOG).await.assert(403, PASSWORD_REQUIRED);
    assert_eq!(confirm(&root, PASSWORD).await.status, 204);
    assert_eq!(root.get(LOG).await.status, 200);
    place.clock.advance(Duration::from_secs(20 * 60));
    root.get(LOG).await.assert(403, PASSWORD_REQUIRED);
}

#[tokio::test]
async fn a_password_given_in_one_session_is_not_given_in_another() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let mut elsewhere = place.stranger();
    elsewhere.user = root.user.clone();
    elsewhere.log_in().await;
    place.clock.advance(Duration::from_secs(20 * 60));
    assert_eq!(confirm(&root, PASSWORD).await.status, 204);
    assert_eq!((root.get(LOG).await.status, elsewhere.get(LOG).await.status), (200, 403));
}

#[tokio::test]
async fn guessing_at_an_open_session_is_throttled_as_a_log_in_is() {
    let place = Place::with_settings(Settings { throttles: ThrottleSettings::default(), ..Settings::default() });
    let root = place.superuser("root").await;
    let mut refused = 0;
    while confirm(&root, "wrong").await.status == 400 {
        refused += 1;
    }
    assert!((1..=20).contains(&refused), "{refused}");
    assert_eq!(confirm(&root, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_confirmation_needs_a_session_and_a_password() {
    let place = Place::open();
    let me = place.person("u1").await;
    assert_eq!(confirm(&me, PASSWORD).await.status, 204, "anybody may");
    me.post("/api/v1/session/confirm/", &json!({})).await.assert(400, r#"{"password":["This field is required."]}"#);
    assert_eq!(confirm(&place.stranger(), PASSWORD).await.status, 403);
    confirm(&me.program("write").await, PASSWORD).await.assert(403, DENIED);
}

#[tokio::test]
async fn what_is_done_is_in_the_log() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let made = root.post("/api/v1/admin/invitation/", &json!({"email": "ada@example.org"})).await.json();
    let path = format!("/api/v1/admin/invitation/{}/", made["id"]);
    assert_eq!(root.method("DELETE", &path).await.status, 204);
    let answer = root.get(LOG).await;
    let (log, id) = (answer.json(), made["id"].to_string());
    let created = json!({
        "id": log["results"][1]["id"],
        "time": "2026-01-01T00:00:00.000001Z",
        "actor": "root",
        "action": "invitation.create",
        "target_kind": "invitation",
        "target": id,
        "detail": {"for_an_address": true},
        "address": "127.0.0.1",
    });
    assert_eq!(log["results"][1], created);
    assert_eq!((&log["results"][0]["action"], &log["next"]), (&json!("invitation.revoke"), &Value::Null));
    assert!(!answer.body.contains("ada@") && !answer.body.contains(made["token"].as_str().unwrap()));
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let place = Place::open();
    let (root, other) = (place.superuser("root").await, place.superuser("other").await);
    for person in [&root, &other, &root] {
        person.post("/api/v1/admin/invitation/", &json!({})).await;
    }
    root.method("DELETE", "/api/v1/admin/invitation/2/").await;
    let found = async |query: &str| {
        let answer = root.get(&format!("{LOG}{query}")).await.json();
        let results = answer["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|entry| format!("{} {}", entry["actor"], entry["target"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["root 2", "root 3", "other 2", "root 1"]);
    assert_eq!(found("?actor=other").await, ["other 2"]);
    assert_eq!(found("?action=invitation.create&actor=root").await, ["root 3", "root 1"]);
    assert_eq!(found("?target=2").await, ["root 2", "other 2"]);
    assert!(found("?actor=nobody").await.is_empty() && found("?target=nobody").await.is_empty());
    let first = root.get(&format!("{LOG}?limit=3")).await.json();
    let next = first["next"].as_str().unwrap().strip_prefix(&root.url("")).unwrap();
    let second = root.get(next).await.json();
    assert_eq!((second["results"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
    for query in ["?action=user", "?action=", "?cursor=x", "?limit=0", "?limit=x"] {
        assert_eq!(root.get(&format!("{LOG}{query}")).await.status, 400, "{query}");
    }
}
