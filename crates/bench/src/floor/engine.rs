//! What an engine can save by itself: the same rows, in a tight loop, with the durability that is shipped.

mod mysql;
mod sqlite;

use std::fmt::Write as _;
use std::time::Duration;

use crate::clock::{during, median};
use crate::figure::Figure;
use crate::stage::Stage;

/// Adds an engine's limits, beside the database of a running server. Gives how many rows a second come in over a pool of
/// connections, a transaction each, where that is measured.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<Option<f64>> {
    let mut pooled = None;
    let (length, count) = (Duration::from_secs(stage.plan.seconds.min(3)), stage.plan.runs);
    match stage.server.mysql_url().map(str::to_owned) {
        None => {
            let file = stage.server.sqlite_file();
            for (what, batch) in [("rows one by one", 1), ("rows in hundreds", 100)] {
                let runs: Result<Vec<f64>, _> = (0..count).map(|_| sqlite::rate(&file, batch, length)).collect();
                stage.add(Figure::new(format!("the engine alone: {what}"), &runs?, "rows/s"));
            }
        }
        Some(url) => {
            let kinds = [
                ("rows one by one", 1, 1),
                ("a transaction a message, pool of 16", 16, 1),
                ("rows in hundreds", 16, 100),
            ];
            for (what, connections, batch) in kinds {
                let mut runs = Vec::new();
                for _ in 0..count {
                    runs.push(during(what, mysql::rate(&url, connections, batch, length)).await?);
                }
                stage.add(Figure::new(format!("the engine alone: {what}"), &runs, "rows/s"));
                if connections > 1 && batch == 1 {
                    pooled = Some(median(&runs));
                }
            }
        }
    }
    Ok(pooled)
}

/// How many people take part.
const PEOPLE: i64 = 200;

/// The statements that save messages `first..first + count` of a table of its own, and move both people's counters.
fn statements(first: i64, count: i64) -> Vec<String> {
    let mut insert = "INSERT INTO bench_messages (id, conversation_id, seq, sender_id, sender_pos, recipient_id, \
                      recipient_pos, low_sent, sent_at, client_key, body) VALUES "
        .to_owned();
    let mut moved = Vec::new();
    for id in first..first + count {
        let (sender, recipient) = (id * 7 % PEOPLE + 1, id * 13 % PEOPLE + 1);
        let separator = if id == first { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(
            insert,
            "{separator}({id}, {}, {id}, {sender}, {id}, {recipient}, {id}, {id}, 1795515330123456, 'key-{}', \
             'a message of ordinary length, as people write them')",
            id * 31 % 10_000,
            id * 7919 % 1_000_003
        );
        moved.extend([sender, recipient]);
    }
    moved.sort_unstable();
    moved.dedup();
    let people: Vec<String> = moved.iter().map(i64::to_string).collect();
    let update = format!("UPDATE bench_feeds SET last_pos = last_pos + 1 WHERE user_id IN ({})", people.join(", "));
    vec![insert, update]
}
