//! Deleting messages that nobody can read any more, a few at a time: a transaction must not hold up others for long.

use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::days;
use crate::schema::{abandoned_conversations, conversations, deletions, feeds, messages, reports};

/// How many messages one transaction deletes.
const AT_ONCE: i64 = 500;

/// Notes which conversations nobody can read once `user` has gone, for [`clear_out`].
pub(super) fn abandon(connection: &mut AnyConnection, user: i64) -> QueryResult<()> {
    let found = readable_by_nobody_else(connection, user)?;
    let rows: Vec<_> = found.into_iter().map(|id| abandoned_conversations::conversation_id.eq(id)).collect();
    for rows in rows.chunks(AT_ONCE as usize) {
        let insert = diesel::insert_into(abandoned_conversations::table).values(rows);
        on_engine!(connection, c => insert.execute(c))?;
    }
    Ok(())
}

/// Deletes some messages of one of these conversations, and with its last message the conversation. Gives whether there was one.
pub(super) fn clear_out(connection: &mut AnyConnection) -> QueryResult<bool> {
    let Some(conversation) = first_abandoned(connection)? else { return Ok(false) };
    if delete_some(connection, conversation)? < AT_ONCE as usize {
        diesel::delete(deletions::table.filter(deletions::conversation_id.eq(conversation))).execute(connection)?;
        diesel::delete(conversations::table.find(conversation)).execute(connection)?;
        diesel::delete(abandoned_conversations::table.find(conversation)).execute(connection)?;
    }
    Ok(true)
}

/// On a cluster two nodes may be at it: one waits for the other. Numbers begin with 1.
fn first_abandoned(connection: &mut AnyConnection) -> QueryResult<Option<i64>> {
    let first = abandoned_conversations::table
        .select(abandoned_conversations::conversation_id)
        .filter(abandoned_conversations::conversation_id.gt(0))
        .order(abandoned_conversations::conversation_id)
        .limit(1);
    match connection {
        AnyConnection::Mysql(mysql) => first.for_update().first(mysql).optional(),
        AnyConnection::Sqlite(sqlite) => first.first(sqlite).optional(),
    }
}

/// The conversations of `user` with themselves and with people who are gone, which are those without a feed.
fn readable_by_nobody_else(connection: &mut AnyConnection, user: i64) -> QueryResult<Vec<i64>> {
    let as_low = conversations::table
        .left_join(feeds::table.on(feeds::user_id.eq(conversations::high_id)))
        .filter(conversations::low_id.eq(user))
        .filter(conversations::high_id.eq(user).or(feeds::user_id.nullable().is_null()))
        .select(conversations::id);
    let as_high = conversations::table
        .left_join(feeds::table.on(feeds::user_id.eq(conversations::low_id)))
        .filter(conversations::high_id.eq(user).and(feeds::user_id.nullable().is_null()))
        .select(conversations::id);
    let mut found: Vec<i64> = on_engine!(connection, c => as_low.load(c))?;
    found.extend(on_engine!(connection, c => as_high.load::<i64>(c))?);
    Ok(found)
}

fn delete_some(connection: &mut AnyConnection, conversation: i64) -> QueryResult<usize> {
    let ids: Vec<i64> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .order(messages::seq)
        .limit(AT_ONCE)
        .select(messages::id)
        .load(connection)?;
    if ids.is_empty() {
        return Ok(0);
    }
    diesel::delete(reports::table.filter(reports::message_id.eq_any(&ids))).execute(connection)?;
    days::recount(connection, &ids)?;
    diesel::delete(messages::table.filter(messages::id.eq_any(ids))).execute(connection)
}
