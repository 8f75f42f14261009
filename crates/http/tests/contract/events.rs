//! Events over REST, and waiting for them.

use chatapp_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{Place, until};

#[tokio::test]
async fn events_are_followed_from_a_place() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let present = u2.get("/api/v1/event/").await.json();
    assert_eq!((&present["pos"], &present["results"]), (&json!(0), &json!([])));
    let id = u1.tell(&u2, "hello").await["id"].to_string();
    u2.put("/api/v1/conversation/u1/read/", &json!({"seq": 1})).await;
    let page = u2.get("/api/v1/event/?after=0").await.json();
    assert_eq!(
        (&page["pos"], &page["results"]),
        (
            &json!(2),
            &json!([
                {"pos": 1, "type": "message", "message": id, "conversation": "u1", "seq": 1},
                {"pos": 2, "type": "read", "conversation": "u1", "reader": "u2", "seq": 1},
            ])
        )
    );
    let rest = u2.get("/api/v1/event/?after=1&limit=1").await.json();
    assert_eq!(rest["results"][0]["pos"], 2);
}

#[tokio::test]
async fn a_senders_own_key_is_told_to_the_sender_only() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.post("/api/v1/message/", &json!({"recipient": "u2", "body": "x", "client_id": "k"})).await;
    assert_eq!(u1.get("/api/v1/event/?after=0").await.json()["results"][0]["client_id"], "k");
    assert_eq!(u2.get("/api/v1/event/?after=0").await.json()["results"][0].get("client_id"), None);
}

#[tokio::test]
async fn a_place_that_leads_nowhere_says_so() {
    let place = Place::open();
    let me = place.person("u1").await;
    let reset = r#"{"detail":"Reload required.","code":"reset"}"#;
    me.get("/api/v1/event/?after=5").await.assert(410, reset);
    me.get("/api/v1/event/?after=0&epoch=other").await.assert(410, reset);
    let epoch = me.get("/api/v1/event/").await.json()["epoch"].as_str().unwrap().to_owned();
    assert_eq!(me.get(&format!("/api/v1/event/?after=0&epoch={epoch}")).await.status, 200);
    place.stores.begin_epoch("another");
    me.get(&format!("/api/v1/event/?after=0&epoch={epoch}&wait=5")).await.assert(410, reset);
}

#[tokio::test]
async fn a_place_before_what_was_forgotten_leads_nowhere() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    u2.put("/api/v1/conversation/u1/read/", &json!({"seq": 1})).await;
    u1.tell(&u2, "again").await;
    // Messages keep their places; what was read does not.
    let after_all = Timestamp::from_micros(i64::MAX);
    assert_eq!(place.stores.stores().events.purge(after_all).await.unwrap(), 2);
    for query in ["after=0", "after=1", "after=1&wait=5"] {
        let reset = r#"{"detail":"Reload required.","code":"reset"}"#;
        u2.get(&format!("/api/v1/event/?{query}")).await.assert(410, reset);
    }
    let rest = u2.get("/api/v1/event/?after=2").await.json();
    assert_eq!((&rest["pos"], &rest["results"][0]["pos"]), (&json!(3), &json!(3)));
}

#[tokio::test]
async fn nonsense_is_a_field_error() {
    let place = Place::open();
    let me = place.person("u1").await;
    for query in ["after=x", "after=-1", "after=0&limit=0", "after=0&wait=x", "after=0&wait=-1", "after="] {
        assert_eq!(me.get(&format!("/api/v1/event/?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_held_answer_comes_with_the_event() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let waiting = async { u2.get("/api/v1/event/?after=0&wait=25").await.json() };
    let sending = async {
        until("u2 waits", || place.hub.connections() == 1).await;
        u1.tell(&u2, "hello").await
    };
    let (page, message): (Value, Value) = tokio::join!(waiting, sending);
    assert_eq!((&page["results"][0]["message"], &page["pos"]), (&json!(message["id"].to_string()), &json!(1)));
    until("u2 waits no more", || place.hub.connections() == 0).await;
}

#[tokio::test]
async fn waiting_ends_with_nothing_to_tell() {
    let place = Place::open();
    let me = place.person("u1").await;
    let page = me.get("/api/v1/event/?after=0&wait=1").await.json();
    assert_eq!((&page["pos"], &page["results"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn waiting_ends_with_the_session() {
    let place = Place::open();
    let me = place.person("u1").await;
    let waiting = me.get("/api/v1/event/?after=0&wait=25");
    let leaving = async {
        until("the wait has begun", || place.hub.connections() == 1).await;
        me.method("DELETE", "/api/v1/session/").await
    };
    let (waited, left) = tokio::join!(waiting, leaving);
    assert_eq!((waited.status, left.status), (403, 204));
}
