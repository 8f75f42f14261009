//! Many who read the same at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::client::Client;
use crate::support::place::Engine;
use crate::support::server::Server;

/// Three lists, and the newest message's place in each.
const LISTS: [(&str, &str); 3] = [
    ("/api/v1/message/?target=ada", "/results/0/seq"),
    ("/api/v1/conversation/", "/results/0/last_seq"),
    ("/api/v1/event/?after=0", "/pos"),
];

/// How many of a person's devices read each of them, without a pause.
const DEVICES: usize = 4;

const MESSAGES: i64 = 40;

fn newest(list: &Value, place: &str) -> i64 {
    list.pointer(place).and_then(Value::as_i64).unwrap()
}

async fn whoever_reads_finds_what_was_answered_before(engine: Engine) {
    let Some(server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let (ada, bob) = (Client::log_in(&server, "ada").await, Arc::new(Client::log_in(&server, "bob").await));
    ada.send("bob", "1").await;
    let (answered, is_over) = (Arc::new(AtomicI64::new(1)), Arc::new(AtomicBool::new(false)));
    let mut readers = JoinSet::new();
    for (url, place) in LISTS.iter().cycle().take(LISTS.len() * DEVICES) {
        let (bob, answered, is_over) = (Arc::clone(&bob), Arc::clone(&answered), Arc::clone(&is_over));
        readers.spawn(async move {
            let mut reads = 0;
            while !is_over.load(Ordering::SeqCst) {
                let known = answered.load(Ordering::SeqCst);
                let found = newest(&bob.json(url).await, place);
                assert!(found >= known, "{url} ended at {found} after {known} was answered");
                reads += 1;
            }
            reads
        });
    }
    for number in 2..=MESSAGES {
        ada.send("bob", &number.to_string()).await;
        answered.store(number, Ordering::SeqCst);
        // One more device, which comes right after the answer.
        let (url, place) = LISTS[usize::try_from(number).unwrap() % LISTS.len()];
        assert!(newest(&bob.json(url).await, place) >= number, "{url}");
    }
    is_over.store(true, Ordering::SeqCst);
    while let Some(reads) = readers.join_next().await {
        assert!(reads.unwrap() > 0);
    }
}

#[tokio::test]
async fn whoever_reads_finds_what_was_answered_before_on_sqlite() {
    whoever_reads_finds_what_was_answered_before(Engine::Sqlite).await;
}

#[tokio::test]
async fn whoever_reads_finds_what_was_answered_before_on_mysql() {
    whoever_reads_finds_what_was_answered_before(Engine::Mysql).await;
}
