//! Fills a database directly with a history that is whole: every number dense, every count right.
//!
//! Everybody writes in turn to the nine people who come next, and gets as much from the nine before. A tenth of all
//! messages are one long conversation of the first two people.

use std::time::{Duration, Instant};

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use mysql_async::prelude::Queryable;

use crate::people::Crowd;
use crate::server::Server;

/// How many people everybody writes to.
const PARTNERS: u64 = 9;

/// How much of what.
struct Size {
    people: u64,
    /// How many messages everybody writes, besides the long conversation.
    rounds: u64,
    /// How many messages the long conversation has, besides.
    long: u64,
}

impl Size {
    /// Of 10 million messages: 100,000 people, and one conversation of a million. At the least one message of each to each.
    fn of(messages: u64) -> Self {
        let people = (messages / 100).max(Crowd::SIZE as u64 + 1);
        let each = (messages * 9 / 10 / people / PARTNERS).max(1);
        Self { people, rounds: each * PARTNERS, long: (messages / 10 / 2 * 2).max(2) }
    }

    fn each(&self) -> u64 {
        self.rounds / PARTNERS
    }
}

/// The statements that fill an empty database; `numbers` is a table of one column `n` that counts up to its argument.
fn statements(size: &Size, numbers: impl Fn(u64) -> String) -> Vec<String> {
    let Size { people, rounds, long } = *size;
    let (each, first, all) = (size.each(), Crowd::SIZE + 1, numbers(people));
    let columns = "id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, low_sent, sent_at, \
                   client_key, body";
    let text = "1700000000000000 + id, concat('key-', id * 7919 % 1000003, '-', id), \
                concat('message ', id, ' of ordinary length, as people write them')";
    let mut all_of_them = vec![
        format!(
            "INSERT INTO users (id, username, username_key, password, joined_at) SELECT n, concat('filled', n), \
             concat('filled', n), '!', 0 FROM {all} WHERE n >= {first}"
        ),
        "DELETE FROM feeds".to_owned(),
        format!("INSERT INTO feeds (user_id, last_pos, message_count) SELECT n, {0}, {0} FROM {all}", rounds * 2),
        format!(
            "UPDATE feeds SET last_pos = last_pos + {long}, message_count = message_count + {long} \
             WHERE user_id IN (1, 2)"
        ),
        format!("UPDATE sequences SET next = {} WHERE name = 'message'", rounds * people + long + 1),
    ];
    for step in 1..=PARTNERS {
        let peer = format!("((n - 1 + {step}) % {people} + 1)");
        all_of_them.push(format!(
            "INSERT INTO conversations (id, low_id, high_id) SELECT {} + n, CASE WHEN n < {peer} THEN n ELSE {peer} END, \
             CASE WHEN n < {peer} THEN {peer} ELSE n END FROM {all}",
            (step - 1) * people
        ));
    }
    for round in 0..rounds {
        let (step, seq) = (round / each + 1, round % each + 1);
        let (conversation, sent, received) = ((step - 1) * people, 2 * round + 1, 2 * round + 2);
        all_of_them.push(format!(
            "INSERT INTO messages ({columns}) SELECT id, {conversation} + n, {seq}, n, {sent}, peer, {received}, \
             CASE WHEN n < peer THEN {seq} ELSE 0 END, {text} FROM (SELECT {} + n AS id, n, \
             ((n - 1 + {step}) % {people} + 1) AS peer FROM {all}) AS each_one",
            round * people
        ));
    }
    for (sender, recipient, late) in [(1, 2, 1), (2, 1, 0)] {
        let (ids, half) = (rounds * people, numbers(long / 2));
        all_of_them.push(format!(
            "INSERT INTO messages ({columns}) SELECT id, 1, {each} + place, {sender}, {pos} + place, {recipient}, \
             {pos} + place, {each} + n, {text} FROM (SELECT {ids} + n * 2 - {late} AS id, n * 2 - {late} AS place, n \
             FROM {half}) AS each_one",
            pos = rounds * 2
        ));
    }
    all_of_them
}

/// Fills the database of a server that is stopped and has its people.
pub(super) async fn fill(server: &Server, messages: u64) -> anyhow::Result<()> {
    let size = Size::of(messages);
    match server.mysql_url() {
        Some(url) => fill_mysql(url, &size).await,
        None => fill_sqlite(&server.sqlite_file(), &size),
    }
}

fn bar(steps: usize) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(steps as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} filling the database {elapsed}")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    sql: String,
}

/// The indexes are made at the end, when all that they sort is there.
fn fill_sqlite(file: &std::path::Path, size: &Size) -> anyhow::Result<()> {
    let mut connection = SqliteConnection::establish(&file.to_string_lossy())?;
    connection.batch_execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY")?;
    let indexes: Vec<Index> = diesel::sql_query(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'messages' AND sql IS NOT NULL",
    )
    .load(&mut connection)?;
    let numbers = |to| {
        format!(
            "(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {to}) SELECT n FROM counted)"
        )
    };
    let drops = indexes.iter().map(|index| format!("DROP INDEX {}", index.name));
    let makes = indexes.iter().map(|index| index.sql.clone());
    let steps: Vec<String> = drops.chain(statements(size, numbers)).chain(makes).collect();
    let bar = bar(steps.len())?;
    connection.batch_execute("BEGIN IMMEDIATE")?;
    for step in steps {
        connection.batch_execute(&step).with_context(|| step.clone())?;
        bar.inc(1);
    }
    connection.batch_execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    bar.finish_and_clear();
    Ok(())
}

/// Beside the rows that are to be sorted; how much of the database the server keeps in memory is part of what is measured,
/// and is put back.
const MEMORY_FOR_INDEXES: u64 = 1 << 30;

/// The indexes are made at the end here, too, one after the other: each is sorted and written once.
async fn fill_mysql(url: &str, size: &Size) -> anyhow::Result<()> {
    let pool = mysql_async::Pool::from_url(url)?;
    let mut connection = pool.get_conn().await?;
    connection.query_drop("SET SESSION unique_checks = 0, SESSION foreign_key_checks = 0").await?;
    let usual: u64 = connection.query_first("SELECT @@innodb_buffer_pool_size").await?.context("a size")?;
    connection.query_drop(format!("SET GLOBAL innodb_buffer_pool_size = {MEMORY_FOR_INDEXES}")).await?;
    let indexes: Vec<(String, String)> = connection
        .query(
            "SELECT index_name, group_concat(column_name ORDER BY seq_in_index) FROM information_schema.statistics \
             WHERE table_schema = database() AND table_name = 'messages' AND index_name <> 'PRIMARY' GROUP BY index_name",
        )
        .await?;
    let drops = indexes.iter().map(|(name, _)| format!("ALTER TABLE messages DROP INDEX {name}"));
    let makes = indexes.iter().map(|(name, columns)| format!("ALTER TABLE messages ADD UNIQUE KEY {name} ({columns})"));
    let fills = statements(size, |to| format!("(SELECT seq AS n FROM seq_1_to_{to}) AS counted"));
    let steps: Vec<String> = drops.chain(fills).chain(makes).collect();
    let bar = bar(steps.len())?;
    for step in steps {
        connection.query_drop(&step).await.with_context(|| step.clone())?;
        bar.inc(1);
    }
    connection.query_drop("ANALYZE TABLE users, feeds, conversations, messages").await?;
    connection.query_drop(format!("SET GLOBAL innodb_buffer_pool_size = {usual}")).await?;
    until_resized(&mut connection).await?;
    bar.finish_and_clear();
    drop(connection);
    pool.disconnect().await?;
    Ok(())
}

/// Giving memory back takes the server seconds, in which nothing is answered. Servers that do it at once do not say how far it is.
async fn until_resized(connection: &mut mysql_async::Conn) -> anyhow::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(120);
    let begun = Instant::now();
    loop {
        let status = "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_resize_status'";
        let status: Option<(String, String)> = connection.query_first(status).await?;
        if status.is_none_or(|(_, how_far)| how_far.is_empty() || how_far.starts_with("Completed")) {
            return Ok(());
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the database does not give its memory back");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A new, empty database beside the one of `url`.
pub(super) async fn new_database(url: &str, messages: u64) -> anyhow::Result<String> {
    let (server, name) = url.rsplit_once('/').context("a URL with a database")?;
    let name = format!("{name}_growth_{messages}");
    let pool = mysql_async::Pool::from_url(url)?;
    let mut connection = pool.get_conn().await?;
    for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
        let rest = if statement.starts_with("CREATE") { " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" } else { "" };
        connection.query_drop(format!("{statement} {name}{rest}")).await?;
    }
    drop(connection);
    pool.disconnect().await?;
    Ok(format!("{server}/{name}"))
}
