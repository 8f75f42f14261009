//! A person's conversations, the latest first.

use std::collections::HashSet;

use chatapp_domain::conversation::Conversation;
use chatapp_domain::page::PageSize;
use chatapp_domain::user::Identity;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::{COUNTS, Row, privacy, seen_by, with_newest_message_and_peer};
use crate::connection::{AnyConnection, on_engine};
use crate::prepared::with_places;
use crate::rows::{CONVERSATION, MESSAGE, USER, is_newest_message};
use crate::schema::{conversations, feeds, messages, users};

/// Somebody with no more conversations than this has all of them put in order, if the latest few events do not do.
const FEW: i64 = 128;

/// How many of a person's latest events are searched for conversations.
const WALK: i64 = 1000;

/// How many of them mostly have a page of conversations.
const SHORT_WALK: i64 = 128;

/// A conversation has its place where its newest message stands among the reader's events. The latest ones are found by
/// walking back along the events: a short way, which mostly is enough for the first page of somebody who has many, and is
/// gone without delay. If it is not, those of somebody who has few are simply put in order, and of many more events are
/// walked along. Should few of the many hold everything that was said lately, the walk is given up and all are put in order.
pub(super) fn list(
    connection: &mut AnyConnection,
    me: &Identity,
    before: i64,
    size: PageSize,
) -> QueryResult<Vec<Conversation>> {
    let rows = match latest_of_many(connection, me.id.0, before, size)? {
        Some(rows) => rows,
        None => all_of(connection, me.id.0)?,
    };
    in_order(connection, me, before, size, rows)
}

/// The latest conversations, if a page holds all that there are or the reader's latest few events have a page of them.
/// However many somebody has, this takes about as long.
pub(super) fn first_page(
    connection: &mut AnyConnection,
    me: &Identity,
    size: PageSize,
) -> QueryResult<Option<Vec<Conversation>>> {
    if !has_more_than(connection, me.id.0, size.get())? {
        let rows = all_of(connection, me.id.0)?;
        return in_order(connection, me, i64::MAX, size, rows).map(Some);
    }
    let Some(newest) = newest_of_latest(connection, me.id.0, size)? else { return Ok(None) };
    let rows = with_newest(connection, me.id.0, newest)?;
    // In some of them something was said meanwhile, if it is none.
    if !is_page(&rows, size) {
        return Ok(None);
    }
    in_order(connection, me, i64::MAX, size, rows).map(Some)
}

fn in_order(
    connection: &mut AnyConnection,
    me: &Identity,
    before: i64,
    size: PageSize,
    rows: Vec<Row>,
) -> QueryResult<Vec<Conversation>> {
    let mine = privacy(connection, me.id)?;
    let mut found: Vec<Conversation> = rows.into_iter().map(|row| seen_by(me, mine, row)).collect();
    found.retain(|conversation| conversation.activity.0 < before);
    found.sort_unstable_by_key(|conversation| std::cmp::Reverse(conversation.activity));
    found.truncate(usize::try_from(size.get()).unwrap_or_default());
    Ok(found)
}

/// The place of a person's latest event.
fn latest(connection: &mut AnyConnection, me: i64) -> QueryResult<i64> {
    let query = feeds::table.find(me).select(feeds::last_pos);
    Ok(on_engine!(connection, c => query.first(c)).optional()?.unwrap_or_default())
}

fn is_page(rows: &[Row], size: PageSize) -> bool {
    i64::try_from(rows.len()).is_ok_and(|found| found >= size.get())
}

/// The latest conversations by a walk; `None` if there are few, or the walk did not find enough.
fn latest_of_many(
    connection: &mut AnyConnection,
    me: i64,
    before: i64,
    size: PageSize,
) -> QueryResult<Option<Vec<Row>>> {
    if !has_more_than(connection, me, FEW)? {
        return Ok(None);
    }
    let before = before.min(latest(connection, me)? + 1);
    let rows = walk(connection, me, before - WALK, before, size)?;
    Ok(Some(rows).filter(|rows| is_page(rows, size)))
}

/// The newest messages of as many conversations as a page has; `None` if a person's latest few events are of fewer.
fn newest_of_latest(connection: &mut AnyConnection, me: i64, size: PageSize) -> QueryResult<Option<Vec<i64>>> {
    let latest = latest(connection, me)?;
    let from = latest - SHORT_WALK;
    let sent = messages::table.filter(messages::sender_id.eq(me).and(messages::sender_pos.gt(from))).select((
        messages::sender_pos,
        messages::conversation_id,
        messages::id,
    ));
    let received = messages::table
        .filter(messages::recipient_id.eq(me).and(messages::recipient_pos.gt(from)))
        .select((messages::recipient_pos, messages::conversation_id, messages::id));
    let mut places: Vec<(i64, i64, i64)> = on_engine!(connection, c => sent.load(c))?;
    places.extend(on_engine!(connection, c => received.load::<(i64, i64, i64)>(c))?);
    // What came since `latest` was read is left for the next time.
    places.retain(|(pos, ..)| *pos <= latest);
    places.sort_unstable_by_key(|(pos, ..)| std::cmp::Reverse(*pos));
    let mut seen = HashSet::new();
    let newest = places.into_iter().filter(|(_, conversation, _)| seen.insert(*conversation)).map(|(.., id)| id);
    let page = usize::try_from(size.get()).unwrap_or(usize::MAX);
    let newest: Vec<i64> = newest.take(page).collect();
    Ok((newest.len() == page).then_some(newest))
}

/// Whether somebody has more conversations than `few`. The one with themselves counts twice.
fn has_more_than(connection: &mut AnyConnection, me: i64, few: i64) -> QueryResult<bool> {
    let as_low = conversations::table.filter(conversations::low_id.eq(me)).limit(few + 1).select(conversations::id);
    let as_high = conversations::table.filter(conversations::high_id.eq(me)).limit(few + 1).select(conversations::id);
    // Each has its limit: MariaDB would read on beyond a common one.
    let query = as_low.union_all(as_high);
    let ids: Vec<i64> = on_engine!(connection, c => query.load(c))?;
    Ok(i64::try_from(ids.len()).is_ok_and(|count| count > few))
}

/// That a message is its conversation's newest.
macro_rules! is_newest {
    () => {{
        let next = diesel::alias!(messages as next);
        let of_this = next.field(messages::conversation_id).eq(messages::conversation_id);
        not(exists(next.filter(of_this.and(next.field(messages::seq).eq(messages::seq + 1)))))
    }};
}

/// The latest conversations of those whose newest message stands in a stretch of a person's events: as many as asked for
/// of those where the person wrote it, and as many of the others.
fn walk(connection: &mut AnyConnection, me: i64, from: i64, before: i64, size: PageSize) -> QueryResult<Vec<Row>> {
    let pos = messages::sender_pos;
    let sent = messages::table
        .inner_join(conversations::table.on(conversations::id.eq(messages::conversation_id)))
        .inner_join(users::table.on(users::id.eq(messages::recipient_id)))
        .filter(messages::sender_id.eq(me).and(pos.ge(from)).and(pos.lt(before)).and(is_newest!()))
        .order(pos.desc())
        .limit(size.get())
        .select((CONVERSATION, MESSAGE, COUNTS, USER));
    let pos = messages::recipient_pos;
    let received = messages::table
        .inner_join(conversations::table.on(conversations::id.eq(messages::conversation_id)))
        .inner_join(users::table.on(users::id.eq(messages::sender_id)))
        .filter(messages::recipient_id.eq(me).and(pos.ge(from)).and(pos.lt(before)).and(is_newest!()))
        .filter(messages::sender_id.ne(me))
        .order(pos.desc())
        .limit(size.get())
        .select((CONVERSATION, MESSAGE, COUNTS, USER));
    let mut rows: Vec<Row> = on_engine!(connection, c => sent.load(c))?;
    rows.extend(on_engine!(connection, c => received.load::<Row>(c))?);
    Ok(rows)
}

/// The conversations whose newest messages these are.
fn with_newest(connection: &mut AnyConnection, me: i64, mut ids: Vec<i64>) -> QueryResult<Vec<Row>> {
    // The other person; oneself in a conversation with oneself.
    let peer = messages::sender_id + messages::recipient_id - me;
    with_places!(
        ids,
        [16 32 64 128],
        messages::table
            .inner_join(conversations::table.on(conversations::id.eq(messages::conversation_id)))
            .inner_join(users::table.on(users::id.eq(peer)))
            .filter(messages::id.eq_any(ids).and(is_newest!()))
            .select((CONVERSATION, MESSAGE, COUNTS, USER)),
        query => on_engine!(connection, c => query.load(c))
    )
}

/// All conversations of a person in which something was said.
fn all_of(connection: &mut AnyConnection, me: i64) -> QueryResult<Vec<Row>> {
    let as_low = with_newest_message_and_peer!(conversations::high_id).filter(conversations::low_id.eq(me));
    let as_high = with_newest_message_and_peer!(conversations::low_id)
        .filter(conversations::high_id.eq(me).and(conversations::low_id.ne(me)));
    let mut rows: Vec<Row> = on_engine!(connection, c => as_low.load(c))?;
    rows.extend(on_engine!(connection, c => as_high.load::<Row>(c))?);
    Ok(rows)
}
