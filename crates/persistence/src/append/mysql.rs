//! The statements of an append on MySQL: all rows at once, since each statement is a round trip.

use std::collections::HashMap;

use chatapp_domain::conversation::Pair;
use chatapp_domain::user::UserId;
use diesel::dsl::{DuplicatedKeys, sql};
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{Append, Counters, Earlier, NewMessageRow, pairs, people};
use crate::mysql_connection::MysqlConnection;
use crate::rows::{CONVERSATION, ConversationRow, FEED, FeedRow, MESSAGE, MessageRow};
use crate::schema::{conversations, feeds, messages, sequences};

diesel::define_sql_function! { fn last_insert_id() -> BigInt; }

/// How many ids a node takes for itself at a time. What it has not used when it stops is lost, which ids may be.
const BLOCK: i64 = 1000;

/// Ids that no other node will use.
#[derive(Default)]
pub(super) struct IdBlock {
    next: i64,
    end: i64,
}

impl IdBlock {
    /// Makes sure of at least `wanted` free ids. Outside of the transaction, whose length would block other nodes.
    pub(super) fn fill(&mut self, connection: &mut MysqlConnection, wanted: usize) -> QueryResult<()> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        if self.end - self.next >= wanted {
            return Ok(());
        }
        let size = wanted.max(BLOCK);
        diesel::update(sequences::table.find("message"))
            .set(sequences::next.eq(last_insert_id_of(sequences::next + size)))
            .execute(connection)?;
        self.end = diesel::select(last_insert_id()).get_result(connection)?;
        self.next = self.end - size;
        Ok(())
    }

    pub(super) fn next(&mut self) -> Option<i64> {
        let id = self.next;
        self.next += 1;
        (id < self.end).then_some(id)
    }
}

diesel::define_sql_function! {
    #[sql_name = "LAST_INSERT_ID"]
    fn last_insert_id_of(value: BigInt) -> BigInt;
}

/// The counters of everyone concerned, locked in ascending order; conversations that do not exist yet are made.
pub(super) fn counters(connection: &mut MysqlConnection, drafts: &[&mut Append]) -> QueryResult<Counters> {
    let locked: Vec<FeedRow> = feeds::table
        .filter(feeds::user_id.eq_any(people(drafts)))
        .order(feeds::user_id)
        .select(FEED)
        .for_update()
        .load(connection)?;
    let feeds: HashMap<i64, FeedRow> = locked.into_iter().map(|feed| (feed.user_id, feed)).collect();
    let wanted: Vec<Pair> = pairs(drafts, &feeds).into_iter().collect();
    let mut conversations = conversations_of(connection, &wanted)?;
    let missing: Vec<Pair> = wanted.into_iter().filter(|pair| !conversations.contains_key(pair)).collect();
    if !missing.is_empty() {
        make_conversations(connection, &missing)?;
        conversations.extend(conversations_of(connection, &missing)?);
    }
    Ok(Counters { feeds, conversations })
}

fn conversations_of(connection: &mut MysqlConnection, wanted: &[Pair]) -> QueryResult<HashMap<Pair, ConversationRow>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = conversations::table.select(CONVERSATION).into_boxed::<Mysql>();
    for pair in wanted {
        let is_this = conversations::low_id.eq(pair.low().0).and(conversations::high_id.eq(pair.high().0));
        query = query.or_filter(is_this);
    }
    let rows: Vec<ConversationRow> = query.load(connection)?;
    Ok(rows.into_iter().map(|row| (Pair::of(UserId(row.low_id), UserId(row.high_id)), row)).collect())
}

fn make_conversations(connection: &mut MysqlConnection, pairs: &[Pair]) -> QueryResult<()> {
    let rows: Vec<_> = pairs
        .iter()
        .map(|pair| (conversations::low_id.eq(pair.low().0), conversations::high_id.eq(pair.high().0)))
        .collect();
    diesel::insert_into(conversations::table).values(rows).execute(connection).map(drop)
}

/// The messages that were saved under these drafts' keys before.
pub(super) fn earlier(connection: &mut MysqlConnection, drafts: &[&mut Append]) -> QueryResult<Earlier> {
    if !drafts.iter().any(|append| append.has_key()) {
        return Ok(Earlier::new());
    }
    let mut query = messages::table.select(MESSAGE).into_boxed::<Mysql>();
    for (sender, key) in drafts.iter().filter_map(|append| append.key()) {
        query = query.or_filter(messages::sender_id.eq(sender).and(messages::client_key.eq(key)));
    }
    let rows = query.load(connection)?;
    let by_key = |row: MessageRow| row.client_key.clone().map(|key| ((row.sender_id, key), row));
    Ok(rows.into_iter().filter_map(by_key).collect())
}

/// Writes the new messages and the counters that they moved.
pub(super) fn save(connection: &mut MysqlConnection, drafts: &[&mut Append], counters: &Counters) -> QueryResult<()> {
    let rows: Vec<NewMessageRow<'_>> = drafts.iter().filter_map(|append| append.row()).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(messages::table).values(&rows).execute(connection)?;
    let (moved_feeds, moved_conversations) = counters.moved(drafts);
    // The rows exist, so each of these is an update of many rows to many values in one statement.
    diesel::insert_into(feeds::table)
        .values(moved_feeds.into_iter().copied().collect::<Vec<FeedRow>>())
        .on_conflict(DuplicatedKeys)
        .do_update()
        .set((
            feeds::last_pos.eq(sql::<BigInt>("VALUES(last_pos)")),
            feeds::message_count.eq(sql::<BigInt>("VALUES(message_count)")),
        ))
        .execute(connection)?;
    diesel::insert_into(conversations::table)
        .values(moved_conversations.into_iter().cloned().collect::<Vec<ConversationRow>>())
        .on_conflict(DuplicatedKeys)
        .do_update()
        .set((
            conversations::last_seq.eq(sql::<BigInt>("VALUES(last_seq)")),
            conversations::last_at.eq(sql::<BigInt>("VALUES(last_at)")),
            conversations::low_sent.eq(sql::<BigInt>("VALUES(low_sent)")),
            conversations::low_pos.eq(sql::<BigInt>("VALUES(low_pos)")),
            conversations::high_pos.eq(sql::<BigInt>("VALUES(high_pos)")),
        ))
        .execute(connection)
        .map(drop)
}
