//! A stop that was asked for: open pages are told to come back, and the program ends in time and without complaint.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::server::Server;

/// How many seconds a stop waits for requests here: nothing else takes as long.
const WAITS: &str = "120";
/// Far below that, and longer than anything takes unless something is broken.
const PROMPT: Duration = Duration::from_secs(30);

/// A server with these people that would wait long for a request before it stops.
fn patient(engine: Engine, people: &[&str]) -> Option<Server> {
    let place = Place::on(engine)?.with("CHATAPP_SHUTDOWN_TIMEOUT", WAITS).with("CHATAPP_BODY_TIMEOUT", WAITS);
    place.people(people);
    Some(Server::in_place(place))
}

async fn open_sockets_are_told_and_the_program_ends(engine: Engine) {
    let Some(mut server) = patient(engine, &["ada", "bob"]) else { return };
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
    let Some(mut server) = patient(Engine::Sqlite, &[]) else { return };
    // A request that never ends keeps the first stop waiting. Once the server asks for the rest of it, it has begun.
    let mut stalled = TcpStream::connect(server.address).unwrap();
    stalled.set_read_timeout(Some(PROMPT)).unwrap();
    let head = "POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    stalled.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stalled.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&asked));

    server.terminate();
    while !server.log().contains("stopping") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.terminate();
    let status = server.ended(PROMPT).await;
    assert_eq!(status.code(), Some(130), "{}", server.log());
}
