//! Backups: one moment of a database that is being written to, in a file that either engine can be filled from.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chatapp_domain::conversation::Participation;
use chatapp_domain::message::{Message, Seq};
use chatapp_domain::page::Cursor;
use chatapp_domain::ports::messages::Saved;
use chatapp_domain::user::{User, UserId};
use chatapp_persistence::{BackupError, Contents, CopyError, Database, DatabaseUrl, Restore, Settings, restore};
use chatapp_testkit::builders::{a_draft, a_keyed_draft, a_size, a_user};
use chatapp_testkit::contract::Stores;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

const TEXTS: [&str; 4] = ["naïve", "𝔠𝔥𝔞𝔱 🐴👩🏽‍🚀", "'; DROP TABLE messages; --", "line\nline\\"];

/// Everything that two people said to each other.
async fn history(stores: &Stores, me: &User, peer: &User) -> Vec<Message> {
    let place = Participation::of(me.identity(), peer.identity());
    let mut all: Vec<Message> = Vec::new();
    loop {
        let after = all.last().map_or(Seq(0), |message| message.seq);
        let page = stores.messages.history(&place, Cursor::After(after), a_size(100)).await.unwrap();
        if page.messages.is_empty() {
            return all;
        }
        all.extend(page.messages);
    }
}

async fn say(stores: &Stores, from: &User, to: &User, text: &str) {
    stores.messages.append(a_draft(from, to, text), Box::new(|_| ())).await.unwrap();
}

/// Blocking work, off the test's own threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn back_up(from: &DatabaseUrl, file: &Path) -> Result<Contents, BackupError> {
    let (from, file) = (from.clone(), file.to_owned());
    blocking(move || chatapp_persistence::back_up(&from, &file, &|done, total| assert!(done <= total))).await
}

async fn bring_back(file: &Path, to: &DatabaseUrl, end_sessions: bool) -> Result<Contents, BackupError> {
    let (file, to) = (file.to_owned(), to.clone());
    let scratch = tempfile::tempdir().unwrap();
    blocking(move || restore(&Restore { file: &file, url: &to, scratch: scratch.path(), end_sessions }, &|_, _| {}))
        .await
}

async fn opened(url: &DatabaseUrl) -> Database {
    let settings = Settings::new(url.clone());
    blocking(move || Database::open(&settings).unwrap()).await
}

async fn one_moment_comes_back(from: support::Scratch, to: &DatabaseUrl) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.sqlite3");
    let stores = support::stores(&from.database);
    let (ada, bob) = (a_user(&*stores.users, "ada").await, a_user(&*stores.users, "bob").await);
    for text in TEXTS {
        say(&stores, &ada, &bob, text).await;
    }
    stores.messages.append(a_keyed_draft(&bob, &ada, "once", "key-1"), Box::new(|_| ())).await.unwrap();
    let place = Participation::of(bob.identity(), ada.identity());
    stores.conversations.mark_read(&place, Seq(3), Box::new(|_| ())).await.unwrap();
    for n in 0..700 {
        say(&stores, &ada, &ada, &format!("note {n}")).await;
    }

    let before = history(&stores, &ada, &bob).await;
    let writing = tokio::spawn({
        let (stores, ada, bob) = (stores.clone(), ada.clone(), bob.clone());
        async move {
            for n in 0..200 {
                say(&stores, &bob, &ada, &format!("meanwhile {n}")).await;
            }
        }
    });
    let held = back_up(&from.url, &file).await.unwrap();
    writing.await.unwrap();
    let after = history(&stores, &ada, &bob).await;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "one file, and nothing beside it");

    assert_eq!(bring_back(&file, to, false).await.unwrap(), held);
    let database = opened(to).await;
    let restored = support::stores(&database);
    let kept = history(&restored, &ada, &bob).await;
    assert!(kept.starts_with(&before) && after.starts_with(&kept), "what was answered before is there, in order");
    assert_eq!(history(&restored, &bob, &ada).await, kept);
    assert_eq!(history(&restored, &ada, &ada).await.len(), 700);
    assert_eq!((held.users, held.messages), (2, i64::try_from(kept.len() + 700).unwrap()));
    assert_ne!(restored.events.epoch().await.unwrap(), stores.events.epoch().await.unwrap(), "a history of its own");
    goes_on(&restored, &ada, &bob, kept.len()).await;
    refuses(&file, to).await;
}

/// The restored database counts on from where it was, and remembers keys.
async fn goes_on(restored: &Stores, ada: &User, bob: &User, length: usize) {
    let repeated = restored.messages.append(a_keyed_draft(bob, ada, "once", "key-1"), Box::new(|_| ())).await.unwrap();
    assert!(matches!(repeated, Saved::Repeat(message) if message.seq == Seq(5)));
    say(restored, ada, bob, "and on").await;
    let seqs: Vec<i64> = history(restored, ada, bob).await.iter().map(|message| message.seq.0).collect();
    assert_eq!(seqs, (1..=i64::try_from(length + 1).unwrap()).collect::<Vec<_>>(), "dense");
    let third = a_user(&*restored.users, "cyd").await;
    assert!(third.id > UserId(bob.id.0));
}

async fn refuses(file: &Path, full: &DatabaseUrl) {
    let refused = bring_back(file, full, false).await;
    assert!(
        matches!(refused, Err(BackupError::NotEmpty(_) | BackupError::Copy(CopyError::NotEmpty { .. }))),
        "{refused:?}"
    );
    assert!(matches!(back_up(full, file).await, Err(BackupError::Exists(_))));
}

fn empty_file() -> (tempfile::TempDir, DatabaseUrl) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(folder.path().join("restored.sqlite3"));
    (folder, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_of_sqlite_comes_back() {
    let (_folder, to) = empty_file();
    one_moment_comes_back(support::sqlite(), &to).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_of_mariadb_comes_back() {
    let (Some(from), Some(to)) = (support::mysql(), support::mysql()) else { return };
    one_moment_comes_back(from, &to.url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_of_sqlite_comes_back_on_mariadb() {
    let Some(to) = support::mysql() else { return };
    one_moment_comes_back(support::sqlite(), &to.url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_of_mariadb_comes_back_on_sqlite() {
    let (Some(from), (_folder, to)) = (support::mysql(), empty_file()) else { return };
    one_moment_comes_back(from, &to).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_backup_is_not_brought_back() {
    let (folder, to) = empty_file();
    let source = support::sqlite();
    let stores = support::stores(&source.database);
    let ada = a_user(&*stores.users, "ada").await;
    for n in 0..300 {
        say(&stores, &ada, &ada, &format!("note {n}")).await;
    }
    let good = folder.path().join("good.sqlite3");
    back_up(&source.url, &good).await.unwrap();

    let foreign = folder.path().join("foreign.sqlite3");
    SqliteConnection::establish(foreign.to_str().unwrap()).unwrap().batch_execute("CREATE TABLE notes (a)").unwrap();
    let newer = folder.path().join("newer.sqlite3");
    std::fs::copy(&good, &newer).unwrap();
    let mut file = SqliteConnection::establish(newer.to_str().unwrap()).unwrap();
    file.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')").unwrap();
    drop(file);
    let text = folder.path().join("text.sqlite3");
    std::fs::write(&text, "no database at all, but long enough to look like something").unwrap();
    let torn = folder.path().join("torn.sqlite3");
    let whole = std::fs::read(&good).unwrap();
    std::fs::write(&torn, &whole[..whole.len() / 2]).unwrap();
    for bad in [foreign, newer, text, torn, folder.path().join("missing.sqlite3")] {
        let outcome = bring_back(&bad, &to, false).await;
        assert!(outcome.is_err(), "{}: {outcome:?}", bad.display());
        assert!(!to.sqlite_path().unwrap().exists(), "{}", bad.display());
    }
    bring_back(&good, &to, false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_a_server_has_open_is_left_alone() {
    let (source, target) = (support::sqlite(), support::sqlite());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.sqlite3");
    back_up(&source.url, &file).await.unwrap();
    assert!(support::stores(&target.database).health.check().await.is_ok(), "a connection is open");
    assert!(matches!(bring_back(&file, &target.url, false).await, Err(BackupError::InUse(_))));
}
