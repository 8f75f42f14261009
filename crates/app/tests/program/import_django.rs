//! Moving in from the original: its databases, made here as Django makes them, and what people find afterwards.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::original::Original;
use crate::support::place::{Engine, Finished, Place};
use crate::support::server::Server;

/// What Django made of "correct horse 🐴", with few rounds.
const PBKDF2: &str = "pbkdf2_sha256$1000$seasalt$kypoYWbMFaWcX1smOZLrSgJVxejMDs2NF7mwEDT7Dgg=";

/// Ada and Bob, two who cannot come, and what they said; some of it earlier than its number says.
fn fill(original: &Original) {
    original.user(1, "ada", PBKDF2, "ada@example.org", "Ada Lovelace", true, true);
    original.user(2, "bob", PBKDF2, "", "", true, false);
    original.user(3, "Bob", PBKDF2, "", "", true, false);
    original.user(4, "no spaces", PBKDF2, "", "", true, false);
    original.user(5, "gone", PBKDF2, "", "", false, false);
    original.message(1, "2020-01-01 10:00:00.000001", 1, 2, "first");
    original.message(2, "2020-01-01 12:00:00.000000", 2, 1, "third, \u{623} \u{4f60} <script>");
    original.message(3, "2020-01-01 11:00:00.000000", 1, 2, "second");
    original.message(7, "2020-01-02 10:00:00.000000", 1, 1, "a note to myself");
    original.message(8, "2020-01-02 10:00:00.000000", 1, 3, "to nobody who is here");
    original.message(9, "2020-01-02 10:00:00.000001", 2, 1, "lost ????");
}

fn import(place: &Place, original: &Original) -> Finished {
    place.run(&["import-django", "--from", &original.url(), "--json"])
}

fn figures(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
}

async fn bodies(reader: &Client, query: &str) -> Vec<(i64, i64, String)> {
    let page = reader.json(&format!("/api/v1/message/?{query}")).await;
    let read = |message: &Value| {
        let number = |name: &str| message[name].as_i64().unwrap();
        (number("id"), number("seq"), message["body"].as_str().unwrap().to_owned())
    };
    page["results"].as_array().unwrap().iter().map(read).collect()
}

async fn people_and_messages_move_in(original: &Original, engine: Engine) {
    let Some(place) = Place::on(engine) else { return };
    fill(original);
    let finished = import(&place, original);
    assert_eq!(finished.code, 1, "somebody was skipped: {finished:?}");
    let report = figures(&finished);
    assert_eq!(report["people"], json!({"moved": 3, "here": 0, "skipped": 2}), "{report}");
    assert_eq!(report["messages"], json!({"moved": 5, "here": 0, "skipped": 1}), "{report}");
    assert_eq!(report["messages_with_lost_characters"], 1);
    let clash = json!({"username": "Bob", "reason": "it is the same name as bob, but for case or form"});
    assert!(report["skipped_people"].as_array().unwrap().contains(&clash), "{report}");
    assert_eq!(report["skipped_messages"]["it is from or to somebody who was not taken in"], 1);

    let server = Server::in_place(place);
    let ada = Client::log_in(&server, "ada").await;
    let expected = [
        (1, 1, "first".to_owned()),
        (3, 2, "second".to_owned()),
        (2, 3, "third, \u{623} \u{4f60} <script>".to_owned()),
        (9, 4, "lost ????".to_owned()),
    ];
    assert_eq!(bodies(&ada, "target=bob&after_seq=0").await, expected);
    assert_eq!(bodies(&ada, "target=ada&after_seq=0").await, [(7, 1, "a note to myself".to_owned())]);
    assert_eq!(ada.json("/api/v1/message/1/").await["timestamp"], "2020-01-01T10:00:00.000001Z");
    let me = ada.json("/api/v1/me/").await;
    assert_eq!((&me["display_name"], &me["email"]), (&"Ada Lovelace".into(), &"ada@example.org".into()), "{me}");
    assert_eq!(me["is_superuser"], true);
    assert_eq!(ada.json("/api/v1/event/?after=0").await["pos"], 5, "every message has its place among the events");
    Client::log_in(&server, "ada").await;

    let sent = ada.send("bob", "what is new").await;
    assert!(sent["id"].as_i64().unwrap() > 9 && sent["seq"] == 5, "{sent}");
}

async fn moving_in_again_moves_what_is_new(original: &Original, engine: Engine) {
    let Some(place) = Place::on(engine) else { return };
    fill(original);
    import(&place, original);
    original.message(10, "2020-01-03 10:00:00.000000", 2, 1, "since then");
    let report = figures(&import(&place, original));
    assert_eq!(report["people"], json!({"moved": 0, "here": 3, "skipped": 2}), "{report}");
    assert_eq!(report["messages"], json!({"moved": 1, "here": 5, "skipped": 1}), "{report}");
    let server = Server::in_place(place);
    let bob = Client::log_in(&server, "bob").await;
    let newest = bodies(&bob, "target=ada&before_seq=6&limit=1").await;
    assert_eq!(newest, [(10, 5, "since then".to_owned())]);
}

#[tokio::test]
async fn from_sqlite_to_sqlite() {
    people_and_messages_move_in(&Original::in_a_file(), Engine::Sqlite).await;
    moving_in_again_moves_what_is_new(&Original::in_a_file(), Engine::Sqlite).await;
}

#[tokio::test]
async fn from_mariadb_to_mariadb() {
    let [Some(one), Some(other)] = [Original::on_mariadb(), Original::on_mariadb()] else { return };
    people_and_messages_move_in(&one, Engine::Mysql).await;
    moving_in_again_moves_what_is_new(&other, Engine::Mysql).await;
}

#[tokio::test]
async fn from_mariadb_to_sqlite() {
    let Some(original) = Original::on_mariadb() else { return };
    people_and_messages_move_in(&original, Engine::Sqlite).await;
}

#[test]
fn a_text_that_is_broken_is_skipped_and_said() {
    let original = Original::in_a_file();
    original.user(1, "ada", PBKDF2, "", "", true, true);
    original.execute("INSERT INTO core_messagemodel VALUES (1, '2020-01-01 10:00:00', CAST(X'61ff' AS TEXT), 1, 1)");
    original.execute("INSERT INTO core_messagemodel VALUES (2, 'yesterday', 'hello', 1, 1)");
    let place = Place::on(Engine::Sqlite).unwrap();
    let report = figures(&import(&place, &original));
    assert_eq!(report["skipped_messages"]["its text is not valid UTF-8"], 1, "{report}");
    assert_eq!(report["skipped_messages"]["its time cannot be read"], 1, "{report}");
    let told = place.run(&["import-django", "--from", &original.url()]);
    assert!(told.stdout.starts_with("People: 0 moved in, 1 were here already, 0 skipped.\n"), "{told:?}");
}

#[test]
fn what_is_no_database_of_the_original_is_refused_and_stays_as_it_is() {
    let place = Place::on(Engine::Sqlite).unwrap();
    let file = place.path("chatapp-data/chatapp.sqlite3");
    let own = place.run(&["import-django", "--from", &format!("sqlite:{}", file.display())]);
    assert!(own.code == 1 && own.stderr.contains("no database of the original"), "{own:?}");
    let missing = place.run(&["import-django", "--from", "sqlite:nowhere.sqlite3"]);
    assert!(missing.code == 1 && !place.path("nowhere.sqlite3").exists(), "{missing:?}");
    assert_eq!(place.run(&["import-django", "--from", "postgres://h/db"]).code, 2);
}
