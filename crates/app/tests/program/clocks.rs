//! The server's clock jumps, as it does when somebody sets it: nobody stays logged in for ever, and nobody stays shut out.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::server::Server;

/// The linker itself knows the machine's name for `$LIB`.
const LIBRARY: &str = "/usr/$LIB/faketime/libfaketimeMT.so.1";
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// Slow machines are slow; nothing waits for as long as this unless something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// The clock of a server: only the time of day can be set, as on a real machine.
struct Clock(PathBuf);

impl Clock {
    /// Puts it so many seconds beside the machine's.
    fn shift(&self, seconds: i64) {
        let next = self.0.with_extension("next");
        std::fs::write(&next, format!("{seconds:+}\n")).unwrap();
        // Whoever reads sees one or the other.
        std::fs::rename(next, &self.0).unwrap();
    }
}

/// A server with ada and bob on a clock of its own; nothing where the engine or the clock is not there.
fn on_a_clock(engine: Engine, settings: &[(&'static str, &str)]) -> Option<(Server, Clock)> {
    let mut folders = std::fs::read_dir("/usr/lib").unwrap().flatten().map(|folder| folder.path());
    if !folders.any(|folder| folder.join("faketime/libfaketimeMT.so.1").exists()) {
        eprintln!("SKIPPED: libfaketime is not installed, so no clock jumps");
        return None;
    }
    let place = Place::on(engine)?;
    place.people(&["ada", "bob"]);
    let clock = Clock(place.path("clock"));
    clock.shift(0);
    let file = |path: &Path| path.to_str().unwrap().to_owned();
    let mut place = place.with("LD_PRELOAD", LIBRARY).with("FAKETIME_TIMESTAMP_FILE", file(&clock.0));
    for variable in ["FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC"] {
        place = place.with(variable, "1");
    }
    place = settings.iter().fold(place, |place, (variable, value)| place.with(variable, *value));
    Some((Server::in_place(place), clock))
}

async fn is_logged_in(client: &Client) -> bool {
    match client.get("/api/v1/me/").await.status() {
        StatusCode::OK => true,
        StatusCode::FORBIDDEN => false,
        other => panic!("{other}"),
    }
}

async fn no_session_lives_for_ever(engine: Engine) {
    let Some((server, clock)) = on_a_clock(engine, &[]) else { return };
    let before = Client::log_in(&server, "ada").await;
    clock.shift(15 * DAY);
    assert!(!is_logged_in(&before).await, "it was not used for more than two weeks");
    clock.shift(3650 * DAY);
    let from_ahead = Client::log_in(&server, "ada").await;
    assert!(is_logged_in(&from_ahead).await);
    clock.shift(0);
    assert!(!is_logged_in(&from_ahead).await, "it would count for ten years");
    let now = Client::log_in(&server, "ada").await;
    for ahead in [HOUR, -2 * HOUR, 0] {
        clock.shift(ahead);
        assert!(is_logged_in(&now).await, "small jumps log nobody out");
    }
}

#[tokio::test]
async fn no_session_lives_for_ever_whatever_the_clock_does() {
    no_session_lives_for_ever(Engine::Sqlite).await;
    no_session_lives_for_ever(Engine::Mysql).await;
}

#[tokio::test]
async fn a_throttle_opens_again_whatever_the_clock_does() {
    let throttles = [("CHATAPP_THROTTLE", "on"), ("CHATAPP_SENDS", "3"), ("CHATAPP_SENDS_PER_SECOND", "1")];
    let Some((server, clock)) = on_a_clock(Engine::Sqlite, &throttles) else { return };
    let ada = Client::log_in(&server, "ada").await;
    for ahead in [HOUR, -2 * HOUR, 0] {
        use_up(&ada).await;
        clock.shift(ahead);
        opens(&ada).await;
    }
}

/// Sends until it is too much.
async fn use_up(sender: &Client) {
    let started = Instant::now();
    while sender.try_send("bob", "hello").await.unwrap().status() != StatusCode::TOO_MANY_REQUESTS {
        assert!(started.elapsed() < PATIENCE, "nothing is throttled");
    }
}

async fn opens(sender: &Client) {
    let started = Instant::now();
    while sender.try_send("bob", "hello").await.unwrap().status() != StatusCode::CREATED {
        assert!(started.elapsed() < PATIENCE, "it stays shut");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_jump_ahead_opens_no_throttle() {
    let throttles = [("CHATAPP_THROTTLE", "on"), ("CHATAPP_LOG_IN_FAILURES", "2")];
    let Some((server, clock)) = on_a_clock(Engine::Sqlite, &throttles) else { return };
    let guess = async || {
        let guess = json!({ "username": "ada", "password": "a wrong password" });
        Client::stranger(&server).post_json("/api/v1/session/", &guess).await.status()
    };
    // Three are left to each address when the account's two are used up.
    let mut guesses = 0;
    while guess().await != StatusCode::TOO_MANY_REQUESTS {
        guesses += 1;
        assert!(guesses < 10, "nothing is throttled");
    }
    clock.shift(10 * HOUR);
    assert_eq!(guess().await, StatusCode::TOO_MANY_REQUESTS);
}
