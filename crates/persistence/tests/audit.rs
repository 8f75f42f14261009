//! The log only grows: neither engine lets anybody change or delete an entry, whatever program they use.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::ports::audit::AuditQuery;
use chatapp_persistence::Database;
use chatapp_testkit::builders::NEW_YEAR;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

const ATTEMPTS: [&str; 3] = [
    "UPDATE admin_log SET action = 'user.change'",
    "DELETE FROM admin_log",
    "UPDATE admin_log SET detail = '{}' WHERE id = 1",
];

async fn something_was_done(database: &Database) {
    let entry = Actor::command_line(NEW_YEAR).did(Action::UserDelete, 7).with("why", "no reason");
    database.audit().write(entry).await.unwrap();
}

async fn is_as_it_was(database: &Database) {
    let entries = database.audit().list(AuditQuery { limit: 10, ..AuditQuery::default() }).await.unwrap();
    let [entry] = entries.try_into().unwrap();
    assert_eq!((entry.action.as_str(), entry.detail.len()), ("user.delete", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_refuses_to_change_the_log() {
    let scratch = support::sqlite();
    something_was_done(&scratch.database).await;
    let path = scratch.url.sqlite_path().unwrap().to_str().unwrap().to_owned();
    let mut connection = SqliteConnection::establish(&path).unwrap();
    for attempt in ATTEMPTS {
        let error = connection.batch_execute(attempt).unwrap_err();
        assert!(error.to_string().contains("the log"), "{attempt}: {error}");
    }
    is_as_it_was(&scratch.database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_refuses_to_change_the_log() {
    let Some(scratch) = support::mysql() else { return };
    something_was_done(&scratch.database).await;
    support::on_server(&scratch.name, |connection| {
        for attempt in ATTEMPTS {
            let error = connection.batch_execute(attempt).unwrap_err();
            assert!(error.to_string().contains("the log"), "{attempt}: {error}");
        }
    });
    is_as_it_was(&scratch.database).await;
}
