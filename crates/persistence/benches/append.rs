//! How many messages a second the store alone can save, durably, from many senders at once: what the HTTP layer can
//! at best pass on. `cargo bench -p chatapp-persistence --bench append`.

#![expect(clippy::unwrap_used, reason = "a bench has nobody to answer to")]

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

use std::sync::Arc;
use std::time::Instant;

use chatapp_domain::message::Draft;
use chatapp_domain::user::Identity;
use chatapp_testkit::{builders, contract::Stores};

const MESSAGES: usize = 40_000;
const PEOPLE: usize = 200;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sqlite = support::sqlite();
    for senders in [1, 16, 64, 256] {
        runtime.block_on(measure("SQLite", &support::stores(&sqlite.database), senders));
    }
    let Some(mysql) = support::mysql() else { return };
    for senders in [1, 16, 64, 256] {
        runtime.block_on(measure("MariaDB", &support::stores(&mysql.database), senders));
    }
}

async fn measure(engine: &str, stores: &Stores, senders: usize) {
    let wishes = (0..PEOPLE).map(|n| builders::a_new_user(&format!("u{senders}-{n}"))).collect();
    let made = stores.users.create_many(wishes).await.unwrap();
    let people: Arc<Vec<Identity>> = Arc::new(made.into_iter().map(|user| user.unwrap().identity()).collect());
    let each = if senders == 1 { 2_000 } else { MESSAGES / senders };
    let started = Instant::now();
    let tasks: Vec<_> = (0..senders)
        .map(|sender| {
            let (people, stores) = (Arc::clone(&people), stores.clone());
            tokio::spawn(async move {
                for n in 0..each {
                    let draft = Draft {
                        sender: people[(sender * 7 + n) % PEOPLE].clone(),
                        recipient: people[(sender * 13 + n * 3 + 1) % PEOPLE].clone(),
                        body: builders::a_body("a message of ordinary length, as people write them"),
                        key: Some(builders::a_key(&format!("{sender}-{n}"))),
                        at: builders::NEW_YEAR,
                    };
                    stores.messages.append(draft, Box::new(|_| ())).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let rate = (each * senders) as f64 / started.elapsed().as_secs_f64();
    println!("{engine:8} {senders:4} senders {rate:9.0} messages/s");
}
