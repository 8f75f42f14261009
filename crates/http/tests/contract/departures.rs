//! Deleting one's account.

use chatapp_domain::ports::users::UserStore;
use chatapp_domain::user::NewUser;
use chatapp_testkit::builders::{PASSWORD, a_new_user};
use serde_json::json;

use crate::support::{Answer, Person, Place, Socket};

async fn leave(me: &Person, password: &str) -> Answer {
    me.send(me.request("DELETE", "/api/v1/me/").json(&json!({ "password": password }))).await
}

#[tokio::test]
async fn who_leaves_is_out_everywhere_and_their_sockets_close() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let mut phone = u1.clone();
    phone.log_in().await;
    let (mut here, mut there) = (Socket::plain(&u1, "").await, Socket::present(&phone).await);
    let mut other = Socket::plain(&u2, "").await;
    let left = leave(&u1, PASSWORD).await;
    assert_eq!((left.status, left.body.as_str()), (204, ""), "{left:?}");
    assert_eq!(left.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!((here.end().await.0, there.end().await.0), (Some(4401), Some(4401)));
    for device in [&u1, &phone] {
        assert_eq!(device.get("/api/v1/me/").await.status, 403);
    }
    let credentials = json!({"username": "u1", "password": PASSWORD});
    assert_eq!(u1.stranger_again().post("/api/v1/session/", &credentials).await.status, 400);
    let note = u2.tell(&u2, "I am still here").await;
    assert_eq!(other.text().await, crate::support::plain_frame(&note));
}

#[tokio::test]
async fn the_other_one_keeps_the_conversation_and_cannot_go_on_with_it() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let id = u1.user.as_ref().unwrap().id.0;
    u1.tell(&u2, "hello").await;
    let answer = u2.tell(&u1, "hello yourself").await;
    leave(&u1, PASSWORD).await;
    let name = format!("deleted-{id}");
    let person = json!({"username": name, "display_name": "", "avatar": null, "online": false, "deleted": true});
    let conversation = &u2.get("/api/v1/conversation/").await.json()["results"][0];
    assert_eq!((&conversation["user"], &conversation["last_message"]["id"]), (&person, &answer["id"]));
    assert_eq!(u2.get(&format!("/api/v1/user/{name}/")).await.json(), person);
    let page = u2.get(&format!("/api/v1/message/?target={name}")).await.json();
    assert_eq!((&page["count"], &page["results"][1]["user"]), (&json!(2), &json!(name)));
    let read = u2.put(&format!("/api/v1/conversation/{name}/read/"), &json!({"seq": 2})).await;
    assert_eq!((read.status, &read.json()["unread"]), (200, &json!(0)));
    for recipient in ["u1", name.as_str()] {
        let refused = u2.post("/api/v1/message/", &json!({"recipient": recipient, "body": "too late"})).await;
        refused.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    }
    assert_eq!(u2.get("/api/v1/user/u1/").await.status, 404);
    assert_eq!(u2.get("/api/v1/user/").await.json(), json!([]));
}

#[tokio::test]
async fn the_password_is_asked_for() {
    let place = Place::open();
    let me = place.person("u1").await;
    leave(&me, "wrong").await.assert(400, r#"{"password":["The password is not right."]}"#);
    let nothing = me.method("DELETE", "/api/v1/me/").await;
    nothing.assert(400, r#"{"password":["This field is required."]}"#);
    let evil = me.request("DELETE", "/api/v1/me/").header("origin", "https://evil.example");
    assert_eq!(me.send(evil.json(&json!({"password": PASSWORD}))).await.status, 403);
    place.hasher.set_busy(true);
    assert_eq!(leave(&me, PASSWORD).await.status, 503);
    place.hasher.set_busy(false);
    assert_eq!(me.get("/api/v1/me/").await.status, 200);
}

#[tokio::test]
async fn the_last_active_superuser_stays() {
    let place = Place::open();
    let mut root = place.person("u1").await;
    let superuser = NewUser { is_superuser: true, ..a_new_user("root2") };
    root.user = Some(place.stores.create(superuser).await.unwrap());
    root.log_in().await;
    let refused = leave(&root, PASSWORD).await;
    refused.assert(409, r#"{"detail":"The last active superuser cannot be deleted.","code":"last_superuser"}"#);
    assert_eq!(root.get("/api/v1/me/").await.status, 200);
    place.stores.create(NewUser { is_superuser: true, ..a_new_user("root3") }).await.unwrap();
    assert_eq!(leave(&root, PASSWORD).await.status, 204);
}
