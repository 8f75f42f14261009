//! What is told on a socket, and in which order.

use serde_json::json;

use crate::support::{Place, Socket, plain_frame};

#[tokio::test]
async fn sender_and_recipient_are_told_on_every_socket() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let mut sockets = [Socket::plain(&u1, "").await, Socket::plain(&u1, "").await, Socket::plain(&u2, "").await];
    let mut v1 = Socket::present(&u2).await;
    let message = u1.tell(&u2, "hello").await;
    for socket in &mut sockets {
        assert_eq!(socket.text().await, plain_frame(&message));
    }
    let id = message["id"].to_string();
    assert_eq!(v1.json().await, json!({"pos": 1, "type": "message", "message": id, "conversation": "u1", "seq": 1}));
}

#[tokio::test]
async fn a_note_to_oneself_is_one_frame() {
    let place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    for text in ["one", "two"] {
        let message = me.tell(&me, text).await;
        assert_eq!(socket.text().await, plain_frame(&message));
    }
}

#[tokio::test]
async fn strangers_hear_nothing() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    let mut socket = Socket::plain(&u3, "").await;
    u1.tell(&u2, "not for u3").await;
    let message = u1.tell(&u3, "for u3").await;
    assert_eq!(socket.text().await, plain_frame(&message));
}

#[tokio::test]
async fn everything_arrives_once_and_in_order() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let (mut plain, mut v1) = (Socket::plain(&u2, "").await, Socket::present(&u2).await);
    let senders = (0..8).map(|_| async {
        for _ in 0..25 {
            u1.tell(&u2, "hello").await;
        }
    });
    let reading = async {
        for pos in 1..=200 {
            let event = v1.json().await;
            assert_eq!((&event["pos"], &event["seq"]), (&json!(pos), &json!(pos)));
            let id: serde_json::Value = serde_json::from_str(&plain.text().await).unwrap();
            assert_eq!(id["message"], event["message"]);
        }
    };
    tokio::join!(futures_util::future::join_all(senders), reading);
}

#[tokio::test]
async fn reading_is_told_to_both_but_not_in_the_plain_dialect() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let mut plain = Socket::plain(&u1, "").await;
    let first = u1.tell(&u2, "hello").await;
    let (mut reader, mut sender) = (Socket::present(&u2).await, Socket::present(&u1).await);
    u2.put("/api/v1/conversation/u1/read/", &json!({"seq": 1})).await;
    let read = |conversation| json!({"pos": 2, "type": "read", "conversation": conversation, "reader": "u2", "seq": 1});
    assert_eq!(reader.json().await, read("u1"));
    assert_eq!(sender.json().await, read("u2"));
    let second = u1.tell(&u2, "again").await;
    assert_eq!(plain.text().await, plain_frame(&first));
    assert_eq!(plain.text().await, plain_frame(&second));
}

#[tokio::test]
async fn the_senders_key_is_echoed_to_the_sender() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let (mut sender, mut recipient) = (Socket::present(&u1).await, Socket::present(&u2).await);
    u1.post("/api/v1/message/", &json!({"recipient": "u2", "body": "x", "client_id": "k"})).await;
    assert_eq!(sender.json().await["client_id"], "k");
    assert_eq!(recipient.json().await.get("client_id"), None);
}
