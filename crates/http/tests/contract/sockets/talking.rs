//! What clients say on a socket.

use serde_json::json;

use crate::support::{Place, Socket, plain_frame};

#[tokio::test]
async fn a_ping_is_answered() {
    let place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::present(&me).await;
    socket.send(r#"{"type":"ping"}"#).await;
    assert_eq!(socket.text().await, r#"{"type":"pong"}"#);
}

#[tokio::test]
async fn typing_is_passed_on() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let (mut typist, mut reader) = (Socket::present(&u1).await, Socket::present(&u2).await);
    typist.send(r#"{"type":"typing","conversation":"nobody","typing":true}"#).await;
    typist.send(r#"{"type":"typing","conversation":"u2","typing":true}"#).await;
    assert_eq!(reader.json().await, json!({"type": "typing", "conversation": "u1", "typing": true}));
    typist.send(r#"{"type":"typing","conversation":"u2","typing":false}"#).await;
    assert_eq!(reader.json().await, json!({"type": "typing", "conversation": "u1", "typing": false}));
}

#[tokio::test]
async fn presence_is_told_at_once_and_when_it_changes() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    let _online = Socket::present(&u3).await;
    let mut socket = Socket::present(&u1).await;
    socket.send(r#"{"type":"watch","users":["u2","u3","nobody"]}"#).await;
    let presence = |user: &str, online: bool| json!({"type": "presence", "user": user, "online": online});
    assert_eq!(socket.json().await, presence("u2", false));
    assert_eq!(socket.json().await, presence("u3", true));
    let other = Socket::present(&u2).await;
    assert_eq!(socket.json().await, presence("u2", true));
    other.close().await;
    assert_eq!(socket.json().await, presence("u2", false));
}

#[tokio::test]
async fn what_is_not_understood_is_ignored() {
    let place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::present(&me).await;
    for text in ["", "hello", "{", "[]", "null", "{\"type\":7}", "{\"type\":\"new\"}", "{\"type\":\"watch\"}"] {
        socket.send(text).await;
    }
    socket.send(r#"{"type":"ping"}"#).await;
    assert_eq!(socket.text().await, r#"{"type":"pong"}"#);
}

#[tokio::test]
async fn a_plain_client_is_not_listened_to() {
    let place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    socket.send(r#"{"type":"ping"}"#).await;
    socket.send("anything").await;
    let message = me.tell(&me, "hello").await;
    assert_eq!(socket.text().await, plain_frame(&message));
}
