//! Looking for messages by what they say.

use serde_json::{Value, json};

use crate::support::{Person, Place};

async fn search(me: &Person, query: &str) -> Value {
    let answer = me.get(&format!("/api/v1/message/?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn messages_are_found_newest_first_with_the_places_of_the_words() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let eve = place.person("eve").await;
    let first = u1.tell(&u2, "Un café, s'il vous plaît 😀 cafe").await;
    u2.tell(&u1, "tea").await;
    let second = u2.tell(&u1, "Cafeteria").await;
    eve.tell(&u2, "café?").await;
    let found = search(&u1, "search=CAFE%CC%81").await;
    let with = |message: &Value, matches: Value| {
        let mut message = message.clone();
        message["matches"] = matches;
        message
    };
    let expected = [with(&second, json!([[0, 4]])), with(&first, json!([[3, 7], [27, 31]]))];
    assert_eq!(found, json!({"next": null, "results": expected}));
    assert_eq!(search(&u2, "search=cafe").await["results"].as_array().unwrap().len(), 3);
    assert_eq!(search(&u2, "search=cafe&target=eve").await["results"].as_array().unwrap().len(), 1);
    for nothing in ["search=cafe&target=nobody", "search=afe", "search=cafe+tea", "search=%25"] {
        assert_eq!(search(&u1, nothing).await, json!({"next": null, "results": []}), "{nothing}");
    }
}

#[tokio::test]
async fn what_is_found_is_paged() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    for n in 0..7 {
        u1.tell(&u2, &format!("word {n}")).await;
    }
    let (mut bodies, mut path) = (Vec::new(), "/api/v1/message/?search=word&limit=3&target=u1".to_owned());
    loop {
        let page = u2.get(&path).await.json();
        bodies.extend(page["results"].as_array().unwrap().iter().map(|one| one["body"].to_string()));
        let Some(next) = page["next"].as_str() else { break };
        path = next.strip_prefix(&u2.url("")).unwrap().to_owned();
        assert!(path.contains("search=word") && path.contains("limit=3") && path.contains("target=u1"), "{path}");
    }
    assert_eq!(bodies, (0..7).rev().map(|n| format!("\"word {n}\"")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_search_is_checked() {
    let place = Place::open();
    let me = place.person("me").await;
    for blank in ["", "+", "%E2%80%8B"] {
        let answer = me.get(&format!("/api/v1/message/?search={blank}")).await;
        answer.assert(400, r#"{"search":["This field may not be blank."]}"#);
    }
    let long = me.get(&format!("/api/v1/message/?search={}", "a".repeat(101))).await;
    long.assert(400, r#"{"search":["Ensure this field has no more than 100 characters."]}"#);
    assert_eq!(me.get(&format!("/api/v1/message/?search={}", "%25".repeat(100))).await.status, 200);
    me.get("/api/v1/message/?search=a&cursor=x").await.assert(400, r#"{"cursor":["Invalid cursor."]}"#);
    assert_eq!(me.get("/api/v1/message/?search=a&limit=0").await.status, 400);
    assert_eq!(place.stranger().get("/api/v1/message/?search=a").await.status, 403);
}
