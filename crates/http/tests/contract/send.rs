//! Sending the same message twice, and knowing it.

use serde_json::json;

use crate::support::{Answer, Person, Place};

async fn post(me: &Person, header: Option<&str>, body: serde_json::Value) -> Answer {
    let mut request = me.request("POST", "/api/v1/message/").json(&body);
    if let Some(key) = header {
        request = request.header("idempotency-key", key);
    }
    me.send(request).await
}

#[tokio::test]
async fn the_same_key_means_the_same_message() {
    let place = Place::open();
    let (me, peer) = place.two_people().await;
    let body = json!({"recipient": "u2", "body": "once"});
    let first = post(&me, Some("key-1"), body.clone()).await;
    let again = post(&me, Some("key-1"), body.clone()).await;
    let with_field = post(&me, None, json!({"recipient": "u2", "body": "once", "client_id": "key-1"})).await;
    assert_eq!((first.status, again.status, with_field.status), (201, 200, 200));
    assert_eq!((&first.body, &first.body), (&again.body, &with_field.body));
    assert_eq!(first.json()["client_id"], "key-1");
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 1);
    let read = peer.get(&format!("/api/v1/message/{}/", first.json()["id"])).await.json();
    assert!(read.get("client_id").is_none(), "a key is its sender's own: {read}");
}

#[tokio::test]
async fn a_key_of_another_message_is_refused() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    place.person("u3").await;
    post(&me, Some("k"), json!({"recipient": "u2", "body": "once"})).await;
    let refusal = r#"{"detail":"This idempotency key was used for another message.","code":"idempotency_key_reused"}"#;
    post(&me, Some("k"), json!({"recipient": "u2", "body": "other"})).await.assert(422, refusal);
    post(&me, Some("k"), json!({"recipient": "u3", "body": "once"})).await.assert(422, refusal);
}

#[tokio::test]
async fn a_key_is_its_senders() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    assert_eq!(post(&u1, Some("k"), json!({"recipient": "u2", "body": "x"})).await.status, 201);
    assert_eq!(post(&u2, Some("k"), json!({"recipient": "u1", "body": "x"})).await.status, 201);
}

#[tokio::test]
async fn a_malformed_key_is_a_field_error() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let body = json!({"recipient": "u2", "body": "x"});
    let malformed = r#"{"client_id":["An idempotency key has 1 to 64 visible ASCII characters."]}"#;
    for key in ["a b", "", &"k".repeat(65)] {
        post(&me, Some(key), body.clone()).await.assert(400, malformed);
    }
    for key in [json!("é"), json!(""), json!("a\n")] {
        post(&me, None, json!({"recipient": "u2", "body": "x", "client_id": key})).await.assert(400, malformed);
    }
    let differ = r#"{"client_id":["The header Idempotency-Key and this field differ."]}"#;
    post(&me, Some("a"), json!({"recipient": "u2", "body": "x", "client_id": "b"})).await.assert(400, differ);
    let not_text = r#"{"client_id":["Not a valid string."]}"#;
    post(&me, None, json!({"recipient": "u2", "body": "x", "client_id": []})).await.assert(400, not_text);
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 0);
}

#[tokio::test]
async fn of_two_at_once_one_is_stored() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let body = json!({"recipient": "u2", "body": "once"});
    let posts = (0..16).map(|_| post(&me, Some("k"), body.clone()));
    let answers = futures_util::future::join_all(posts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
}
