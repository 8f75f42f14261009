//! A database from before, and one from a version that is yet to come.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::support::place::Place;

/// What the first version made, with somebody in it.
const BEFORE: &str = concat!(
    include_str!("../../../../migrations/sqlite/2026-11-24-000001_start/up.sql"),
    "CREATE TABLE __diesel_schema_migrations (
         version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
     INSERT INTO __diesel_schema_migrations (version) VALUES ('20261124000001');
     INSERT INTO users (username, username_key, email, password, joined_at) VALUES ('ada', 'ada', '', 'x', 1);
     INSERT INTO feeds (user_id) VALUES (1);"
);
const SNAPSHOT: &str = "chatapp-data/chatapp.sqlite3.before-2026-11-24-000002_accounts";

fn execute(place: &Place, statements: &str) {
    std::fs::create_dir_all(place.path("chatapp-data")).unwrap();
    let path = place.path("chatapp-data/chatapp.sqlite3");
    SqliteConnection::establish(path.to_str().unwrap()).unwrap().batch_execute(statements).unwrap();
}

#[test]
fn a_file_from_before_is_copied_and_then_migrated() {
    let place = Place::new();
    execute(&place, BEFORE);
    let migrated = place.run(&["migrate"]);
    assert_eq!(migrated.code, 0, "{migrated:?}");
    assert!(migrated.stdout.starts_with("applied  2026-11-24-000002_accounts\n"), "{migrated:?}");
    assert!(
        migrated.stderr.contains("everything was copied to") && migrated.stderr.contains("before-2026"),
        "{migrated:?}"
    );
    let url = format!("sqlite:{}", place.path(SNAPSHOT).display());
    let pending = place.run(&["--database-url", &url, "migrate", "--check"]);
    assert!(
        pending.code == 1 && pending.stdout.contains("pending  2026-11-24-000002_accounts"),
        "as before: {pending:?}"
    );
    std::fs::remove_file(place.path(SNAPSHOT)).unwrap();
    assert_eq!(place.succeeds(&["migrate"]).lines().count(), 1);
    assert!(!place.path(SNAPSHOT).exists(), "nothing is pending, so nothing is copied");
}

#[test]
fn a_new_file_is_not_copied() {
    let place = Place::new();
    place.succeeds(&["migrate"]);
    let names = std::fs::read_dir(place.path("chatapp-data")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("before")));
}

#[test]
fn a_database_that_a_newer_version_extended_is_used_and_one_it_changed_is_refused() {
    let place = Place::new();
    place.succeeds(&["migrate"]);
    execute(&place, "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')");
    let extended = place.run(&["migrate"]);
    assert!(extended.code == 0 && extended.stderr.contains("a newer version of chatapp has extended"), "{extended:?}");
    execute(&place, "INSERT INTO settings (name, value) VALUES ('oldest_schema', '29990101000001')");
    let line = "belongs to a newer version of chatapp, which knows 29990101000001: use that one, or restore a backup";
    for command in [&["migrate"][..], &["serve", "0"], &["invite"]] {
        let refused = place.run(command);
        assert!(refused.code == 1 && refused.stderr.contains(line), "{refused:?}");
    }
    let checked = place.run(&["check"]);
    assert!(checked.code == 1 && checked.stdout.contains("belong to a newer version"), "{checked:?}");
}
