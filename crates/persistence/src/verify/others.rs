//! Rows that name what is not there, and what follows from the messages: numbers, the search index, the days.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::Work;
use crate::connection::{AnyConnection, on_engine};
use crate::days;
use crate::schema::{messages, sequences, users};
use crate::status::behind;

/// A column that names a row of another table: `0` and nothing name none.
struct Pointer {
    table: &'static str,
    column: &'static str,
    to: &'static str,
    key: &'static str,
}

const fn pointer(table: &'static str, column: &'static str, to: &'static str, key: &'static str) -> Pointer {
    Pointer { table, column, to, key }
}

const POINTERS: [Pointer; 21] = [
    pointer("feeds", "user_id", "users", "id"),
    pointer("conversations", "low_id", "users", "id"),
    pointer("conversations", "high_id", "users", "id"),
    pointer("events", "user_id", "feeds", "user_id"),
    pointer("events", "peer_id", "users", "id"),
    pointer("events", "actor_id", "users", "id"),
    pointer("deletions", "conversation_id", "conversations", "id"),
    pointer("abandoned_conversations", "conversation_id", "conversations", "id"),
    pointer("search_blocks", "user_id", "feeds", "user_id"),
    pointer("sessions", "user_id", "users", "id"),
    pointer("tokens", "user_id", "users", "id"),
    pointer("blocks", "blocker_id", "feeds", "user_id"),
    pointer("blocks", "blocked_id", "feeds", "user_id"),
    pointer("reports", "message_id", "messages", "id"),
    pointer("reports", "reporter_id", "users", "id"),
    pointer("reports", "closed_by", "users", "id"),
    pointer("avatars", "user_id", "users", "id"),
    pointer("invitations", "created_by", "users", "id"),
    pointer("invitations", "used_by", "users", "id"),
    pointer("password_resets", "user_id", "users", "id"),
    pointer("email_changes", "user_id", "users", "id"),
];

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

pub(super) fn check(connection: &mut AnyConnection, work: &mut Work<'_>) -> QueryResult<()> {
    let users: i64 = on_engine!(connection, c => users::table.count().get_result(c))?;
    work.verified.users = users.unsigned_abs();
    for pointer in &POINTERS {
        let lost = lost(connection, pointer)?;
        // What looks wrong may have been under way.
        if lost > 0 && super::at_one_moment(connection, |connection| self::lost(connection, pointer))? > 0 {
            let Pointer { table, column, to, .. } = pointer;
            work.one(format!("table {table}"), format!("{lost} rows name by {column} what is not in {to}"));
        }
    }
    numbers(connection, work)?;
    index(connection, work)?;
    days(connection, work)
}

fn number(connection: &mut AnyConnection, query: &str) -> QueryResult<i64> {
    let number: Number = match connection {
        AnyConnection::Sqlite(c) => diesel::sql_query(query).get_result(c)?,
        AnyConnection::Mysql(c) => diesel::sql_query(query).get_result(c)?,
    };
    Ok(number.number)
}

fn lost(connection: &mut AnyConnection, pointer: &Pointer) -> QueryResult<i64> {
    let Pointer { table, column, to, key } = pointer;
    number(
        connection,
        &format!(
            "SELECT COUNT(*) AS number FROM {table} AS pointing LEFT JOIN {to} AS there ON there.{key} = pointing.{column}
             WHERE pointing.{column} <> 0 AND there.{key} IS NULL"
        ),
    )
}

/// No message has a number that is still to be given.
fn numbers(connection: &mut AnyConnection, work: &mut Work<'_>) -> QueryResult<()> {
    let last = messages::table.order(messages::id.desc()).select(messages::id);
    let last: Option<i64> = on_engine!(connection, c => last.first(c)).optional()?;
    let next = sequences::table.find("message").select(sequences::next);
    let next: i64 = on_engine!(connection, c => next.first(c))?;
    if last.is_some_and(|last| last >= next) {
        work.one("table sequences", format!("the next message is to be {next}, which is taken"));
    }
    Ok(())
}

fn index(connection: &mut AnyConnection, work: &mut Work<'_>) -> QueryResult<()> {
    work.verified.search_behind = behind(connection)?.unsigned_abs();
    let full = if matches!(connection, AnyConnection::Sqlite(_)) { "/" } else { "DIV" };
    let query = format!(
        "SELECT COUNT(*) AS number FROM feeds
         WHERE (last_pos + 1) {full} 64 < (SELECT MAX(block) + 1 FROM search_blocks
                                           WHERE search_blocks.user_id = feeds.user_id AND level = 0 AND shard = 0)"
    );
    let ahead = number(connection, &query)?;
    if ahead > 0 {
        work.one("table search_blocks", format!("{ahead} people have more indexed than there is"));
    }
    Ok(())
}

fn days(connection: &mut AnyConnection, work: &mut Work<'_>) -> QueryResult<()> {
    for block in days::miscounted(connection)? {
        work.one("table message_days", format!("block {block} is not what the messages say"));
    }
    Ok(())
}
