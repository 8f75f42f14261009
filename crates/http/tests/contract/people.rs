//! Finding people, and one's own account.

use serde_json::json;

use crate::support::{Person, Place, Socket, until};

async fn names(me: &Person, path: &str) -> (Vec<String>, String) {
    let answer = me.get(path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let users = answer.json();
    let names = users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned());
    (names.collect(), answer.header("link").to_owned())
}

#[tokio::test]
async fn people_are_searched_and_paged() {
    let place = Place::open();
    let me = place.person("me").await;
    for name in ["ada", "adele", "alan", "root@example.com"] {
        place.person(name).await;
    }
    assert_eq!(names(&me, "/api/v1/user/?search=AD").await.0, ["ada", "adele"]);
    assert_eq!(names(&me, "/api/v1/user/?search=%25").await.0, [""; 0]);
    let (first, link) = names(&me, "/api/v1/user/?search=a&limit=2").await;
    assert_eq!(first, ["ada", "adele"]);
    let next = me.url("/api/v1/user/?after=adele&limit=2&search=a");
    assert_eq!(link, format!("<{next}>; rel=\"next\""));
    let (second, link) = names(&me, "/api/v1/user/?after=adele&limit=2&search=a").await;
    assert_eq!((second, link.as_str()), (vec!["alan".to_owned()], ""));
    assert_eq!(me.get("/api/v1/user/?limit=0").await.status, 400);
}

#[tokio::test]
async fn one_person_is_found_by_exact_name() {
    let place = Place::open();
    let me = place.person("me").await;
    for name in ["root@example.com", "a+b", "žluť"] {
        place.person(name).await;
        let answer = me.get(&format!("/api/v1/user/{name}/")).await;
        assert_eq!((answer.status, &answer.json()["username"]), (200, &json!(name)));
    }
    let encoded = me.get("/api/v1/user/root%40example.com").await;
    assert_eq!(encoded.status, 200);
    for nobody in ["nobody", "ME", "me%20", "%ff", "%00", "a%2Fb"] {
        assert_eq!(me.get(&format!("/api/v1/user/{nobody}/")).await.status, 404, "{nobody}");
    }
}

#[tokio::test]
async fn whoever_is_connected_is_online() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let socket = Socket::plain(&u2, "").await;
    assert_eq!(u1.get("/api/v1/user/u2/").await.json()["online"], true);
    socket.close().await;
    until("u2 has left", || place.hub.connections() == 0).await;
    assert_eq!(u1.get("/api/v1/user/u2/").await.json()["online"], false);
}

#[tokio::test]
async fn ones_own_account_is_told_and_changed() {
    let place = Place::open();
    let me = place.person("u1").await;
    assert_eq!(
        me.get("/api/v1/me/").await.json(),
        json!({
            "username": "u1",
            "display_name": "",
            "avatar": null,
            "email": "",
            "pending_email": null,
            "is_superuser": false,
            "receipts": true,
            "presence": true,
            "date_joined": "2026-01-01T00:00:00.000001Z",
            "settings": {"message_max_length": 4000, "messages_to_load": 15},
        })
    );
    let change = async |body| me.send(me.request("PATCH", "/api/v1/me/").json(&body)).await;
    assert_eq!(change(json!({"display_name": " Ada "})).await.json()["display_name"], "Ada");
    assert_eq!(change(json!({"username": "root", "is_superuser": true})).await.json()["is_superuser"], false);
    assert_eq!(me.get("/api/v1/me/").await.json()["display_name"], "Ada");
    let message = "Ensure this field has no more than 150 characters.";
    let long = change(json!({"display_name": "x".repeat(151)})).await;
    long.assert(400, &format!("{{\"display_name\":[\"{message}\"]}}"));
    change(json!({"display_name": null})).await.assert(400, r#"{"display_name":["This field may not be null."]}"#);
    assert_eq!(change(json!({"display_name": ""})).await.json()["display_name"], "");
}
