//! A stop that was asked for: open pages are told to come back, and the program ends in time and without complaint.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::support::client::Client;
use crate::support::place::Engine;
use crate::support::server::Server;

/// Far below the ten seconds that requests may take and process managers wait.
const PROMPT: Duration = Duration::from_secs(5);

async fn open_sockets_are_told_and_the_program_ends(engine: Engine) {
    let Some(mut server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let ada = Client::log_in(&server, "ada").await;
    let mut plain = ada.plain_socket("").await;
    let mut typed = ada.socket("").await;
    typed.next_of_type("caught_up").await;
    ada.send("bob", "still here").await;

    server.terminate();
    assert_eq!(plain.close_code().await, 1012);
    assert_eq!(typed.close_code().await, 1012);
    let status = server.ended(PROMPT).await;
    assert!(status.success(), "{status}: {}", server.log());
    assert!(server.log().contains("stopped"), "{}", server.log());

    server.start_again();
    let page = Client::log_in(&server, "bob").await.json("/api/v1/message/?target=ada").await;
    assert_eq!(page["results"][0]["body"], "still here");
}

#[tokio::test]
async fn a_stop_closes_sockets_with_1012_on_sqlite() {
    open_sockets_are_told_and_the_program_ends(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_stop_closes_sockets_with_1012_on_mysql() {
    open_sockets_are_told_and_the_program_ends(Engine::Mysql).await;
}

#[tokio::test]
async fn a_second_signal_ends_the_program_at_once() {
    let Some(mut server) = Server::with_people(Engine::Sqlite, &[]) else { return };
    // A request that never ends keeps the first stop waiting.
    let mut stalled = TcpStream::connect(server.address).unwrap();
    let head = "POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\nuser";
    stalled.write_all(head.as_bytes()).unwrap();
    // Connections are taken in order: once this is answered, the request before it has begun.
    Client::stranger(&server).get("/health/live").await;

    server.terminate();
    while !server.log().contains("stopping") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.terminate();
    let status = server.ended(Duration::from_secs(2)).await;
    assert_eq!(status.code(), Some(130), "{}", server.log());
}
