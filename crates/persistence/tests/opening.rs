//! Opening, refusing and migrating databases.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::path::{Path, PathBuf};

use chatapp_persistence::{Database, DatabaseUrl, OpenError, Settings};
use diesel::connection::SimpleConnection;

#[test]
fn sqlite_makes_its_file_and_folder_and_migrates_once() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::new(DatabaseUrl::sqlite(folder.path().join("new/folder/chat.sqlite3")));
    let database = Database::open(&settings).unwrap();
    assert!(database.engine().starts_with("SQLite 3."), "{}", database.engine());
    assert!(!database.pending_migrations().unwrap().is_empty());
    let names: Vec<String> = steps("sqlite").iter().map(|step| name_of(step)).collect();
    assert_eq!(database.migrate().unwrap(), names);
    assert!(database.pending_migrations().unwrap().is_empty());
    assert!(database.migrate().unwrap().is_empty());
    database.close();
}

#[test]
fn two_processes_may_migrate_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::new(DatabaseUrl::sqlite(folder.path().join("chat.sqlite3")));
    migrate_at_once(&settings);
    if let Some((_, url)) = support::empty_mysql("CHARACTER SET utf8mb4") {
        migrate_at_once(&Settings::new(url));
    }
}

fn migrate_at_once(settings: &Settings) {
    let databases: Vec<Database> = (0..4).map(|_| Database::open(settings).unwrap()).collect();
    let ran: usize = std::thread::scope(|scope| {
        let threads: Vec<_> =
            databases.iter().map(|database| scope.spawn(|| database.migrate().unwrap().len())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(ran >= 1);
    assert!(databases[0].pending_migrations().unwrap().is_empty());
}

#[test]
fn a_database_that_would_damage_texts_is_refused() {
    let Some((_, url)) = support::empty_mysql("CHARACTER SET latin1") else { return };
    let error = Database::open(&Settings::new(url)).err().unwrap();
    assert!(matches!(error, OpenError::Unsuitable { .. }));
    assert!(error.to_string().contains("latin1") && error.to_string().contains("utf8mb4"), "{error}");
}

#[test]
fn a_table_that_would_damage_texts_is_named() {
    let Some(scratch) = support::mysql() else { return };
    support::on_server(&scratch.name, |connection| {
        connection.batch_execute("ALTER TABLE reports CONVERT TO CHARACTER SET latin1").unwrap();
    });
    let error = Database::open(&Settings::new(scratch.url)).err().unwrap();
    assert!(matches!(error, OpenError::Unsuitable { .. }));
    assert!(error.to_string().contains("ALTER TABLE reports CONVERT TO CHARACTER SET utf8mb4"), "{error}");
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let url = DatabaseUrl::parse("mysql://chat:s3cret@127.0.0.1:9/chat").unwrap();
    let error = Database::open(&Settings::new(url)).err().unwrap().to_string();
    assert!(error.contains("mysql://chat@127.0.0.1:9/chat") && !error.contains("s3cret"), "{error}");
    let nowhere = Settings::new(DatabaseUrl::sqlite("/proc/no/such/folder/chat.sqlite3"));
    assert!(matches!(Database::open(&nowhere), Err(OpenError::Connect { .. })));
}

#[test]
fn both_engines_have_the_same_steps() {
    let names = |engine| steps(engine).iter().map(|step| name_of(step)).collect::<Vec<_>>();
    assert_eq!(names("sqlite"), names("mysql"));
}

#[test]
fn migrations_can_be_taken_back_and_run_again() {
    let scratch = support::sqlite();
    let path = scratch.url.sqlite_path().unwrap().to_str().unwrap();
    let mut connection: diesel::SqliteConnection = diesel::Connection::establish(path).unwrap();
    for statements in there_and_back("sqlite") {
        connection.batch_execute(&statements).unwrap();
    }
    let Some(scratch) = support::mysql() else { return };
    support::on_server(&scratch.name, |connection| {
        for statements in there_and_back("mysql") {
            connection.batch_execute(&statements).unwrap();
        }
    });
}

/// The folders of an engine's migrations, in order.
fn steps(engine: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
    let mut steps: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    steps.sort();
    steps
}

fn name_of(step: &Path) -> String {
    step.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Everything taken back, the last first, and done again.
fn there_and_back(engine: &str) -> Vec<String> {
    let read = |step: &PathBuf, name| std::fs::read_to_string(step.join(name)).unwrap();
    let steps = steps(engine);
    let back = steps.iter().rev().map(|step| read(step, "down.sql"));
    back.chain(steps.iter().map(|step| read(step, "up.sql"))).collect()
}
