//! Coming back, and missing nothing.

use chatapp_domain::event::Pos;
use chatapp_domain::ports::notifications::{Notifier, Whisper};
use chatapp_notification_hub::HubSettings;
use serde_json::json;

use crate::support::{Person, Place, Socket, plain_frame};

#[tokio::test]
async fn hello_says_where_the_present_is() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "before").await;
    let mut socket = Socket::v1(&u2, "").await;
    let epoch = u2.get("/api/v1/event/").await.json()["epoch"].clone();
    let hello = json!({
        "type": "hello", "user": "u2", "epoch": epoch, "pos": 1, "time": "2026-01-01T00:00:00.000001Z", "ping": 25,
    });
    assert_eq!(socket.json().await, hello);
    assert_eq!(socket.json().await, json!({"type": "caught_up", "pos": 1}));
    u1.tell(&u2, "after").await;
    assert_eq!(socket.json().await["pos"], 2);
}

#[tokio::test]
async fn a_socket_resumes_where_the_last_one_ended() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let epoch = u2.get("/api/v1/event/").await.json()["epoch"].as_str().unwrap().to_owned();
    // More than the store is asked for at once.
    for _ in 0..250 {
        u1.tell(&u2, "missed").await;
    }
    let mut socket = Socket::v1(&u2, &format!("?epoch={epoch}&pos=5")).await;
    assert_eq!(socket.json().await["type"], "hello");
    for pos in 6..=250 {
        assert_eq!(socket.json().await["pos"], pos);
    }
    assert_eq!(socket.json().await, json!({"type": "caught_up", "pos": 250}));
    u1.tell(&u2, "live").await;
    assert_eq!(socket.json().await["pos"], 251);
}

#[tokio::test]
async fn a_place_that_leads_nowhere_is_reset() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    let epoch = u2.get("/api/v1/event/").await.json()["epoch"].as_str().unwrap().to_owned();
    for query in ["?epoch=other&pos=1", "?pos=99", "?pos=x", "?pos=-1"] {
        let mut socket = Socket::v1(&u2, query).await;
        assert_eq!(socket.json().await["type"], "hello");
        assert_eq!(socket.json().await, json!({"type": "reset", "epoch": epoch, "pos": 1}), "{query}");
        assert_eq!(socket.json().await, json!({"type": "caught_up", "pos": 1}));
        socket.close().await;
    }
}

#[tokio::test]
async fn a_plain_socket_resumes_after_the_last_message_it_had() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    let one = u1.tell(&u2, "one").await;
    let foreign = u3.tell(&u1, "not for u2").await;
    let three = u1.tell(&u2, "three").await;
    let mut socket = Socket::plain(&u2, &format!("?since={}", one["id"])).await;
    assert_eq!(socket.text().await, plain_frame(&three));
    // Not a message of u2, and no message at all: from the present on.
    let mut others =
        [Socket::plain(&u2, &format!("?since={}", foreign["id"])).await, Socket::plain(&u2, "?since=x").await];
    let four = u1.tell(&u2, "four").await;
    for socket in others.iter_mut().chain([&mut socket]) {
        assert_eq!(socket.text().await, plain_frame(&four));
    }
}

#[tokio::test]
async fn a_wake_up_that_was_lost_is_made_good() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let mut socket = Socket::present(&u2).await;
    // Committed, but nobody was told: as if another process had done it while the bus was away.
    commit_silently(&place, &u1, &u2).await;
    place.hub.whisper(u2.user.as_ref().unwrap().id, Whisper::Latest(Pos(1)));
    assert_eq!(socket.json().await["pos"], 1);
    // Nothing to do is no harm.
    place.hub.whisper(u2.user.as_ref().unwrap().id, Whisper::Latest(Pos(1)));
    // The next event that is heard shows the gap.
    commit_silently(&place, &u1, &u2).await;
    u1.tell(&u2, "three").await;
    assert_eq!(socket.json().await["pos"], 2);
    assert_eq!(socket.json().await["pos"], 3);
}

async fn commit_silently(place: &Place, from: &Person, to: &Person) {
    let draft = chatapp_testkit::builders::a_draft(from.user.as_ref().unwrap(), to.user.as_ref().unwrap(), "silent");
    place.stores.stores().messages.append(draft, Box::new(|_| {})).await.unwrap();
}

#[tokio::test]
async fn events_that_a_socket_had_no_room_for_are_read_from_the_store() {
    let place = Place::with_hub(HubSettings { outbox: 1, ..HubSettings::default() });
    let (u1, u2) = place.two_people().await;
    let mut socket = Socket::present(&u2).await;
    let senders = (0..8).map(|_| async {
        for _ in 0..20 {
            u1.tell(&u2, "hello").await;
        }
    });
    futures_util::future::join_all(senders).await;
    for pos in 1..=160 {
        assert_eq!(socket.json().await["pos"], pos);
    }
}

#[tokio::test]
async fn a_store_that_is_away_for_a_moment_costs_only_time() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let mut socket = Socket::present(&u2).await;
    commit_silently(&place, &u1, &u2).await;
    place.stores.go_away();
    place.hub.whisper(u2.user.as_ref().unwrap().id, Whisper::Latest(Pos(1)));
    socket.send(r#"{"type":"ping"}"#).await;
    place.stores.come_back();
    let mut seen = [socket.json().await["type"].to_string(), socket.json().await["type"].to_string()];
    seen.sort();
    assert_eq!(seen, ["\"message\"", "\"pong\""]);
}
