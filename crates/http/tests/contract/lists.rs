//! Lists of messages beyond the original's pages.

use chatapp_http::Settings;
use serde_json::json;

use crate::support::Place;

#[tokio::test]
async fn a_page_has_as_many_messages_as_the_settings_say() {
    let place = Place::with_settings(Settings { messages_to_load: 3, ..Settings::default() });
    let (u1, u2) = place.two_people().await;
    for number in 1..=5 {
        u1.tell(&u2, &format!("m{number}")).await;
    }
    assert_eq!(u2.get("/api/v1/me/").await.json()["settings"]["messages_to_load"], 3);
    for (query, bodies) in [("", "m5 m4 m3"), ("&page=2", "m2 m1"), ("&page=last", "m2 m1")] {
        let page = u2.get(&format!("/api/v1/message/?target=u1{query}")).await.json();
        let found: Vec<&str> =
            page["results"].as_array().unwrap().iter().map(|message| message["body"].as_str().unwrap()).collect();
        assert_eq!(found.join(" "), bodies, "{query}");
        assert_eq!((&page["count"], page["next"].is_null()), (&json!(5), !query.is_empty()), "{query}");
    }
}

#[tokio::test]
async fn messages_are_found_by_their_numbers() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    let (one, foreign) = (u1.tell(&u2, "one").await, u2.tell(&u3, "not yours").await);
    let three = u1.tell(&u2, "three").await;
    let ids = format!("{},{},{},999,99999999999999999999", three["id"], foreign["id"], one["id"]);
    let found = u1.get(&format!("/api/v1/message/?ids={ids}")).await.json();
    let mut bodies: Vec<_> =
        found["results"].as_array().unwrap().iter().map(|message| message["body"].as_str().unwrap()).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, ["one", "three"]);
    u1.get("/api/v1/message/?ids=").await.assert(200, r#"{"results":[]}"#);
    u1.get("/api/v1/message/?ids=1,x").await.assert(400, r#"{"ids":["A valid integer is required."]}"#);
    let many = vec!["1"; 101].join(",");
    let too_many = r#"{"ids":["Ensure this field has no more than 100 elements."]}"#;
    u1.get(&format!("/api/v1/message/?ids={many}")).await.assert(400, too_many);
}

#[tokio::test]
async fn a_conversation_is_read_along_its_places() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    for number in 1..=5 {
        u1.tell(&u2, &format!("m{number}")).await;
    }
    let read = async |query: &str| {
        let answer = u2.get(&format!("/api/v1/message/?target=u1&{query}")).await.json();
        let bodies: Vec<String> =
            answer["results"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap().to_owned()).collect();
        (bodies.join(" "), answer["last_seq"].as_i64().unwrap())
    };
    assert_eq!(read("after_seq=3").await, ("m4 m5".into(), 5));
    assert_eq!(read("after_seq=0&limit=2").await, ("m1 m2".into(), 5));
    assert_eq!(read("before_seq=3").await, ("m2 m1".into(), 5));
    assert_eq!(read("before_seq=6&limit=1000").await, ("m5 m4 m3 m2 m1".into(), 5));
    assert_eq!(read("after_seq=99").await, (String::new(), 5));
    let unknown = u2.get("/api/v1/message/?target=nobody&after_seq=0").await;
    unknown.assert(200, r#"{"results":[],"last_seq":0}"#);
}

#[tokio::test]
async fn nonsense_in_a_query_is_a_field_error() {
    let place = Place::open();
    let me = place.person("u1").await;
    let integer = |field: &str| json!({field: ["A valid integer is required."]});
    let at_least =
        |field: &str, least: i64| json!({field: [format!("Ensure this value is greater than or equal to {least}.")]});
    for (query, expected) in [
        ("target=u1&after_seq=x", integer("after_seq")),
        ("target=u1&before_seq=1.5", integer("before_seq")),
        ("target=u1&after_seq=-1", at_least("after_seq", 0)),
        ("target=u1&after_seq=1&limit=0", at_least("limit", 1)),
        ("target=u1&after_seq=1&limit=", integer("limit")),
        ("after_seq=1", json!({"target": ["This field is required."]})),
        (
            "target=u1&after_seq=1&before_seq=3",
            json!({"non_field_errors": ["Give after_seq or before_seq, but not both."]}),
        ),
    ] {
        let answer = me.get(&format!("/api/v1/message/?{query}")).await;
        assert_eq!((answer.status, answer.json()), (400, expected), "{query}");
    }
}
