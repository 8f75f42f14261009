//! A backup that is taken while the server serves, and a server that goes on from it.

use std::fs;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::server::Server;

/// A place that accepts the other's cookies.
fn with_the_key_of(server: &Server, place: Place) -> Place {
    fs::create_dir_all(place.path("chatapp-data")).unwrap();
    fs::copy(server.place.path("chatapp-data/secret_key"), place.path("chatapp-data/secret_key")).unwrap();
    place
}

async fn a_server_goes_on_from_a_backup(engine: Engine, empty: impl Fn() -> Option<Place>) {
    let Some(server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let (ada, bob) = (Client::log_in(&server, "ada").await, Client::log_in(&server, "bob").await);
    let mut socket = bob.socket("").await;
    let hello = socket.next_of_type("hello").await;
    let kept = ada.send("bob", "kept 🐴").await;
    let file = server.place.path("chat.sqlite3");
    let file = file.to_str().unwrap();
    let said = server.place.succeeds(&["backup", file]);
    assert!(said.starts_with("Backed up 2 users and 1 messages to "), "{said}");
    let again = server.place.run(&["backup", file]);
    assert!(again.code == 1 && again.stderr.contains("exists already"), "{again:?}");
    ada.send("bob", "after the backup").await;

    let place = with_the_key_of(&server, empty().unwrap());
    let said = place.succeeds(&["restore", file]);
    assert!(said.starts_with("Restored 2 users and 1 messages into "), "{said}");
    let again = place.run(&["restore", file]);
    assert!(again.code == 1 && again.stderr.contains("empty"), "{again:?}");
    let restored = Server::in_place(place);
    let (ada, bob) = (ada.at(&restored), bob.at(&restored));
    assert_eq!(bob.message(&kept["id"].to_string()).await, {
        let mut expected = kept.clone();
        expected.as_object_mut().unwrap().remove("client_id");
        expected
    });
    assert_eq!(ada.json("/api/v1/message/").await["count"], 1);
    let query = format!("?epoch={}&pos={}", hello["epoch"].as_str().unwrap(), hello["pos"]);
    bob.socket(&query).await.next_of_type("reset").await;
    assert_eq!(bob.get(&format!("/api/v1/event/{query}&after=0")).await.status(), 410);
    assert_eq!(ada.send("bob", "and on").await["seq"], 2);

    let place = with_the_key_of(&server, empty().unwrap());
    place.succeeds(&["restore", "--end-sessions", file]);
    let restored = Server::in_place(place);
    assert_eq!(ada.at(&restored).get("/api/v1/me/").await.status(), 403);
    Client::log_in(&restored, "ada").await;
}

#[tokio::test]
async fn a_server_goes_on_from_a_backup_of_sqlite() {
    a_server_goes_on_from_a_backup(Engine::Sqlite, || Some(Place::new())).await;
}

#[tokio::test]
async fn a_server_goes_on_from_a_backup_of_mariadb() {
    a_server_goes_on_from_a_backup(Engine::Mysql, Place::on_empty_mysql).await;
}

/// Two people write as fast as they can meanwhile; what the backup holds of that is whole.
async fn a_backup_under_load_is_whole(engine: Engine, empty: impl Fn() -> Option<Place>) {
    let Some(server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let (ada, bob) = (Client::log_in(&server, "ada").await, Client::log_in(&server, "bob").await);
    // However early the first backup is, there is something in it.
    ada.send("bob", "the first").await;
    let mut writers = JoinSet::new();
    for (writer, peer) in [(&ada, "bob"), (&bob, "ada"), (&ada, "ada"), (&ada, "bob")] {
        let (writer, peer) = (writer.clone(), peer.to_owned());
        writers.spawn(async move {
            loop {
                writer.send(&peer, "without a pause").await;
            }
        });
    }
    let mut files = Vec::new();
    for number in 0..3 {
        let before = ada.json("/api/v1/message/?limit=1").await["count"].as_i64().unwrap();
        let file = server.place.path(&format!("chat-{number}.sqlite3")).to_str().unwrap().to_owned();
        let place = Arc::clone(&server.place);
        let made = tokio::task::spawn_blocking(move || (place.succeeds(&["backup", "--json", &file]), file));
        let (said, file) = made.await.unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        assert!(said["messages"].as_i64().unwrap() >= before && said["users"] == 2, "{said}, {before}");
        files.push((file, said));
    }
    writers.shutdown().await;
    for (file, said) in files {
        let place = with_the_key_of(&server, empty().unwrap());
        let restored: Value = serde_json::from_str(&place.succeeds(&["restore", "--json", &file])).unwrap();
        assert_eq!(restored["messages"], said["messages"]);
        place.succeeds(&["verify"]);
        let restored = Server::in_place(place);
        let (ada, peer) = (ada.at(&restored), "bob");
        let newest = ada.json(&format!("/api/v1/message/?target={peer}&before_seq=999999999&limit=1")).await;
        assert_eq!(newest["results"][0]["seq"], newest["last_seq"], "{newest}");
        let sent = ada.send(peer, "and on").await;
        assert_eq!(sent["seq"].as_i64().unwrap(), newest["last_seq"].as_i64().unwrap() + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_sqlite_under_load_is_whole() {
    a_backup_under_load_is_whole(Engine::Sqlite, || Some(Place::new())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_mariadb_under_load_is_whole() {
    a_backup_under_load_is_whole(Engine::Mysql, Place::on_empty_mysql).await;
}

#[tokio::test]
async fn a_database_in_use_is_not_restored_into() {
    let server = Server::with_people(Engine::Sqlite, &["ada"]).unwrap();
    let file = server.place.path("chat.sqlite3");
    let file = file.to_str().unwrap();
    server.place.succeeds(&["backup", file]);
    let empty = Server::in_place(Place::new());
    let refused = empty.place.run(&["restore", file]);
    assert!(refused.code == 1 && refused.stderr.contains("stop the server first"), "{refused:?}");
    assert_eq!(Client::stranger(&empty).get("/health/ready").await.status(), 200);
}
