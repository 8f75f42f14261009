//! More than the server can do: of more requests than it works on at once the rest is told so at once, one that would take
//! too long is told in time, and what must go on does.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;

/// Keeps every write waiting until it is dropped.
struct Lock(SqliteConnection);

impl Lock {
    fn on(server: &Server) -> Self {
        let file = server.place.path("chatapp-data/chatapp.sqlite3");
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").unwrap();
        Self(connection)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.batch_execute("ROLLBACK").unwrap();
    }
}

#[tokio::test]
async fn one_request_more_than_the_most_is_told_to_come_again() {
    const MOST: usize = 3;
    let place = Place::new().with("CHATAPP_REQUESTS", MOST.to_string()).with("CHATAPP_BODY_TIMEOUT", "1");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let ada = Client::log_in(&server, "ada").await;
    let mut socket = ada.socket("").await;
    socket.next_of_type("caught_up").await;
    let held = tokio::spawn({
        let ada = ada.clone();
        // The others may have had all places before it came.
        async move {
            loop {
                let status = ada.get("/api/v1/event/?after=0&wait=25").await.status();
                if status != 503 {
                    break status;
                }
            }
        }
    });

    let lock = Lock::on(&server);
    let mut waiting = JoinSet::new();
    for number in 0..MOST {
        waiting.spawn(insist(ada.clone(), format!("note {number}")));
    }
    let refused = loop {
        let answer = ada.get("/api/v1/openapi.json").await;
        if answer.status() != 200 {
            break answer;
        }
    };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "unavailable");
    while !ask_without_a_body(&server, &ada.cookie()).starts_with("HTTP/1.1 503") {}
    assert_eq!(ada.get("/health/live").await.status(), 200);
    assert_eq!(ada.get("/health/ready").await.status(), 200);
    socket.say(&json!({"type": "ping"})).await;
    socket.next_of_type("pong").await;
    drop(lock);

    waiting.join_all().await;
    assert_eq!(held.await.unwrap(), 200, "a held answer takes nobody's place");
}

/// Otherwise a few strangers with slow lines could keep everybody out.
#[tokio::test]
async fn whoever_sends_slowly_takes_nobodys_place() {
    const MOST: usize = 8;
    let place = Place::new().with("CHATAPP_REQUESTS", MOST.to_string()).with("CHATAPP_BODY_TIMEOUT", "5");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let ada = Client::log_in(&server, "ada").await;
    let mut slow = Vec::new();
    for _ in 0..5 * MOST {
        slow.push(begin_to_send(&server, &ada.cookie()));
        assert_eq!(ada.get("/api/v1/me/").await.status(), 200);
    }
    ada.send("ada", "in between").await;
    for mut connection in slow {
        let answer = answer_to(&mut connection);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
}

/// Each wait for the database has a longer bound here, so it is the request's own that ends it.
#[tokio::test]
async fn a_request_that_takes_too_long_is_put_off_and_safe_to_repeat() {
    let place = Place::new().with("CHATAPP_ANSWER_TIMEOUT", "4").with("CHATAPP_DATABASE_ANSWER", "3600");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let ada = Client::log_in(&server, "ada").await;
    let note = json!({"recipient": "ada", "body": "a note", "client_id": "once"});
    let lock = Lock::on(&server);
    for _ in 0..2 {
        let late = ada.post_json("/api/v1/message/", &note).await;
        assert_eq!((late.status().as_u16(), &late.headers()["retry-after"]), (503, &"1".parse().unwrap()));
        assert_eq!(late.json::<Value>().await.unwrap()["code"], "unavailable");
    }
    assert_eq!(ada.get("/api/v1/me/").await.status(), 200, "who only reads is answered");
    drop(lock);
    let answer = ada.post_json("/api/v1/message/", &note).await;
    assert!(answer.status().is_success(), "{answer:?}");
    let list = ada.json("/api/v1/message/").await;
    assert_eq!(list["count"], 1, "{list}");
}

#[tokio::test]
async fn what_a_client_takes_for_itself_is_not_the_servers_time() {
    let place = Place::new().with("CHATAPP_ANSWER_TIMEOUT", "4").with("CHATAPP_BODY_TIMEOUT", "6");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let ada = Client::log_in(&server, "ada").await;
    let mut slow = begin_to_send(&server, &ada.cookie());
    let pos = ada.json("/api/v1/event/").await["pos"].to_string();
    let held = ada.get(&format!("/api/v1/event/?after={pos}&wait=6")).await;
    assert_eq!(held.status(), 200);
    let answer = answer_to(&mut slow);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

/// Sends until it is accepted: a request of somebody else's may have had the last place.
async fn insist(ada: Client, body: String) {
    while ada.try_send("ada", &body).await.unwrap().status() != 201 {}
}

/// The answer to a send whose head has come, and nothing of its body: 408 if it was waited for.
fn ask_without_a_body(server: &Server, cookie: &str) -> String {
    answer_to(&mut begin_to_send(server, cookie))
}

/// Sends a request's head.
fn begin_to_send(server: &Server, cookie: &str) -> TcpStream {
    let mut connection = TcpStream::connect(server.address).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /api/v1/message/ HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Type: application/json\r\n\
         Content-Length: 40\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection
}

fn answer_to(connection: &mut TcpStream) -> String {
    let mut answer = vec![0; 4096];
    let length = connection.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}
