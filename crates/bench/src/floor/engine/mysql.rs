//! MySQL's own limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use mysql_async::Pool;
use mysql_async::prelude::Queryable;
use tokio::task::JoinSet;

use super::{PEOPLE, statements};

/// Rows a second over so many connections, `batch` in each transaction, into tables like those that a message changes.
pub(super) async fn rate(url: &str, connections: usize, batch: i64, length: Duration) -> anyhow::Result<f64> {
    let pool = Pool::from_url(url)?;
    prepare(&pool).await?;
    let next = Arc::new(AtomicI64::new(1));
    let mut tasks: JoinSet<anyhow::Result<()>> = JoinSet::new();
    let started = Instant::now();
    for _ in 0..connections {
        let (mut connection, next) = (pool.get_conn().await?, Arc::clone(&next));
        tasks.spawn(async move {
            while started.elapsed() < length {
                let first = next.fetch_add(batch, Ordering::Relaxed);
                connection.query_drop("BEGIN").await?;
                // The counters first: that is the order in which everybody locks.
                for statement in statements(first, batch).iter().rev() {
                    connection.query_drop(statement).await?;
                }
                connection.query_drop("COMMIT").await?;
            }
            Ok(())
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    let rate = (next.load(Ordering::Relaxed) - 1) as f64 / started.elapsed().as_secs_f64();
    pool.disconnect().await?;
    Ok(rate)
}

async fn prepare(pool: &Pool) -> anyhow::Result<()> {
    let mut connection = pool.get_conn().await?;
    let statements = [
        "DROP TABLE IF EXISTS bench_feeds, bench_messages".to_owned(),
        "CREATE TABLE bench_feeds (user_id BIGINT PRIMARY KEY, last_pos BIGINT NOT NULL) ENGINE = InnoDB".to_owned(),
        format!("INSERT INTO bench_feeds SELECT seq, 0 FROM seq_1_to_{PEOPLE}"),
        "CREATE TABLE bench_messages (id BIGINT PRIMARY KEY, conversation_id BIGINT, seq BIGINT, sender_id BIGINT, \
         sender_pos BIGINT, recipient_id BIGINT, recipient_pos BIGINT, low_sent BIGINT, sent_at BIGINT, \
         client_key VARCHAR(64), body TEXT, UNIQUE (conversation_id, seq), UNIQUE (sender_id, sender_pos), \
         UNIQUE (recipient_id, recipient_pos), KEY (sender_id, client_key)) ENGINE = InnoDB"
            .to_owned(),
    ];
    for statement in statements {
        connection.query_drop(statement).await?;
    }
    Ok(())
}
