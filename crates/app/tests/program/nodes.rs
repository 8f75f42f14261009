//! Two servers on one database, with nothing between them: the slow beat brings together what no notification told.

use crate::support::client::Client;
use crate::support::place::Engine;
use crate::support::server::Server;

async fn what_another_process_did_arrives_in_the_end(engine: Engine) {
    let Some(here) = Server::with_people(engine, &["ada", "bob", "eve"]) else { return };
    let there = here.beside();
    let (ada, bob, eve) =
        (Client::log_in(&there, "ada").await, Client::log_in(&here, "bob").await, Client::log_in(&here, "eve").await);
    let (mut hears, mut ends) = (bob.socket("").await, eve.socket("").await);
    hears.next_of_type("caught_up").await;

    let sent = ada.send("bob", "from the other side").await;
    let mut change = here.place.chatapp(&["changepassword", "eve", "--noinput"]);
    assert!(change.env("CHATAPP_PASSWORD", "another good one").output().unwrap().status.success());
    let event = hears.next_of_type("message").await;
    assert_eq!(event["message"], sent["id"].to_string());
    assert_eq!(ends.close_code().await, 4401);
}

#[tokio::test]
async fn two_servers_on_one_sqlite_file_come_together() {
    what_another_process_did_arrives_in_the_end(Engine::Sqlite).await;
}

#[tokio::test]
async fn two_servers_on_one_mysql_database_come_together() {
    what_another_process_did_arrives_in_the_end(Engine::Mysql).await;
}
