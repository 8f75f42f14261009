//! Downloading everything that is kept of oneself.

use chatapp_http::{Settings, ThrottleSettings};
use serde_json::{Value, json};

use crate::support::Place;

const EXPORT: &str = "/api/v1/me/export/";

#[tokio::test]
async fn everything_is_in_one_document_in_order() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    let mut said = Vec::new();
    for n in 0..250 {
        let (from, to) = [(&u1, &u2), (&u2, &u1), (&u1, &u1)][n % 3];
        said.push(from.tell(to, &format!("{n}\n\"and\" a \u{2028} line")).await);
    }
    u2.tell(&u3, "not for u1").await;
    assert_eq!(u1.method("PUT", "/api/v1/me/block/u3/").await.status, 204);
    u1.put("/api/v1/conversation/u2/read/", &json!({"seq": 2})).await;
    let answer = u1.get(EXPORT).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"chatapp-u1.json\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.body.starts_with("{\"message_count\": 250,"), "{}", &answer.body[..100]);
    assert_eq!(answer.body.lines().count(), 252, "one for each message, and one before and after");
    let everything = answer.json();
    let ids = |messages: &Value| -> Vec<Value> {
        messages.as_array().unwrap().iter().map(|message| message["id"].clone()).collect()
    };
    assert_eq!(ids(&everything["messages"]), said.iter().map(|message| message["id"].clone()).collect::<Vec<_>>());
    assert_eq!(everything["messages"][7], u1.get(&format!("/api/v1/message/{}/", said[7]["id"])).await.json());
    let me = u1.get("/api/v1/me/").await.json();
    for (name, value) in everything["user"].as_object().unwrap() {
        assert_eq!(value, &me[name], "{name}");
    }
    assert_eq!((&everything["tokens"], &everything["blocks"]), (&json!([]), &json!(["u3"])));
    assert_eq!(everything["sessions"], u1.get("/api/v1/me/session/").await.json()["results"]);
    let mut read = everything["conversations"].as_array().unwrap().clone();
    read.sort_by_key(|conversation| conversation["user"].to_string());
    let expected =
        [json!({"user": "u1", "last_seq": 83, "read_seq": 0}), json!({"user": "u2", "last_seq": 167, "read_seq": 2})];
    assert_eq!(read, expected);
}

#[tokio::test]
async fn who_has_nothing_gets_a_document_too() {
    let place = Place::open();
    let me = place.person("u1").await;
    let everything = me.get(EXPORT).await.json();
    assert_eq!((&everything["message_count"], &everything["messages"]), (&json!(0), &json!([])));
    assert_eq!(everything["conversations"], json!([]));
}

#[tokio::test]
async fn a_document_that_cannot_be_finished_is_broken_off_and_there_is_one_at_a_time() {
    let throttles = ThrottleSettings { on: false, ..ThrottleSettings::default() };
    let settings = Settings { message_max_length: 100_000, throttles, ..Settings::default() };
    let place = Place::with_settings(settings);
    let (u1, u2) = place.two_people().await;
    let long = "x".repeat(100_000);
    // The first piece alone is more than the system holds for somebody who does not read.
    for _ in 0..120 {
        u1.tell(&u2, &long).await;
    }
    let mut response = u1.request("GET", EXPORT).send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    let second = u1.get(EXPORT).await;
    assert_eq!((second.status, second.header("retry-after")), (429, "2"));
    assert_eq!(u2.method("HEAD", EXPORT).await.status, 200, "others are not in the way");
    place.stores.go_away();
    let end = loop {
        match response.chunk().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    assert!(end.is_err(), "it does not look like a whole one");
    place.stores.come_back();
    // The place comes free as the broken connection goes, which the server may notice after its client.
    let again = loop {
        let again = u1.get(EXPORT).await;
        if again.status != 429 {
            break again;
        }
    };
    assert_eq!((again.status, again.json()["messages"].as_array().unwrap().len()), (200, 120));
}
