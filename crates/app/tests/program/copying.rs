//! A server moves from SQLite to MySQL and back. The command is killed on the way; people notice nothing but a reload.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::client::Client;
use crate::support::place::{PASSWORD, Place};
use crate::support::server::Server;

/// More than is copied at once, so that the copy has a middle.
const CROWD: usize = 1200;
const SECRET_KEY: &str = "2b7e151628aed2a6abf7158809cf4f3c";

fn a_crowd(place: &Place) {
    let lines: String = (0..CROWD).map(|number| format!("one{number},,{PASSWORD}\n")).collect();
    assert_eq!(place.run_with_input(&["createuser", "--from-csv", "-"], lines.as_bytes()).code, 0);
}

/// Kills the command as soon as there is something in the target. It cannot be done by then: tables are copied in the order
/// of their names, and one of the last lets nobody write.
fn kill_in_the_middle(place: &Place, command: &[&str], target: &Place) {
    let _lock = target.mysql().lock("users");
    let mut child = place.chatapp(command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while target.mysql().rows_of("feeds") == 0 {
        assert!(Instant::now() < deadline, "nothing is copied");
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was done before it was killed");
}

async fn sees(client: &Client) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in ["/api/v1/message/?target=bob", "/api/v1/conversation/", "/api/v1/user/?limit=5", "/api/v1/me/"] {
        // Links name the server.
        let text = client.json(path).await.to_string().replace(client.server(), "");
        seen.push(text.parse().unwrap());
    }
    seen
}

#[tokio::test]
async fn a_server_moves_to_mysql_and_back() {
    let Some(there) = Place::on_empty_mysql() else { return };
    there.succeeds(&["migrate"]);
    let here = Place::new().with("CHATAPP_SECRET_KEY", SECRET_KEY);
    let there = there.with("CHATAPP_SECRET_KEY", SECRET_KEY);
    here.people(&["ada", "bob"]);
    a_crowd(&here);
    let mut server = Server::in_place(here);
    let ada = Client::log_in(&server, "ada").await;
    ada.send("bob", "before the move 🐘").await;
    let (seen, before) = (sees(&ada).await, ada.json("/api/v1/event/").await);
    server.terminate();
    assert!(server.ended(Duration::from_secs(20)).await.success());

    let here = &server.place;
    let (from, to) = (here.database_url(), there.database_url());
    let command = ["copy-database", "--from", &from, "--to", &to, "--json"];
    kill_in_the_middle(here, &command, &there);
    for (refused, code) in [(there.run(&["serve", "0"]), 1), (there.run(&["check"]), 1)] {
        assert_eq!(refused.code, code, "{refused:?}");
        assert!((refused.stdout.clone() + &refused.stderr).contains("unfinished copy"), "{refused:?}");
    }
    let copied: Value = serde_json::from_str(&here.succeeds(&command)).unwrap();
    assert_eq!(copied["resumed"], true);
    let again = here.run(&command);
    assert!(again.code == 1 && again.stderr.contains("is not empty"), "{again:?}");

    let moved = Server::in_place(there);
    let ada = ada.at(&moved);
    assert_eq!(sees(&ada).await, seen, "the session and everything else came along");
    let after = ada.json("/api/v1/event/").await;
    assert_eq!((&after["pos"], &after["epoch"]), (&before["pos"], &copied["epoch"]));
    assert_ne!(after["epoch"], before["epoch"]);
    let sent = ada.send("bob", "after the move").await;
    assert_eq!(sent["seq"], 2);
    let seen = sees(&ada).await;

    let back = Place::new().with("CHATAPP_SECRET_KEY", SECRET_KEY);
    let url = moved.place.database_url();
    let said = back.succeeds(&["copy-database", "--from", &url, "--to", &back.database_url()]);
    assert!(said.contains("both are the same") && !said.contains("test:test"), "{said}");
    let returned = Server::in_place(back);
    assert_eq!(sees(&ada.at(&returned)).await, seen);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let place = Place::new();
    let run = |from: &str, to: &str| place.run(&["copy-database", "--from", from, "--to", to]);
    assert_eq!(run("postgres://x", "sqlite:y").code, 2);
    assert_eq!(run("sqlite:nothing.sqlite3", "sqlite:y.sqlite3").code, 1);
    assert!(!place.path("nothing.sqlite3").exists() && !place.path("y.sqlite3").exists(), "nothing was made");
    place.succeeds(&["migrate"]);
    place.write("url", &format!("{}\n", place.database_url()));
    assert!(run("@url", "sqlite:y.sqlite3").stdout.contains("both are the same"));
}
