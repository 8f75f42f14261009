//! Administering people on the real binary: by the API and by commands, which leave the same traces.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::{Engine, PASSWORD, Place};
use crate::support::server::Server;

const USERS: &str = "/api/v1/admin/user/";

fn made(place: &Place, name: &str, flags: &[&str]) -> Value {
    let arguments = [&["users", "create", name, "--json"][..], flags].concat();
    let finished = place.run_with_input(&arguments, format!("{PASSWORD}\n").as_bytes());
    assert_eq!(finished.code, 0, "{finished:?}");
    serde_json::from_str(&finished.stdout).unwrap()
}

async fn logged(root: &Client) -> Vec<String> {
    let log = root.json("/api/v1/admin/log/").await;
    let entries = log["results"].as_array().unwrap().clone();
    entries.iter().map(|entry| format!("{} {} {}", entry["actor"], entry["action"], entry["target"])).collect()
}

async fn what_is_done_to_people_holds_and_is_logged(engine: Engine) {
    let Some(place) = Place::on(engine) else { return };
    assert_eq!(made(&place, "root", &["--superuser"])["is_superuser"], true);
    place.people(&["ada", "bob"]);
    let server = Server::in_place(place);
    let (root, ada) = (Client::log_in(&server, "root").await, Client::log_in(&server, "ada").await);
    let mut socket = ada.socket("").await;
    socket.next_of_type("caught_up").await;
    let seen = root.json(&format!("{USERS}?search=ad")).await;
    assert_eq!((&seen["results"][0]["username"], &seen["results"][0]["sockets"]), (&json!("ada"), &json!(1)));
    let off = root.any("PATCH", &format!("{USERS}ada/"), &json!({"is_active": false})).await;
    assert_eq!(off.status(), 200);
    assert_eq!(socket.close_code().await, 4401);
    assert_eq!(ada.get("/api/v1/me/").await.status(), 403);
    server.place.succeeds(&["users", "activate", "ada"]);
    Client::log_in(&server, "ada").await;
    let wish = json!({"username": "eve", "password": PASSWORD});
    assert_eq!(root.post_json(USERS, &wish).await.status(), 201);
    Client::log_in(&server, "eve").await;
    assert_eq!(root.any("DELETE", &format!("{USERS}eve/"), &Value::Null).await.status(), 204);
    assert_eq!(root.any("DELETE", &format!("{USERS}root/"), &Value::Null).await.status(), 409);
    let log = logged(&root).await;
    assert!(log[0].starts_with("\"root\" \"user.delete\" \"deleted-"), "{log:?}");
    assert!(log[1].starts_with("\"root\" \"user.create\" \"deleted-"), "{log:?}");
    assert_eq!(log[2], "null \"user.change\" \"ada\"");
    assert_eq!(log[3], "\"root\" \"user.change\" \"ada\"");
    assert_eq!(log[4], "null \"user.create\" \"root\"");
}

#[tokio::test]
async fn what_is_done_to_people_holds_and_is_logged_on_sqlite() {
    what_is_done_to_people_holds_and_is_logged(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_is_done_to_people_holds_and_is_logged_on_mysql() {
    what_is_done_to_people_holds_and_is_logged(Engine::Mysql).await;
}

#[test]
fn commands_do_what_the_page_does() {
    let place = Place::new();
    let root = made(&place, "root", &["--superuser"]);
    assert_eq!((&root["username"], &root["last_login"], &root["sessions"]), (&json!("root"), &Value::Null, &json!(0)));
    made(&place, "ada", &["--email", "ada@example.org", "--display-name", "Ada Lovelace"]);
    let listed: Value =
        serde_json::from_str(&place.succeeds(&["users", "list", "--json", "--search", "love"])).unwrap();
    assert_eq!(listed["results"][0]["email"], "ada@example.org");
    assert_eq!(place.succeeds(&["users", "list", "--state", "superuser"]).lines().count(), 1);
    assert!(place.succeeds(&["users", "show", "ADA"]).contains("\tada\tactive\t"));
    for (command, field, value) in [
        ("deactivate", "is_active", false),
        ("activate", "is_active", true),
        ("make-superuser", "is_superuser", true),
        ("unmake-superuser", "is_superuser", false),
    ] {
        let shown: Value = serde_json::from_str(&place.succeeds(&["users", command, "ada", "--json"])).unwrap();
        assert_eq!(shown[field], value, "{command}");
    }
    let changed = place.run_with_input(&["users", "set-password", "ada"], b"another good one\n");
    assert_eq!(changed.code, 0, "{changed:?}");
    assert_eq!(place.succeeds(&["users", "end-sessions", "ada"]), "0 sessions of user 'ada' ended.\n");
    let gone: Value = serde_json::from_str(&place.succeeds(&["delete-user", "ada", "--noinput", "--json"])).unwrap();
    assert_eq!(gone["deleted"], "ada");
}

#[test]
fn commands_refuse_with_a_code() {
    let place = Place::new();
    made(&place, "root", &["--superuser"]);
    for (arguments, input, code, said) in [
        (&["users", "deactivate", "root"][..], "", 1, "last active superuser"),
        (&["users", "unmake-superuser", "root"], "", 1, "last active superuser"),
        (&["users", "show", "nobody"], "", 1, "there is no user"),
        (&["users", "create", "root"], "a good password", 1, "already exists"),
        (&["users", "create", "ada"], "", 2, "standard input"),
        (&["users", "create", "ada"], "short", 1, "too short"),
        (&["users", "create", "a b"], "a good password", 2, "valid username"),
        (&["users", "create", "ada", "--email", "x"], "a good password", 2, "email address"),
        (&["users"], "", 2, "Usage"),
    ] {
        let finished = place.run_with_input(arguments, input.as_bytes());
        assert_eq!(finished.code, code, "{arguments:?} {finished:?}");
        assert!(finished.stderr.contains(said), "{arguments:?} {finished:?}");
    }
    let mut superuser = place.chatapp(&["createsuperuser", "--noinput", "--username", "boss", "--json"]);
    let output = superuser.env("CHATAPP_PASSWORD", PASSWORD).output().unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&shown["username"], &shown["is_superuser"]), (&json!("boss"), &json!(true)));
}
