//! A backup that is taken while the server serves, and a server that goes on from it.

use std::fs;

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
