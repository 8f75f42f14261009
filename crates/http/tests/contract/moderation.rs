//! Everybody's messages, for superusers; and what deleting one does to the two people.

use serde_json::{Value, json};

use crate::support::{Person, Place, Socket};

const MESSAGES: &str = "/api/v1/admin/message/";
const NOT_FOUND: &str = r#"{"detail":"Not found.","code":"not_found"}"#;

async fn listed(root: &Person, query: &str) -> Vec<i64> {
    let answer = root.get(&format!("{MESSAGES}?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["results"].as_array().unwrap().iter().map(|message| message["id"].as_i64().unwrap()).collect()
}

async fn delete(root: &Person, message: &Value) {
    let answer = root.send(root.request("DELETE", &format!("{MESSAGES}{}/", message["id"]))).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
}

fn id(message: &Value) -> i64 {
    message["id"].as_i64().unwrap()
}

/// Their lengths, and by all filters; the texts never.
#[tokio::test]
async fn superusers_list_everybodys_messages_without_their_texts() {
    let place = Place::open();
    let (root, (ada, bob)) = (place.superuser("root").await, place.two_people().await);
    let one = ada.tell(&bob, "grüße 😀").await;
    let two = bob.tell(&ada, "two").await;
    let answer = root.get(&format!("{MESSAGES}?sender=u1")).await;
    let expected = json!({"id": one["id"], "sender": "u1", "recipient": "u2", "timestamp": one["timestamp"], "length": 7,
        "deleted": false});
    assert_eq!(answer.json(), json!({"next": null, "results": [expected]}));
    assert_eq!(listed(&root, "recipient=u1").await, [id(&two)]);
    assert_eq!(listed(&root, "sender=u1&recipient=u2").await, [id(&one)]);
    assert!(listed(&root, "sender=u1&recipient=u1").await.is_empty());
    assert!(listed(&root, "sender=nobody").await.is_empty());
    assert_eq!(listed(&root, &format!("id={}", id(&two))).await, [id(&two)]);
    assert_eq!(listed(&root, &format!("search={}", id(&two))).await, [id(&two)]);
    assert_eq!(listed(&root, "search=U1").await.len(), 2);
    let year = one["timestamp"].as_str().unwrap()[..4].to_owned();
    assert_eq!(listed(&root, &format!("year={year}")).await.len(), 2);
    assert!(listed(&root, "year=1999").await.is_empty());
    let first = root.get(&format!("{MESSAGES}?limit=1")).await.json();
    let next = first["next"].as_str().unwrap();
    let rest = root.get(&next[next.find("/api").unwrap()..]).await.json();
    assert_eq!((first["results"].as_array().unwrap().len(), rest["results"].as_array().unwrap().len()), (1, 1));
    assert!(rest["next"].is_null());
}

/// In the contract's shape.
#[tokio::test]
async fn malformed_filters_are_refused() {
    let place = Place::open();
    let root = place.superuser("root").await;
    for (query, field) in [
        ("id=x", "id"),
        ("year=0", "year"),
        ("month=1", "year"),
        ("year=2026&day=1", "month"),
        ("year=2026&month=13", "non_field_errors"),
        ("year=2026&month=2&day=29", "non_field_errors"),
        ("cursor=x", "cursor"),
        ("cursor=1.x", "cursor"),
        ("limit=0", "limit"),
    ] {
        let answer = root.get(&format!("{MESSAGES}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        assert!(answer.json()[field].is_array(), "{query}: {answer:?}");
    }
}

/// Years, months, days.
#[tokio::test]
async fn messages_are_counted_by_their_dates() {
    let place = Place::open();
    let (root, (ada, bob)) = (place.superuser("root").await, place.two_people().await);
    let message = ada.tell(&bob, "one").await;
    bob.tell(&ada, "two").await;
    let at = message["timestamp"].as_str().unwrap();
    let number = |range: std::ops::Range<usize>| at[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let dates = async |query: String| root.get(&format!("{MESSAGES}date/{query}")).await.json();
    assert_eq!(dates(String::new()).await, json!({"results": [{"year": year, "count": 2}]}));
    let months = dates(format!("?year={year}&sender=u1")).await;
    assert_eq!(months, json!({"results": [{"year": year, "month": month, "count": 1}]}));
    let days = dates(format!("?year={year}&month={month}")).await;
    assert_eq!(days, json!({"results": [{"year": year, "month": month, "day": day, "count": 2}]}));
    assert_eq!(dates("?year=1999".to_owned()).await, json!({"results": []}));
    assert_eq!(dates("?sender=nobody".to_owned()).await, json!({"results": []}));
    assert_eq!(root.get(&format!("{MESSAGES}date/?month=1")).await.status, 400);
}

/// Only where that is allowed.
#[tokio::test]
async fn texts_are_read_and_searched_only_where_that_is_allowed() {
    for (place, reads) in [(Place::open(), false), (Place::where_superusers_read(), true)] {
        let (root, (ada, bob)) = (place.superuser("root").await, place.two_people().await);
        let message = ada.tell(&bob, "a walrus").await;
        let shown = root.get(&format!("{MESSAGES}{}/", message["id"])).await.json();
        assert_eq!(shown.get("body").and_then(Value::as_str), reads.then_some("a walrus"));
        let log = root.get("/api/v1/admin/log/?action=message.look").await.json();
        let (looks, id) = (log["results"].as_array().unwrap(), message["id"].to_string());
        assert_eq!(looks.len(), usize::from(reads));
        assert!(looks.iter().all(|look| look["target"] == id));
        let found = root.get(&format!("{MESSAGES}?search=walr")).await;
        if reads {
            assert_eq!(found.json()["results"][0]["id"], message["id"]);
            assert!(listed(&root, "search=%22u1").await.is_empty(), "in quotes it is a word");
            let log = root.get("/api/v1/admin/log/?action=message.search").await.json();
            assert_eq!(log["results"].as_array().map(Vec::len), Some(2), "each search: {log}");
            assert_eq!(log["results"][0]["detail"], json!({}), "but not for what");
        } else {
            let body = r#"{"detail":"Those who administer may not read messages here.","code":"reading_is_off"}"#;
            found.assert(403, body);
        }
    }
}

/// On all their devices, and nothing is out of place.
#[tokio::test]
async fn a_deleted_message_is_empty_for_both() {
    let place = Place::open();
    let (root, (ada, bob)) = (place.superuser("root").await, place.two_people().await);
    let first = ada.tell(&bob, "one").await;
    let second = ada.tell(&bob, "two").await;
    let mut socket = Socket::present(&bob).await;
    delete(&root, &second).await;
    delete(&root, &second).await;
    let event =
        json!({"pos": 3, "type": "delete", "message": second["id"].to_string(), "conversation": "u1", "seq": 2});
    assert_eq!(socket.json().await, event);
    let events = bob.get("/api/v1/event/?after=2").await.json();
    assert_eq!(events["results"], json!([event]));
    for (me, peer) in [(&ada, "u2"), (&bob, "u1")] {
        let shown = me.get(&format!("/api/v1/message/{}/", second["id"])).await.json();
        assert_eq!((&shown["body"], &shown["deleted"], &shown["seq"]), (&json!(""), &json!(true), &json!(2)));
        let history = me.get(&format!("/api/v1/message/?target={peer}&after_seq=0")).await.json();
        assert_eq!(history["last_seq"], 2);
        assert_eq!(history["results"][0], first, "the other one is as it was");
        assert_eq!(history["results"][1]["deleted"], true);
        let conversation = me.get("/api/v1/conversation/").await.json();
        assert_eq!(conversation["results"][0]["last_message"]["deleted"], true);
    }
    assert_eq!(bob.get("/api/v1/conversation/").await.json()["results"][0]["unread"], 1);
    let shown = root.get(&format!("{MESSAGES}{}/", second["id"])).await.json();
    assert_eq!((&shown["length"], &shown["deleted"]), (&json!(0), &json!(true)));
    let nothing = root.send(root.request("DELETE", &format!("{MESSAGES}4711/"))).await;
    nothing.assert(404, NOT_FOUND);
}

/// For everybody else there is nothing here.
#[tokio::test]
async fn others_find_nothing() {
    let place = Place::open();
    let (ada, bob) = place.two_people().await;
    let message = ada.tell(&bob, "one").await;
    for path in [MESSAGES.to_owned(), format!("{MESSAGES}date/"), format!("{MESSAGES}{}/", message["id"])] {
        ada.get(&path).await.assert(404, NOT_FOUND);
        assert_eq!(place.stranger().get(&path).await.status, 403);
    }
    let refused = bob.send(bob.request("DELETE", &format!("{MESSAGES}{}/", message["id"]))).await;
    refused.assert(404, NOT_FOUND);
    ada.get("/api/v1/admin/status/").await.assert(404, NOT_FOUND);
}

/// With everything that a page shows.
#[tokio::test]
async fn superusers_see_how_the_server_is_doing() {
    let place = Place::open();
    let (root, (ada, bob)) = (place.superuser("root").await, place.two_people().await);
    ada.tell(&bob, "one").await;
    let _socket = Socket::present(&bob).await;
    let status = root.get("/api/v1/admin/status/").await.json();
    assert_eq!((&status["version"], &status["nodes"]), (&json!(env!("CARGO_PKG_VERSION")), &json!(1)));
    assert_eq!((&status["people_online"], &status["sockets"]), (&json!(1), &json!(1)));
    assert_eq!(status["sends_total"], 1);
    assert!(status["latency_ms"]["p99"].as_f64().unwrap() > 0.0);
    assert_eq!(status["database"]["ok"], true);
    assert_eq!(status["bus"], json!({"kind": "local", "ok": true}));
    assert_eq!(status["counts"], json!({"users": 3, "messages": 1}));
    assert_eq!(status["queues"]["search_index"], json!({"behind": 0}));
    assert_eq!((&status["admin_reads_messages"], &status["retention_days"]), (&json!(false), &json!(0)));
    for name in ["started", "node", "sends_per_second", "requests_per_second", "errors_total", "disk", "memory_bytes"] {
        assert!(status.get(name).is_some(), "{name}");
    }
    place.stores.go_away();
    let status = root.get("/api/v1/admin/status/").await;
    if status.status == 200 {
        assert_eq!(status.json()["database"]["ok"], false);
    }
}
