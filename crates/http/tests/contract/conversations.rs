//! Conversations and read positions.

use serde_json::json;

use crate::support::Place;

#[tokio::test]
async fn conversations_come_latest_first_with_what_is_unread() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    u2.tell(&u1, "one").await;
    u2.tell(&u1, "two").await;
    u1.tell(&u3, "three").await;
    let list = u1.get("/api/v1/conversation/").await.json();
    assert_eq!(list["next"], json!(null));
    let [with_u3, with_u2] = list["results"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&with_u3["user"]["username"], &with_u3["unread"]), (&json!("u3"), &json!(0)));
    assert_eq!(
        with_u2["user"],
        json!({"username": "u2", "display_name": "", "avatar": null, "online": false, "deleted": false})
    );
    assert_eq!((&with_u2["unread"], &with_u2["last_seq"], &with_u2["read_seq"]), (&json!(2), &json!(2), &json!(0)));
    assert_eq!((&with_u2["last_message"]["body"], &with_u2["peer_read_seq"]), (&json!("two"), &json!(0)));
}

#[tokio::test]
async fn conversations_are_paged() {
    let place = Place::open();
    let me = place.person("me").await;
    for name in ["a", "b", "c"] {
        let peer = place.person(name).await;
        me.tell(&peer, "hello").await;
    }
    let mut names = Vec::new();
    let mut path = "/api/v1/conversation/?limit=2".to_owned();
    loop {
        let page = me.get(&path).await.json();
        names.extend(page["results"].as_array().unwrap().iter().map(|one| one["user"]["username"].to_string()));
        let Some(next) = page["next"].as_str() else { break };
        path = next.strip_prefix(&me.url("")).unwrap().to_owned();
        assert!(path.contains("limit=2"), "{path}");
    }
    assert_eq!(names, ["\"c\"", "\"b\"", "\"a\""]);
    me.get("/api/v1/conversation/?cursor=x").await.assert(400, r#"{"cursor":["Invalid cursor."]}"#);
}

#[tokio::test]
async fn reading_moves_forward_only() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    for _ in 0..3 {
        u2.tell(&u1, "hello").await;
    }
    let read = async |seq: serde_json::Value| {
        let answer = u1.put("/api/v1/conversation/u2/read", &json!({"seq": seq})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        (answer.json()["read_seq"].as_i64().unwrap(), answer.json()["unread"].as_i64().unwrap())
    };
    assert_eq!(read(json!(2)).await, (2, 1));
    assert_eq!(read(json!(1)).await, (2, 1), "never back");
    assert_eq!(read(json!("99")).await, (3, 0), "past the end is the end");
    let seen = u2.get("/api/v1/conversation/").await.json();
    assert_eq!(seen["results"][0]["peer_read_seq"], 3);
}

#[tokio::test]
async fn a_read_position_is_checked() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let path = "/api/v1/conversation/u2/read/";
    u1.put(path, &json!({"seq": 1})).await.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    u2.tell(&u1, "hello").await;
    for (body, message) in [
        (json!({}), "This field is required."),
        (json!({"seq": null}), "This field may not be null."),
        (json!({"seq": "x"}), "A valid integer is required."),
        (json!({"seq": true}), "A valid integer is required."),
        (json!({"seq": -1}), "Ensure this value is greater than or equal to 0."),
    ] {
        u1.put(path, &body).await.assert(400, &format!("{{\"seq\":[\"{message}\"]}}"));
    }
    assert_eq!(u1.put("/api/v1/conversation/nobody/read/", &json!({"seq": 1})).await.status, 404);
    assert_eq!(u1.put("/api/v1/conversation/%ff/read/", &json!({"seq": 1})).await.status, 404);
}
