//! A database that was filled before there were sign-ups: its people are found by their addresses, and their names are
//! protected like new ones. And the first user of an empty one.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use chatapp_domain::audit::Actor;
use chatapp_domain::link::LinkHash;
use chatapp_domain::ports::departures::DepartError;
use chatapp_domain::ports::sign_ups::NameTaken;
use chatapp_domain::roster::MemberChange;
use chatapp_domain::user::{EmailKey, NewUser, Username};
use chatapp_persistence::{Database, Settings};
use chatapp_testkit::builders::{NEW_YEAR, a_new_user};
use chatapp_testkit::contract::Stores;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// What the program of that time did, on either engine.
const MIGRATED: &str = "
    CREATE TABLE __diesel_schema_migrations (
        version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    INSERT INTO __diesel_schema_migrations (version) VALUES ('20261124000001');
    INSERT INTO users (username, username_key, email, password, joined_at) VALUES
        ('ada', 'ada', '', 'x', 1), ('paul', 'paul', 'Paul@Example.org', 'x', 1),
        ('bob', 'bob', 'office@example.org', 'x', 1), ('eve', 'eve', 'OFFICE@example.org', 'x', 1),
        ('mike', 'mike', 'm\u{131}ke@example.org', 'x', 1);";

async fn is_as_good_as_new(stores: &Stores) {
    let find = async |address: &str| {
        let found = stores.recovery.begin_reset(&EmailKey::of(address), LinkHash::of(address), NEW_YEAR).await.unwrap();
        found.map(|user| user.username.to_string())
    };
    assert_eq!(find("paul@example.org").await.as_deref(), Some("paul"));
    assert_eq!(find("office@example.org").await.as_deref(), Some("bob"), "who had it first");
    assert_eq!(find("mike@example.org").await, None);
    assert_eq!(find("").await, None);
    let taken = async |name: &str| stores.sign_ups.who_has(&Username::parse(name).unwrap(), NEW_YEAR).await.unwrap();
    assert_eq!(taken("pauI").await, Some(NameTaken::Alike));
    assert_eq!(taken("B0B").await, Some(NameTaken::Alike));
    assert_eq!(taken("EVE").await, Some(NameTaken::Same));
    assert_eq!(taken("carl").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_before_are_found_and_protected_on_sqlite() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("chat.sqlite3");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let start = include_str!("../../../migrations/sqlite/2026-11-24-000001_start/up.sql");
    connection.batch_execute(&format!("{start}{MIGRATED}")).unwrap();
    drop(connection);
    let settings = Settings::new(chatapp_persistence::DatabaseUrl::sqlite(path));
    is_as_good_as_new(&support::stores(&migrated(settings).await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_before_are_found_and_protected_on_mariadb() {
    let Some((name, url)) = support::empty_mysql("CHARACTER SET utf8mb4 COLLATE utf8mb4_bin") else { return };
    support::on_server(&name, |connection| {
        let start = include_str!("../../../migrations/mysql/2026-11-24-000001_start/up.sql");
        connection.batch_execute(&format!("{start}{MIGRATED}")).unwrap();
    });
    is_as_good_as_new(&support::stores(&migrated(Settings::new(url)).await)).await;
}

async fn migrated(settings: Settings) -> Database {
    let opened = tokio::task::spawn_blocking(move || {
        let database = Database::open(&settings).unwrap();
        assert_eq!(database.migrate().unwrap()[0], "2026-11-24-000002_accounts");
        database
    });
    opened.await.unwrap()
}

async fn one_of_many_is_the_first(stores: Stores) {
    assert!(!stores.sign_ups.has_anybody().await.unwrap());
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..20 {
        let stores = stores.clone();
        tries.spawn(async move { stores.sign_ups.create_first(a_new_user(&format!("first{n}"))).await.is_ok() });
    }
    let made = tries.join_all().await;
    assert_eq!(made.into_iter().filter(|made| *made).count(), 1);
    assert_eq!(stores.users.count().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_to_be_the_first_at_once_one_is_on_sqlite() {
    one_of_many_is_the_first(support::stores(&support::sqlite().database)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_to_be_the_first_at_once_one_is_on_mariadb() {
    let Some(scratch) = support::mysql() else { return };
    one_of_many_is_the_first(support::stores(&scratch.database)).await;
}

async fn one_superuser_stays(stores: Stores) {
    let superuser = |name: &str| NewUser { is_superuser: true, ..a_new_user(name) };
    let (ada, bob) =
        (stores.users.create(superuser("ada")).await.unwrap(), stores.users.create(superuser("bob")).await.unwrap());
    let tries = [ada.id, bob.id].map(|id| {
        let stores = stores.clone();
        tokio::spawn(async move { stores.departures.depart(id, None).await.is_ok() })
    });
    let [one, other] = tries;
    assert_ne!(one.await.unwrap(), other.await.unwrap(), "one went, and one stayed");
    let stays = if stores.users.by_id(ada.id).await.unwrap().unwrap().is_deleted() { bob.id } else { ada.id };
    assert!(matches!(stores.departures.depart(stays, None).await, Err(DepartError::LastSuperuser)));
    let inactive = stores.users.create(superuser("eve")).await.unwrap();
    stores.users.set_active(inactive.id, false).await.unwrap();
    assert!(
        matches!(stores.departures.depart(stays, None).await, Err(DepartError::LastSuperuser)),
        "who cannot log in"
    );
    stores.departures.depart(inactive.id, None).await.unwrap();
    stores.users.create(superuser("carl")).await.unwrap();
    stores.departures.depart(stays, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_superusers_who_leave_at_once_one_stays_on_sqlite() {
    one_superuser_stays(support::stores(&support::sqlite().database)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_superusers_who_leave_at_once_one_stays_on_mariadb() {
    let Some(scratch) = support::mysql() else { return };
    one_superuser_stays(support::stores(&scratch.database)).await;
}

/// However it is that they go: one unmakes the other, and the other leaves.
async fn one_superuser_is_not_unmade(stores: Stores) {
    let superuser = |name: &str| NewUser { is_superuser: true, ..a_new_user(name) };
    let (ada, bob) =
        (stores.users.create(superuser("ada")).await.unwrap(), stores.users.create(superuser("bob")).await.unwrap());
    let by = Actor::command_line(NEW_YEAR);
    let (theirs, mine) = (stores.clone(), stores.clone());
    let unmade = tokio::spawn(async move {
        let change = MemberChange { is_superuser: Some(false), ..MemberChange::default() };
        theirs.roster.change(ada.id, change, by).await.is_ok()
    });
    let left = tokio::spawn(async move {
        let change = MemberChange { is_active: Some(false), ..MemberChange::default() };
        mine.roster.change(bob.id, change, by).await.is_ok()
    });
    assert_ne!(unmade.await.unwrap(), left.await.unwrap(), "one stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_superusers_who_are_unmade_at_once_one_stays_on_sqlite() {
    one_superuser_is_not_unmade(support::stores(&support::sqlite().database)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_superusers_who_are_unmade_at_once_one_stays_on_mariadb() {
    let Some(scratch) = support::mysql() else { return };
    one_superuser_is_not_unmade(support::stores(&scratch.database)).await;
}
