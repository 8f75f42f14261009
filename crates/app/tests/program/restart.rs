//! A crash loses nothing that was answered, and whoever comes back misses nothing.

use crate::support::client::Client;
use crate::support::place::Engine;
use crate::support::server::Server;

async fn an_answered_message_survives_and_the_socket_resumes(engine: Engine) {
    let Some(mut server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let (ada, bob) = (Client::log_in(&server, "ada").await, Client::log_in(&server, "bob").await);
    let mut socket = bob.socket("").await;
    let hello = socket.next_of_type("hello").await;
    socket.next_of_type("caught_up").await;
    let first = ada.send("bob", "before the crash").await;
    let seen = socket.next_of_type("message").await;
    assert_eq!(seen["message"], first["id"].to_string());

    // Bob's browser is cut off; Ada's last message is answered, and the machine goes down at once.
    drop(socket);
    let last = ada.send("bob", "just in time").await;
    server.kill();
    server.start_again();

    let kept = bob.message(&last["id"].to_string()).await;
    assert_eq!(kept["body"], "just in time", "the session survives as well");
    let missed = ada.send("bob", "after the crash").await;
    let query = format!("?epoch={}&pos={}", hello["epoch"].as_str().unwrap(), seen["pos"]);
    let mut socket = bob.socket(&query).await;
    for (offset, message) in [(1, &last), (2, &missed)] {
        let event = socket.next_of_type("message").await;
        assert_eq!(event["pos"].as_i64().unwrap(), seen["pos"].as_i64().unwrap() + offset);
        assert_eq!(event["message"], message["id"].to_string());
    }
    socket.next_of_type("caught_up").await;

    // The plain form remembers the last message instead.
    let mut plain = bob.plain_socket(&format!("?since={}", first["id"])).await;
    assert_eq!(plain.next().await["message"], last["id"].to_string());
    assert_eq!(plain.next().await["message"], missed["id"].to_string());
}

#[tokio::test]
async fn an_answered_message_survives_kill_9_on_sqlite() {
    an_answered_message_survives_and_the_socket_resumes(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_answered_message_survives_kill_9_on_mysql() {
    an_answered_message_survives_and_the_socket_resumes(Engine::Mysql).await;
}

async fn whatever_was_answered_while_the_server_died_is_there(engine: Engine) {
    let Some(mut server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let ada = Client::log_in(&server, "ada").await;
    let (answered, answers) = tokio::sync::mpsc::unbounded_channel();
    let sending = async move {
        for number in 0.. {
            let Ok(response) = ada.try_send("bob", &format!("number {number}")).await else { return ada };
            let Ok(message) = response.json::<serde_json::Value>().await else { return ada };
            answered.send(message).unwrap();
        }
        ada
    };
    let sending = tokio::spawn(sending);
    while answers.len() < 20 {
        tokio::task::yield_now().await;
    }
    server.kill();
    let ada = sending.await.unwrap();
    server.start_again();

    let mut answers = answers;
    let mut count = 0;
    while let Some(message) = answers.recv().await {
        let kept = ada.message(&message["id"].to_string()).await;
        assert_eq!((&kept["body"], &kept["seq"]), (&message["body"], &message["seq"]));
        count += 1;
    }
    // At most the one that was under way is there without having been answered.
    let there = ada.json("/api/v1/message/?target=bob").await["count"].as_i64().unwrap();
    assert!((count..=count + 1).contains(&there), "{count} were answered, {there} are there");
}

#[tokio::test]
async fn nothing_answered_is_lost_in_the_middle_of_sending_on_sqlite() {
    whatever_was_answered_while_the_server_died_is_there(Engine::Sqlite).await;
}

#[tokio::test]
async fn nothing_answered_is_lost_in_the_middle_of_sending_on_mysql() {
    whatever_was_answered_while_the_server_died_is_there(Engine::Mysql).await;
}
