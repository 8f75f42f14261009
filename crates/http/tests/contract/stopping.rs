//! Stopping the server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use chatapp_http::Settings;
use chatapp_testkit::builders::PASSWORD;

use crate::support::{Place, Raw, Socket, until};

#[tokio::test]
async fn sockets_are_told_at_once_and_the_server_ends() {
    let mut place = Place::open();
    let me = place.person("u1").await;
    let (mut plain, mut v1) = (Socket::plain(&me, "").await, Socket::present(&me).await);
    place.begin_to_stop();
    assert_eq!(plain.end().await, (Some(1012), vec![]));
    let (code, texts) = v1.end().await;
    assert_eq!(
        (code, texts.as_slice()),
        (Some(1012), &[r#"{"type":"bye","reason":"server_stopping"}"#.to_owned()][..])
    );
    place.wait_for_end();
    assert_eq!(place.hub.connections(), 0);
}

#[tokio::test]
async fn a_held_answer_is_given() {
    let mut place = Place::open();
    let me = place.person("u1").await;
    let asked = tokio::spawn({
        let me = me.clone();
        async move { me.get("/api/v1/event/?after=0&wait=25").await }
    });
    until("the wait has begun", || place.hub.connections() == 1).await;
    place.begin_to_stop();
    assert_eq!(asked.await.unwrap().status, 200);
    place.wait_for_end();
}

#[tokio::test]
async fn a_request_that_has_begun_is_finished() {
    let mut place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    let body = format!("username=u1&password={}", PASSWORD.replace(' ', "+"));
    let mut raw = Raw::connect(place.address).await;
    let head = format!(
        "POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        body.len()
    );
    raw.send(head).await;
    raw.read_until(b"HTTP/1.1 100 Continue\r\n\r\n").await;
    place.begin_to_stop();
    assert_eq!(socket.end().await.0, Some(1012), "it has begun to stop");
    raw.send(body).await;
    let answer = String::from_utf8(raw.read_to_end().await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 302"), "{answer}");
    place.wait_for_end();
}

#[tokio::test]
async fn a_server_that_drains_says_so_and_goes_on() {
    let mut place = Place::with_settings(Settings { drain_time: Duration::from_secs(10), ..Settings::default() });
    let me = place.person("u1").await;
    let mut socket = Socket::present(&me).await;
    place.begin_to_stop();
    // Whoever asks when it no longer drains is not answered at all.
    while me.get("/health/ready").await.status != 503 {}
    assert_eq!(me.get("/api/v1/me/").await.status, 200);
    drop(Socket::present(&me).await);
    assert_eq!(socket.end().await.0, Some(1012));
    place.wait_for_end();
}

/// Asks on one connection after another until none is to be had; gives how often.
fn ask_until_nobody_listens(address: SocketAddr, everyone_asked: &Barrier) -> std::io::Result<usize> {
    let mut answers = 0;
    while let Ok(mut connection) = TcpStream::connect(address) {
        connection.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
        answers += 1;
        if answers == 1 {
            everyone_asked.wait();
        }
    }
    Ok(answers)
}

#[test]
fn whoever_got_in_is_answered() {
    let mut place = Place::open();
    let address = place.address;
    let everyone_asked = Arc::new(Barrier::new(17));
    let ask = |barrier: Arc<Barrier>| std::thread::spawn(move || ask_until_nobody_listens(address, &barrier));
    let asking: Vec<_> = (0..16).map(|_| ask(Arc::clone(&everyone_asked))).collect();
    everyone_asked.wait();
    place.begin_to_stop();
    for asking in asking {
        assert!(asking.join().unwrap().unwrap() > 0);
    }
    place.wait_for_end();
}
