//! Deleting messages, keeping them for a while only, and whether everything adds up afterwards: the real binary on both
//! engines.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::{Engine, PASSWORD, Place};
use crate::support::server::Server;

fn with_a_superuser(engine: Engine) -> Option<Server> {
    let place = Place::on(engine)?.with("CHATAPP_ADMIN_READS_MESSAGES", "true");
    place.people(&["ada", "bob", "eve"]);
    let mut root = place.chatapp(&["createsuperuser", "--noinput", "--username", "root"]);
    assert!(root.env("CHATAPP_PASSWORD", PASSWORD).output().unwrap().status.success());
    Some(Server::in_place(place))
}

/// What `verify` found, which is nothing.
fn verified(place: &Place) -> Value {
    let said: Value = serde_json::from_str(&place.succeeds(&["verify", "--json"])).unwrap();
    assert_eq!((&said["ok"], &said["findings"]), (&json!(true), &json!([])), "{said}");
    said
}

async fn a_database_adds_up_whatever_was_deleted(engine: Engine) {
    let Some(server) = with_a_superuser(engine) else { return };
    let (ada, bob) = (Client::log_in(&server, "ada").await, Client::log_in(&server, "bob").await);
    let (eve, root) = (Client::log_in(&server, "eve").await, Client::log_in(&server, "root").await);
    let mut sent = Vec::new();
    for number in 0..80 {
        sent.push(ada.send("bob", &format!("walrus {number}")).await);
        if number % 8 == 0 {
            eve.send("bob", "me too").await;
            bob.send("ada", "I see").await;
            bob.send("bob", "a note").await;
        }
    }
    let read = bob.any("PUT", "/api/v1/conversation/ada/read/", &json!({"seq": 20})).await;
    assert_eq!(read.status().as_u16(), 200);
    for message in [&sent[3], &sent[40], &sent[79]] {
        let path = format!("/api/v1/admin/message/{}/", message["id"]);
        assert_eq!(root.json(&path).await["body"], message["body"]);
        assert_eq!(root.any("DELETE", &path, &json!({})).await.status().as_u16(), 204);
    }
    let count = verified(&server.place);
    assert_eq!((&count["users"], &count["messages"], &count["conversations"]), (&json!(4), &json!(110), &json!(3)));
    let found = bob.json("/api/v1/message/?search=walrus&limit=100").await;
    assert_eq!(found["results"].as_array().unwrap().len(), 77);
    assert_eq!(eve.any("DELETE", "/api/v1/me/", &json!({ "password": PASSWORD })).await.status().as_u16(), 204);
    verified(&server.place);

    let file = server.place.path("chat.sqlite3");
    server.place.succeeds(&["backup", file.to_str().unwrap()]);
    let restored = Place::new();
    restored.succeeds(&["restore", file.to_str().unwrap()]);
    verified(&restored);
    restored.succeeds(&[
        "copy-database",
        "--from",
        &restored.database_url(),
        "--to",
        &format!("sqlite:{}", restored.path("copy.sqlite3").display()),
    ]);
    restored.succeeds(&["verify", "--database", &format!("sqlite:{}", restored.path("copy.sqlite3").display())]);
}

#[tokio::test]
async fn a_database_adds_up_whatever_was_deleted_from_sqlite() {
    a_database_adds_up_whatever_was_deleted(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_database_adds_up_whatever_was_deleted_from_mariadb() {
    a_database_adds_up_whatever_was_deleted(Engine::Mysql).await;
}

/// Makes everything that was sent so far a hundred days older.
fn age(place: &Place, engine: Engine) {
    const OLDER: &str = "UPDATE messages SET sent_at = sent_at - 8640000000000";
    match engine {
        Engine::Sqlite => {
            use diesel::{Connection, RunQueryDsl, SqliteConnection};
            let url = place.database_url();
            let mut file = SqliteConnection::establish(url.trim_start_matches("sqlite:")).unwrap();
            diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut file).unwrap();
            diesel::sql_query(OLDER).execute(&mut file).unwrap();
        }
        Engine::Mysql => place.mysql().execute(OLDER),
    }
}

async fn old_messages_go_by_the_command(engine: Engine) {
    let Some(server) = with_a_superuser(engine) else { return };
    let (ada, bob) = (Client::log_in(&server, "ada").await, Client::log_in(&server, "bob").await);
    for number in 0..30 {
        ada.send("bob", &format!("old {number}")).await;
        ada.send("eve", "old too").await;
    }
    // Before there is a list, everything has its place in the table.
    ada.json("/api/v1/conversation/").await;
    age(&server.place, engine);
    let place = &server.place;
    let asked = place.run(&["retention", "--days", "30"]);
    assert!(asked.code == 2 && asked.stderr.contains("--yes"), "{asked:?}");
    assert_eq!(place.run(&["retention", "--yes"]).code, 2, "for how long is not said");
    ada.send("bob", "new").await;
    let dry: Value =
        serde_json::from_str(&place.succeeds(&["retention", "--days", "30", "--dry-run", "--json"])).unwrap();
    assert_eq!(dry, json!({"days": 30, "dry_run": true, "messages": 60}));
    assert_eq!(place.succeeds(&["retention", "--days", "30", "--yes"]), "Deleted 60 messages older than 30 days.\n");
    let history = bob.json("/api/v1/message/?target=ada&after_seq=0").await;
    assert_eq!((&history["forgotten_seq"], &history["last_seq"]), (&json!(30), &json!(31)));
    assert_eq!(history["results"].as_array().unwrap().len(), 1);
    let conversation = bob.json("/api/v1/conversation/").await;
    assert_eq!(conversation["results"][0]["unread"], 1);
    assert_eq!(bob.json("/api/v1/message/?target=ada").await["count"], 1);
    assert_eq!(bob.get("/api/v1/event/?after=3").await.status().as_u16(), 410);
    assert_eq!(ada.send("eve", "and on").await["seq"], 31);
    verified(place);
}

#[tokio::test]
async fn old_messages_go_by_the_command_on_sqlite() {
    old_messages_go_by_the_command(Engine::Sqlite).await;
}

#[tokio::test]
async fn old_messages_go_by_the_command_on_mariadb() {
    old_messages_go_by_the_command(Engine::Mysql).await;
}

/// Each kind of damage is found.
#[tokio::test]
async fn what_does_not_add_up_is_said() {
    use diesel::{Connection, RunQueryDsl, SqliteConnection};
    let server = with_a_superuser(Engine::Sqlite).unwrap();
    let ada = Client::log_in(&server, "ada").await;
    for _ in 0..5 {
        ada.send("bob", "hello").await;
    }
    verified(&server.place);
    let url = server.place.database_url();
    for (damage, repair, expected) in [
        (
            "UPDATE feeds SET message_count = message_count + 1 WHERE user_id = 1",
            "UPDATE feeds SET message_count = message_count - 1 WHERE user_id = 1",
            "user 1: message_count is 6, by the rows 5",
        ),
        (
            "UPDATE feeds SET last_pos = last_pos + 1 WHERE user_id = 2",
            "UPDATE feeds SET last_pos = last_pos - 1 WHERE user_id = 2",
            "user 2: place 6 is not taken",
        ),
        (
            "UPDATE messages SET seq = 9 WHERE seq = 5",
            "UPDATE messages SET seq = 5 WHERE seq = 9",
            "conversation 1: seq 9 follows 4",
        ),
        (
            "UPDATE conversations SET high_read_count = 2",
            "UPDATE conversations SET high_read_count = 0",
            "conversation 1: high_read_count is 2, by the rows 0",
        ),
        (
            "UPDATE sequences SET next = 3 WHERE name = 'message'",
            "UPDATE sequences SET next = 100 WHERE name = 'message'",
            "table sequences: the next message is to be 3, which is taken",
        ),
        (
            "INSERT INTO reports (message_id, reporter_id, reason, created_at) VALUES (999, 1, '', 0)",
            "DELETE FROM reports",
            "table reports: 1 rows name by message_id what is not in messages",
        ),
    ] {
        let mut file = SqliteConnection::establish(url.trim_start_matches("sqlite:")).unwrap();
        diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut file).unwrap();
        diesel::sql_query(damage).execute(&mut file).unwrap();
        let said = server.place.run(&["verify"]);
        assert!(said.code == 1 && said.stdout.contains(expected), "{damage}: {said:?}");
        diesel::sql_query(repair).execute(&mut file).unwrap();
        verified(&server.place);
    }
}
