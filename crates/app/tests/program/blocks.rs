//! Blocks on two servers that share a database: what one was told counts on the other from the answer on.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::Engine;
use crate::support::server::Server;

async fn is_refused(from: &Client, to: &str) -> bool {
    let response = from.try_send(to, "hello").await.unwrap();
    if response.status() == StatusCode::CREATED {
        return false;
    }
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let refusal: Value = response.json().await.unwrap();
    assert_eq!(refusal, json!({"detail": "You cannot message this person.", "code": "blocked"}));
    true
}

async fn set(me: &Client, method: &str, name: &str) {
    let answer = me.any(method, &format!("/api/v1/me/block/{name}/"), &Value::Null).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

async fn counts_on_both(server: &Server) {
    let other = server.beside();
    let (ada, bob) = (Client::log_in(server, "ada").await, Client::log_in(&other, "bob").await);
    for round in 0..5 {
        // Each server has written last to the rows in question once, and may remember them.
        assert!(!is_refused(&bob, "ada").await && !is_refused(&ada, "bob").await, "{round}");
        set(&ada, "PUT", "bob").await;
        assert!(is_refused(&bob, "ada").await, "on the other server: {round}");
        assert!(is_refused(&ada, "bob").await, "on the same server: {round}");
        assert!(is_refused(&bob.at(server), "ada").await && is_refused(&ada.at(&other), "bob").await, "{round}");
        set(&ada.at(&other), "DELETE", "bob").await;
    }
}

#[tokio::test]
async fn a_block_counts_on_all_servers_of_one_sqlite_file() {
    counts_on_both(&Server::with_people(Engine::Sqlite, &["ada", "bob"]).unwrap()).await;
}

#[tokio::test]
async fn a_block_counts_on_all_servers_of_one_mariadb() {
    let Some(server) = Server::with_people(Engine::Mysql, &["ada", "bob"]) else { return };
    counts_on_both(&server).await;
}
