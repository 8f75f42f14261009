//! Connections at the edge of their limits: how many are served, how many may wait, and how long an idle one is kept.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::place::Place;
use crate::support::server::Server;

/// Long enough for a slow machine, and much shorter than what an idle connection is kept by default.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a connection is tried that cannot come about. However long it is, nothing changes.
const TRY: Duration = Duration::from_millis(500);

/// A connection that is used for one request after the other.
struct Kept(TcpStream);

impl Kept {
    fn connect(server: &Server) -> Self {
        Self::over(TcpStream::connect(server.address).unwrap())
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    fn ask(&mut self) {
        self.0.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    }

    /// Reads one answer, which must be that all is well.
    fn answer(&mut self) {
        let mut answer = String::new();
        let mut some = [0; 1024];
        while !answer.ends_with("{\"status\":\"ok\"}") {
            let length = self.0.read(&mut some).unwrap();
            assert!(length > 0, "closed after {answer:?}");
            answer.push_str(std::str::from_utf8(&some[..length]).unwrap());
        }
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    fn has_heard_nothing(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let heard = self.0.peek(&mut [0]);
        self.0.set_nonblocking(false).unwrap();
        heard.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

/// One thread that serves so many connections, while as many more as the backlog may wait.
fn server(connections: usize, backlog: usize) -> Server {
    let place = Place::new()
        .with("CHATAPP_WORKERS", "1")
        .with("CHATAPP_CONNECTIONS_PER_WORKER", connections.to_string())
        .with("CHATAPP_BACKLOG", backlog.to_string());
    Server::in_place(place)
}

#[test]
fn one_connection_more_than_a_worker_holds_waits_for_another_to_end() {
    const MOST: usize = 2;
    let server = server(MOST, 16);
    let mut served: Vec<Kept> = (0..MOST).map(|_| Kept::connect(&server)).collect();
    served.iter_mut().for_each(|connection| {
        connection.ask();
        connection.answer();
    });

    let mut waiting = Kept::connect(&server);
    waiting.ask();
    for _ in 0..20 {
        served.iter_mut().for_each(|connection| {
            connection.ask();
            connection.answer();
        });
    }
    assert!(waiting.has_heard_nothing(), "it is not served beside {MOST} others");
    drop(served.pop());
    waiting.answer();
}

/// Whoever does not even get to wait is neither refused nor forgotten: their system tries again by itself.
#[test]
fn as_many_connections_as_the_backlog_wait_and_one_more_does_not_come_about() {
    const BACKLOG: usize = 5;
    let server = server(1, BACKLOG);
    let mut served = Kept::connect(&server);
    served.ask();
    served.answer();

    let mut waiting: Vec<Kept> = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&server.address, TRY) {
        waiting.push(Kept::over(stream));
        assert!(waiting.len() <= BACKLOG + 1, "no more may wait, and Linux counts from nought");
    }
    assert!(waiting.len() >= BACKLOG, "only {} may wait", waiting.len());
    let address = server.address;
    let late = std::thread::spawn(move || TcpStream::connect_timeout(&address, PATIENCE).unwrap());
    drop(served);
    for mut connection in waiting {
        connection.ask();
        connection.answer();
    }
    let mut late = Kept::over(late.join().unwrap());
    late.ask();
    late.answer();
}

/// Only the least is measured: however slow a machine is, nothing is closed before its time.
#[test]
fn an_idle_connection_is_kept_for_its_time_and_then_closed() {
    const KEPT: Duration = Duration::from_secs(8);
    // The server counts from the last step of its own clock, which goes twice a second unless the machine is busy.
    const STEP: Duration = Duration::from_secs(2);
    let server = Server::in_place(Place::new().with("CHATAPP_KEEP_ALIVE", KEPT.as_secs().to_string()));
    let mut connection = Kept::connect(&server);
    connection.ask();
    connection.answer();
    let asked = Instant::now();
    connection.ask();
    connection.answer();
    let ended = connection.0.read(&mut [0; 64]).unwrap();
    assert_eq!(ended, 0, "nothing is said at the end");
    assert!(asked.elapsed() >= KEPT - STEP, "closed after {:?}", asked.elapsed());
}
