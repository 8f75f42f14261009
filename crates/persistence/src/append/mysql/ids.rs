//! Numbers of messages that a node has for itself.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::mysql_connection::MysqlConnection;
use crate::schema::sequences;

diesel::define_sql_function! { fn last_insert_id() -> BigInt; }

/// How many ids a node takes for itself at a time. What it has not used when it stops is lost, which ids may be.
const BLOCK: i64 = 1000;
/// For how long it uses them. Whoever counts messages by their numbers relies on it: after a while no more come between others
/// ([`crate::days`]).
const LEASE: Duration = Duration::from_secs(600);

/// Ids that no other node will use.
#[derive(Clone, Default)]
pub(in crate::append) struct IdBlock {
    next: i64,
    end: i64,
    taken: Option<Instant>,
}

impl IdBlock {
    /// Makes sure of at least `wanted` free ids, in a transaction before that of the messages, whose length would block
    /// other nodes.
    pub(in crate::append) fn fill(&mut self, connection: &mut MysqlConnection, wanted: usize) -> QueryResult<()> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        if self.end - self.next >= wanted && self.taken.is_some_and(|taken| taken.elapsed() < LEASE) {
            return Ok(());
        }
        let size = wanted.max(BLOCK);
        diesel::update(sequences::table.find("message"))
            .set(sequences::next.eq(last_insert_id_of(sequences::next + size)))
            .execute(connection)?;
        let end: i64 = diesel::select(last_insert_id()).get_result(connection)?;
        connection.batch_execute("COMMIT")?;
        // Not before: what is not committed is somebody else's.
        *self = Self { next: end - size, end, taken: Some(Instant::now()) };
        Ok(())
    }

    pub(in crate::append) fn next(&mut self) -> Option<i64> {
        let id = self.next;
        self.next += 1;
        (id < self.end).then_some(id)
    }
}

diesel::define_sql_function! {
    #[sql_name = "LAST_INSERT_ID"]
    fn last_insert_id_of(value: BigInt) -> BigInt;
}
