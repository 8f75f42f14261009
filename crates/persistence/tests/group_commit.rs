//! What the writer promises: a bad unit fails alone, a full queue refuses, and what was answered is on disk.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::{AppendError, Saved};
use chatapp_domain::ports::users::CreateUserError;
use chatapp_persistence::Settings;
use chatapp_testkit::builders::{a_draft, a_keyed_draft, a_new_user, a_user};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use tokio::task::JoinSet;

fn another_connection(scratch: &support::Scratch) -> diesel::SqliteConnection {
    let mut connection =
        diesel::SqliteConnection::establish(scratch.url.sqlite_path().unwrap().to_str().unwrap()).unwrap();
    connection.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_unit_fails_alone() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let (ada, bob) = (a_user(&*stores.users, "ada").await, a_user(&*stores.users, "bob").await);
    let mut units = JoinSet::new();
    for n in 0..100 {
        let (stores, ada, bob) = (stores.clone(), ada.clone(), bob.clone());
        units.spawn(async move {
            if n % 2 == 0 {
                stores.messages.append(a_draft(&ada, &bob, "hello"), Box::new(|_| ())).await.is_ok()
            } else {
                matches!(stores.users.create(a_new_user("ADA")).await, Err(CreateUserError::NameTaken))
            }
        });
    }
    assert!(units.join_all().await.into_iter().all(|as_expected| as_expected));
    assert_eq!(stores.events.latest(bob.id).await.unwrap().0, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_and_the_rest_is_kept() {
    let scratch = support::sqlite();
    let settings = Settings { queue: 8, batch: 4, ..Settings::new(scratch.url.clone()) };
    let database = support::another(settings).await;
    let stores = support::stores(&database);
    let (ada, bob) = (a_user(&*stores.users, "ada").await, a_user(&*stores.users, "bob").await);
    let mut blocker = another_connection(&scratch);
    blocker.batch_execute("BEGIN IMMEDIATE").unwrap();
    let told = Arc::new(AtomicUsize::new(0));
    let mut sends = JoinSet::new();
    for _ in 0..50 {
        let (messages, draft, told) = (Arc::clone(&stores.messages), a_draft(&ada, &bob, "hello"), Arc::clone(&told));
        sends.spawn(async move {
            let tell = Box::new(move |_: &_| {
                told.fetch_add(1, Ordering::SeqCst);
            });
            messages.append(draft, tell).await
        });
    }
    // The queue is full for as long as somebody else holds the file, and the refusals are immediate.
    let mut refused = 0;
    while refused < 50 - 8 - 4 - 1 {
        if let Err(AppendError::Store(StoreError::Busy)) = sends.join_next().await.unwrap().unwrap() {
            refused += 1;
        }
    }
    blocker.batch_execute("COMMIT").unwrap();
    let mut saved = 0;
    while let Some(outcome) = sends.join_next().await {
        match outcome.unwrap() {
            Ok(Saved::New(_)) => saved += 1,
            Err(AppendError::Store(StoreError::Busy)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(saved + refused, 50);
    assert_eq!(told.load(Ordering::SeqCst), saved);
    assert_eq!(stores.events.latest(bob.id).await.unwrap().0, i64::try_from(saved).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stays_locked_is_an_outage_and_nothing_is_half_kept() {
    let scratch = support::sqlite();
    let patient = support::stores(&scratch.database);
    let (ada, bob) = (a_user(&*patient.users, "ada").await, a_user(&*patient.users, "bob").await);
    // Much longer than anything takes while nobody has locked it.
    let settings = Settings { answer: Duration::from_secs(3), ..Settings::new(scratch.url.clone()) };
    let database = support::another(settings).await;
    let stores = support::stores(&database);
    let mut blocker = another_connection(&scratch);
    blocker.batch_execute("BEGIN IMMEDIATE").unwrap();
    let send = || stores.messages.append(a_keyed_draft(&ada, &bob, "hello", "once"), Box::new(|_| ()));
    assert!(matches!(send().await, Err(AppendError::Store(StoreError::Unavailable(_)))));
    // Reading goes on, and the refused message may or may not be saved later; its key tells it apart from a new one.
    assert!(stores.users.by_name("ada").await.unwrap().is_some());
    blocker.batch_execute("COMMIT").unwrap();
    let mut tries = 0;
    while send().await.is_err() {
        tries += 1;
        assert!(tries < 100, "the writer comes back");
    }
    assert_eq!(stores.events.latest(bob.id).await.unwrap().0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_may_write_too() {
    let scratch = support::sqlite();
    let other = support::another(Settings::new(scratch.url.clone())).await;
    let (here, there) = (support::stores(&scratch.database), support::stores(&other));
    let (ada, bob) = (a_user(&*here.users, "ada").await, a_user(&*here.users, "bob").await);
    let mut sends = JoinSet::new();
    for n in 0..200 {
        let (from, to) = if n % 3 == 0 { (&ada, &bob) } else { (&bob, &ada) };
        let messages = if n % 2 == 0 { Arc::clone(&here.messages) } else { Arc::clone(&there.messages) };
        let draft = a_draft(from, to, "hello");
        sends.spawn(async move { messages.append(draft, Box::new(|_| ())).await.unwrap() });
    }
    let mut seqs: Vec<i64> = Vec::new();
    while let Some(saved) = sends.join_next().await {
        if let Saved::New(message) = saved.unwrap() {
            seqs.push(message.seq.0);
        }
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=200).collect::<Vec<i64>>());
    // Each waits until its own messages are filed, and then finds the other's that are.
    there.events.latest(ada.id).await.unwrap();
    assert_eq!(here.events.latest(ada.id).await.unwrap().0, 200);
}
