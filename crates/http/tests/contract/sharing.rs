//! Receipts, presence, and the switches for them.

use serde_json::{Value, json};

use crate::support::{Person, Place, Socket, until};

async fn with(me: &Person, peer: &str) -> Value {
    let list = me.get("/api/v1/conversation/").await.json();
    let found = list["results"].as_array().unwrap().iter().find(|one| one["user"]["username"] == peer);
    found.unwrap().clone()
}

async fn share(me: &Person, wish: Value) -> Value {
    let answer = me.send(me.request("PATCH", "/api/v1/me/").json(&wish)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn what_was_received_is_told_and_shown() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let path = "/api/v1/conversation/u1/delivered/";
    assert_eq!(u2.put(path, &json!({"seq": 1})).await.status, 404, "nothing was said");
    for _ in 0..3 {
        u1.tell(&u2, "hello").await;
    }
    let mut socket = Socket::present(&u1).await;
    let answer = u2.put(path, &json!({"seq": 2})).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(socket.json().await, json!({"type": "delivered", "conversation": "u2", "seq": 2}));
    let seen = with(&u1, "u2").await;
    assert_eq!((&seen["peer_delivered_seq"], &seen["peer_read_seq"]), (&json!(2), &json!(0)));
    assert_eq!(u2.put(path, &json!({"seq": 1})).await.status, 204);
    assert_eq!(u2.put("/api/v1/conversation/u1/read", &json!({"seq": 3})).await.status, 200);
    assert_eq!(socket.json().await["type"], "read", "going back is told to nobody");
    assert_eq!(with(&u1, "u2").await["peer_delivered_seq"], 3);
    u2.put(path, &json!({})).await.assert(400, r#"{"seq":["This field is required."]}"#);
    assert_eq!(u2.put("/api/v1/conversation/nobody/delivered/", &json!({"seq": 1})).await.status, 404);
}

#[tokio::test]
async fn receipts_can_be_switched_off_for_both() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    assert_eq!(u1.get("/api/v1/me/").await.json()["receipts"], true);
    let me = share(&u1, json!({"receipts": false})).await;
    assert_eq!((&me["receipts"], &me["presence"]), (&json!(false), &json!(true)));
    let mut socket = Socket::present(&u1).await;
    let pos = u1.get("/api/v1/event/").await.json()["pos"].clone();
    assert_eq!(u2.put("/api/v1/conversation/u1/delivered", &json!({"seq": 1})).await.status, 204);
    let read = u2.put("/api/v1/conversation/u1/read", &json!({"seq": 1})).await.json();
    assert_eq!((&read["read_seq"], &read["peer_delivered_seq"]), (&json!(1), &json!(0)));
    let seen = with(&u1, "u2").await;
    assert_eq!((&seen["peer_delivered_seq"], &seen["peer_read_seq"]), (&json!(0), &json!(0)));
    assert_eq!(u1.get("/api/v1/event/").await.json()["pos"], pos);
    socket.send(r#"{"type":"ping"}"#).await;
    assert_eq!(socket.json().await["type"], "pong", "nothing was told before");
    assert_eq!(u2.get("/api/v1/event/?after=1").await.json()["results"][0]["type"], "read", "own devices hear it");
}

#[tokio::test]
async fn presence_can_be_switched_off_for_both() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let phone = Socket::present(&u2).await;
    let mut watcher = Socket::present(&u1).await;
    watcher.send(r#"{"type":"watch","users":["u2"]}"#).await;
    let presence = |online: bool| json!({"type": "presence", "user": "u2", "online": online});
    assert_eq!(watcher.json().await, presence(true));
    // The other one hides: as if they had left.
    assert_eq!(share(&u2, json!({"presence": false})).await["presence"], false);
    assert_eq!(watcher.json().await, presence(false));
    assert_eq!(u1.get("/api/v1/user/u2/").await.json()["online"], false);
    assert_eq!(u2.get("/api/v1/user/u1/").await.json()["online"], false, "and sees nobody");
    phone.close().await;
    let _phone = Socket::present(&u2).await;
    watcher.send(r#"{"type":"watch","users":["u2","u1"]}"#).await;
    assert_eq!(watcher.json().await, json!({"type": "presence", "user": "u1", "online": true}), "no frame of u2");
    share(&u2, json!({"presence": true})).await;
    assert_eq!(watcher.json().await, presence(true));
    // The watcher hides: they see nobody any more.
    share(&u1, json!({"presence": false})).await;
    assert_eq!(watcher.json().await, presence(false));
    let list = u1.get("/api/v1/user/?search=u2").await.json();
    assert_eq!(
        list,
        json!([{"username": "u2", "display_name": "", "avatar": null, "online": false, "deleted": false}])
    );
}

#[tokio::test]
async fn when_somebody_was_last_here_is_shown_where_it_is_shared() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    assert_eq!(u1.get("/api/v1/user/u2/").await.json().get("last_seen"), None);
    Socket::present(&u2).await.close().await;
    until("u2 has left", || place.hub.connections() == 0).await;
    // The socket's task says that it has ended just after it left.
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    while u1.get("/api/v1/user/u2/").await.json().get("last_seen").is_none() {
        assert!(std::time::Instant::now() < deadline, "it is noted");
        place.services.presence.note_departed().await.unwrap();
    }
    let shown = u1.get("/api/v1/user/u2/").await.json();
    assert!(shown["last_seen"].as_str().unwrap().ends_with('Z'), "{shown}");
    assert_eq!(with(&u1, "u2").await["user"]["last_seen"], shown["last_seen"]);
    share(&u1, json!({"presence": false})).await;
    assert_eq!(u1.get("/api/v1/user/u2/").await.json().get("last_seen"), None);
}

#[tokio::test]
async fn a_switch_is_on_or_off() {
    let place = Place::open();
    let me = place.person("me").await;
    for wrong in [json!("maybe"), json!(2), json!([true])] {
        let answer = me.send(me.request("PATCH", "/api/v1/me/").json(&json!({"presence": wrong}))).await;
        answer.assert(400, r#"{"presence":["Must be a valid boolean."]}"#);
    }
    let form = me.request("PATCH", "/api/v1/me/").form(&[("receipts", "off")]);
    assert_eq!(me.send(form).await.json()["receipts"], false);
}
