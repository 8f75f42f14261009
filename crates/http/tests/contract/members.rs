//! People, as those who administer see and change them.

use chatapp_testkit::builders::PASSWORD;
use serde_json::{Value, json};

use crate::support::{Answer, Person, Place, Socket};

const USERS: &str = "/api/v1/admin/user/";
const NOT_FOUND: &str = r#"{"detail":"Not found.","code":"not_found"}"#;
const STAYS: &str =
    r#"{"detail":"The last active superuser must stay active and a superuser.","code":"last_superuser"}"#;

async fn listed(root: &Person, query: &str) -> Vec<String> {
    let answer = root.get(&format!("{USERS}{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let results = answer.json()["results"].as_array().unwrap().clone();
    results.iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
}

async fn change(root: &Person, name: &str, body: &Value) -> Answer {
    root.send(root.request("PATCH", &format!("{USERS}{name}/")).json(body)).await
}

async fn logged(root: &Person) -> Vec<String> {
    let log = root.get("/api/v1/admin/log/").await.json();
    let entries = log["results"].as_array().unwrap().clone();
    entries.iter().map(|entry| format!("{} {}", entry["action"], entry["target"]).replace('"', "")).collect()
}

#[tokio::test]
async fn people_are_seen_with_what_concerns_administering() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let ada = place.person("ada").await;
    let _socket = Socket::present(&ada).await;
    let seen = root.get(&format!("{USERS}ada/")).await.json();
    let expected = json!({
        "id": seen["id"],
        "username": "ada",
        "display_name": "",
        "email": "",
        "is_active": true,
        "is_superuser": false,
        "deleted": false,
        "date_joined": "2026-01-01T00:00:00.000001Z",
        "last_login": "2026-01-01T00:00:00.000001Z",
        "avatar": null,
        "sessions": 1,
        "sockets": 1,
    });
    assert_eq!(seen, expected);
    assert_eq!(root.get(USERS).await.json()["results"][0], expected);
    root.get(&format!("{USERS}nobody/")).await.assert(404, NOT_FOUND);
}

#[tokio::test]
async fn people_are_searched_filtered_sorted_and_paged() {
    let place = Place::open();
    let root = place.superuser("root").await;
    for name in ["ada", "bob", "Bobby"] {
        place.person(name).await;
    }
    change(&root, "ada", &json!({"display_name": "Augusta Bobbin", "email": "ada@example.org"})).await;
    change(&root, "bob", &json!({"is_active": false})).await;
    assert_eq!(listed(&root, "").await, ["Bobby", "bob", "ada", "root"], "who joined last comes first");
    assert_eq!(listed(&root, "?search=BOB&sort=username").await, ["Bobby", "ada", "bob"]);
    assert_eq!(listed(&root, "?search=ada@ex").await, ["ada"]);
    assert_eq!(listed(&root, "?state=inactive").await, ["bob"]);
    assert_eq!(listed(&root, "?state=superuser").await, ["root"]);
    assert_eq!(listed(&root, "?state=deleted").await, Vec::<String>::new());
    assert_eq!(listed(&root, "?state=active&sort=-username").await, ["root", "ada", "Bobby"]);
    for sort in ["username", "-username", "joined", "-joined", "last_login", "-last_login"] {
        let whole = listed(&root, &format!("?sort={sort}")).await;
        let (mut path, mut seen) = (format!("{USERS}?sort={sort}&limit=1"), Vec::new());
        loop {
            let page = root.get(&path).await.json();
            seen.push(page["results"][0]["username"].as_str().unwrap().to_owned());
            let Some(next) = page["next"].as_str() else { break };
            path = next.strip_prefix(&root.url("")).unwrap().to_owned();
        }
        assert_eq!(seen, whole, "{sort}");
    }
    for query in ["?state=gone", "?sort=age", "?sort=--joined", "?limit=0", "?cursor=x", "?cursor=1.x"] {
        assert_eq!(root.get(&format!("{USERS}{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn somebody_made_here_logs_in() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let wish = json!({
        "username": "ada", "password": PASSWORD, "email": "ada@example.org", "display_name": " Ada ", "is_superuser": true,
    });
    let made = root.post(USERS, &wish).await;
    assert_eq!(
        (made.status, &made.json()["display_name"], &made.json()["is_superuser"]),
        (201, &json!("Ada"), &json!(true))
    );
    assert!(!made.body.contains(PASSWORD));
    let credentials = json!({"username": "ada", "password": PASSWORD});
    assert_eq!(place.stranger().post("/api/v1/session/", &credentials).await.status, 200);
    root.post(USERS, &wish).await.assert(400, r#"{"username":["A user with that username already exists."]}"#);
    let wrong = json!({"username": "a b", "password": "12345678", "email": "x", "is_superuser": "perhaps"});
    let errors = root.post(USERS, &wrong).await;
    let fields: Vec<String> = errors.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        (errors.status, fields),
        (400, ["email", "is_superuser", "password", "username"].map(str::to_owned).to_vec())
    );
    let missing = root.post(USERS, &json!({})).await.json();
    assert_eq!(missing, json!({"username": ["This field is required."], "password": ["This field is required."]}));
    assert_eq!(logged(&root).await, ["user.create ada"]);
}

#[tokio::test]
async fn whoever_is_deactivated_is_out_at_once() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let ada = place.person("ada").await;
    let program = ada.program("read").await;
    let (mut socket, mut other) = (Socket::present(&ada).await, Socket::present(&program).await);
    let changed = change(&root, "ada", &json!({"is_active": false})).await;
    assert_eq!(
        (changed.status, &changed.json()["is_active"], &changed.json()["sessions"]),
        (200, &json!(false), &json!(0))
    );
    assert_eq!((socket.end().await.0, other.end().await.0), (Some(4401), Some(4401)));
    assert_eq!((ada.get("/api/v1/me/").await.status, program.get("/api/v1/me/").await.status), (403, 401));
    let credentials = json!({"username": "ada", "password": PASSWORD});
    assert_eq!(place.stranger().post("/api/v1/session/", &credentials).await.status, 400);
    change(&root, "ada", &json!({"is_active": true})).await;
    assert_eq!(place.stranger().post("/api/v1/session/", &credentials).await.status, 200);
    assert_eq!(ada.get("/api/v1/me/").await.status, 403, "what ended stays so");
}

#[tokio::test]
async fn the_last_superuser_stays() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let ada = place.person("ada").await;
    for body in [json!({"is_active": false}), json!({"is_superuser": false})] {
        change(&root, "root", &body).await.assert(409, STAYS);
    }
    let deleted = root.method("DELETE", &format!("{USERS}root/")).await;
    assert_eq!((deleted.status, &deleted.json()["code"]), (409, &json!("last_superuser")));
    assert_eq!(logged(&root).await, Vec::<String>::new());
    assert_eq!(change(&root, "ada", &json!({"is_superuser": true})).await.status, 200);
    assert_eq!(ada.get(USERS).await.status, 200, "from the next request on");
    assert_eq!(change(&root, "root", &json!({"is_superuser": false})).await.status, 200);
    root.get(USERS).await.assert(404, NOT_FOUND);
    change(&ada, "ada", &json!({"is_superuser": false})).await.assert(409, STAYS);
}

#[tokio::test]
async fn another_password_and_the_end_of_sessions() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let ada = place.person("ada").await;
    let mut socket = Socket::present(&ada).await;
    let path = format!("{USERS}ada/password/");
    root.post(&path, &json!({"password": "ada"}))
        .await
        .assert(400, r#"{"password":["This password is too short. It must contain at least 8 characters."]}"#);
    root.post(&path, &json!({})).await.assert(400, r#"{"password":["This field is required."]}"#);
    assert_eq!(root.post(&path, &json!({"password": "another good one"})).await.status, 204);
    assert_eq!((socket.end().await.0, ada.get("/api/v1/me/").await.status), (Some(4401), 403));
    let mut again = place.stranger();
    let log_in = again.post("/api/v1/session/", &json!({"username": "ada", "password": "another good one"})).await;
    assert_eq!(log_in.status, 200);
    again.user = ada.user.clone();
    let ended = root.method("DELETE", &format!("{USERS}ada/session/")).await;
    assert_eq!(ended.status, 204);
    assert_eq!(root.get(&format!("{USERS}ada/")).await.json()["sessions"], 0);
    for path in ["nobody/password/", "nobody/"] {
        let answer = root.post(&format!("{USERS}{path}"), &json!({"password": "another good one"})).await;
        assert!([404, 405].contains(&answer.status), "{path}");
    }
    root.method("DELETE", &format!("{USERS}nobody/session/")).await.assert(404, NOT_FOUND);
    assert_eq!(logged(&root).await, ["user.sessions ada", "user.password ada"]);
}

#[tokio::test]
async fn an_account_is_deleted_as_its_owner_could() {
    let place = Place::open();
    let root = place.superuser("root").await;
    let ada = place.person("ada").await;
    let mut socket = Socket::present(&ada).await;
    assert_eq!(root.method("DELETE", &format!("{USERS}ada/")).await.status, 204);
    assert_eq!(socket.end().await.0, Some(4401));
    root.get(&format!("{USERS}ada/")).await.assert(404, NOT_FOUND);
    let gone = listed(&root, "?state=deleted").await;
    assert!(gone.len() == 1 && gone[0].starts_with("deleted-"), "{gone:?}");
    assert_eq!(logged(&root).await, [format!("user.delete {}", gone[0])]);
    let shown = root.get(&format!("{USERS}{}/", gone[0])).await.json();
    assert_eq!(
        (&shown["deleted"], &shown["is_active"], &shown["last_login"]),
        (&json!(true), &json!(false), &Value::Null)
    );
    change(&root, &gone[0], &json!({"is_active": true})).await.assert(404, NOT_FOUND);
    root.method("DELETE", &format!("{USERS}{}/", gone[0])).await.assert(404, NOT_FOUND);
}

#[tokio::test]
async fn a_change_is_checked_and_told_in_the_log_without_texts() {
    let place = Place::open();
    let root = place.superuser("root").await;
    place.person("ada").await;
    for body in [
        json!({"is_active": "perhaps"}),
        json!({"email": "x"}),
        json!({"display_name": "a\nb"}),
        json!({"email": null}),
    ] {
        assert_eq!(change(&root, "ada", &body).await.status, 400, "{body}");
    }
    let changed = change(&root, "ada", &json!({"email": "ada@example.org", "display_name": "Ada"})).await.json();
    assert_eq!((&changed["email"], &changed["display_name"]), (&json!("ada@example.org"), &json!("Ada")));
    assert_eq!(change(&root, "ada", &json!({"email": ""})).await.json()["email"], "");
    assert_eq!(change(&root, "ada", &json!({})).await.status, 200);
    let log = root.get("/api/v1/admin/log/?target=ada").await;
    assert_eq!(log.json()["results"].as_array().unwrap().len(), 2);
    assert_eq!(log.json()["results"][1]["detail"], json!({"display_name": "changed", "email": "changed"}));
    assert!(!log.body.contains("example.org"));
}
