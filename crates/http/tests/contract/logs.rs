//! What is written to the log, and what is not.

use std::sync::{Mutex, OnceLock, PoisonError};

use chatapp_testkit::builders::PASSWORD;
use log::{LevelFilter, Log, Metadata, Record};

use crate::support::{Place, Raw, Socket};

/// Keeps every line. Other tests write here too.
struct Lines(Mutex<Vec<String>>);

impl Lines {
    fn install() -> &'static Self {
        static LINES: OnceLock<&'static Lines> = OnceLock::new();
        LINES.get_or_init(|| {
            let lines: &'static Lines = Box::leak(Box::new(Lines(Mutex::default())));
            log::set_logger(lines).unwrap();
            log::set_max_level(LevelFilter::Debug);
            lines
        })
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn with(&self, part: &str) -> Vec<String> {
        self.all().into_iter().filter(|line| line.contains(part)).collect()
    }
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("chatapp")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = format!("{} {} {}", record.level(), record.target(), record.args());
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn each_request_is_one_line_without_what_is_private() {
    let lines = Lines::install();
    let place = Place::open();
    let me = place.person("u1").await;
    let message = me.tell(&me, "a very private text").await;
    me.get("/api/v1/message/?target=u1&secret=in-the-query").await;
    let answer = me.get(&format!("/api/v1/message/{}/", message["id"])).await;
    drop(Socket::plain(&me, "?since=77777").await);
    let program = me.program("read").await;
    let by_token = program.get("/api/v1/me/").await;
    drop(Socket::plain(&program, "").await);

    let id = answer.header("x-request-id");
    let [line] = lines.with(id).try_into().unwrap();
    let user = me.user.as_ref().unwrap().id.0;
    let expected = format!("INFO chatapp::access GET /api/v1/message/{}/ 200 ", message["id"]);
    assert!(line.starts_with(&expected) && line.ends_with(&format!("request={id} user={user}")), "{line}");
    assert!(line.contains(&format!(" {} ", answer.body.len())), "{line}");

    let [line] = lines.with(by_token.header("x-request-id")).try_into().unwrap();
    assert!(line.ends_with(&format!(" user={user}")), "{line}");

    let cookie = me.cookie.as_deref().unwrap().split_once('=').unwrap().1;
    for secret in ["a very private text", "in-the-query", "77777", PASSWORD, cookie, program.token.as_deref().unwrap()]
    {
        assert_eq!(lines.with(secret), [""; 0]);
    }
}

#[tokio::test]
async fn a_path_cannot_forge_a_line() {
    let lines = Lines::install();
    let place = Place::open();
    let request = "GET /forged%0aline%1b[0m HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    Raw::ask(place.address, request).await;
    let forged = lines.with("/forged");
    assert!(!forged.is_empty() && forged.iter().all(|line| !line.contains(['\n', '\u{1b}'])), "{forged:?}");
}

#[tokio::test]
async fn a_failure_is_logged_once_with_its_cause_and_told_without_it() {
    let lines = Lines::install();
    let place = Place::open();
    place.stores.go_away();
    let answer = place.stranger().get("/health/ready").await;
    let id = answer.header("x-request-id").to_owned();
    let about = lines.with(&id);
    let causes: Vec<_> = about.iter().filter(|line| line.starts_with("WARN")).collect();
    assert_eq!((about.len(), causes.len()), (2, 1), "{about:?}");
    assert!(causes[0].contains("the memory has gone away") && !answer.body.contains("memory"), "{causes:?}");
}
