//! Deleting messages that nobody can read any more, a few at a time: a transaction must not hold up others for long.

use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::days;
use crate::schema::{conversations, deletions, feeds, messages, reports};

/// How many messages one transaction deletes.
const AT_ONCE: i64 = 500;

/// Deletes some of the messages that only `user` and people who are gone can read. Gives how many.
pub(super) fn some(connection: &mut AnyConnection, user: i64) -> QueryResult<usize> {
    for conversation in readable_by_nobody_else(connection, user)? {
        let deleted = delete_some(connection, conversation)?;
        if deleted > 0 {
            return Ok(deleted);
        }
    }
    Ok(0)
}

/// Deletes what is left of those conversations: what was said since, and the conversations themselves.
pub(super) fn rest(connection: &mut AnyConnection, user: i64) -> QueryResult<()> {
    for conversation in readable_by_nobody_else(connection, user)? {
        while delete_some(connection, conversation)? > 0 {}
        diesel::delete(deletions::table.filter(deletions::conversation_id.eq(conversation))).execute(connection)?;
        diesel::delete(conversations::table.find(conversation)).execute(connection)?;
    }
    Ok(())
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
