//! The statements of an append on MySQL: all rows at once, since each statement is a round trip.

use std::collections::{BTreeSet, HashMap, HashSet};

use chatapp_domain::conversation::Pair;
use chatapp_domain::user::UserId;
use diesel::dsl::{DuplicatedKeys, sql};
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{Append, Counters, Earlier, NewMessageRow, Newest, Thread, pairs, people, suspects};
use crate::mysql_connection::MysqlConnection;
use crate::rows::{FEED, FeedRow, MESSAGE, MessageRow, is_newest_message};
use crate::schema::{blocks, conversations, feeds, messages, sequences};

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

/// How many conversations are known by their number before all are forgotten.
const KNOWN: usize = 100_000;

/// The numbers of conversations. They never change, so no other node's writing makes them wrong.
#[derive(Default)]
pub(super) struct Known(HashMap<Pair, i64>);

impl Known {
    /// The counters of everyone concerned, their feeds locked in ascending order; conversations that do not exist yet
    /// are made.
    pub(super) fn counters(
        &mut self,
        connection: &mut MysqlConnection,
        drafts: &[&mut Append],
    ) -> QueryResult<Counters> {
        let locked: Vec<FeedRow> = feeds::table
            .filter(feeds::user_id.eq_any(people(drafts)))
            .order(feeds::user_id)
            .select(FEED)
            .for_update()
            .load(connection)?;
        let feeds: HashMap<i64, FeedRow> = locked.into_iter().map(|feed| (feed.user_id, feed)).collect();
        let apart = kept_apart(connection, suspects(drafts, &feeds))?;
        let wanted: Vec<Pair> = pairs(drafts, &feeds, &apart).into_iter().collect();
        self.learn(connection, &wanted)?;
        let ids: HashMap<i64, Pair> =
            wanted.into_iter().filter_map(|pair| self.0.get(&pair).map(|id| (*id, pair))).collect();
        let newest = newest_of(connection, ids.keys().copied().collect())?;
        let thread = |(id, pair)| (pair, Thread { id, newest: newest.get(&id).copied().unwrap_or_default() });
        Ok(Counters { feeds, threads: ids.into_iter().map(thread).collect(), apart })
    }

    /// Forgets everything, because what it knows may have been rolled back.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn learn(&mut self, connection: &mut MysqlConnection, wanted: &[Pair]) -> QueryResult<()> {
        if self.0.len() > KNOWN {
            self.0.clear();
        }
        let unknown = self.unknown(wanted);
        self.0.extend(conversations_of(connection, &unknown)?);
        let missing = self.unknown(wanted);
        if !missing.is_empty() {
            make_conversations(connection, &missing)?;
            self.0.extend(conversations_of(connection, &missing)?);
        }
        Ok(())
    }

    fn unknown(&self, wanted: &[Pair]) -> Vec<Pair> {
        wanted.iter().copied().filter(|pair| !self.0.contains_key(pair)).collect()
    }
}

/// Those of these pairs between which there is a block.
fn kept_apart(connection: &mut MysqlConnection, suspects: BTreeSet<Pair>) -> QueryResult<HashSet<Pair>> {
    if suspects.is_empty() {
        return Ok(HashSet::new());
    }
    let mut query = blocks::table.select((blocks::blocker_id, blocks::blocked_id)).into_boxed::<Mysql>();
    for pair in suspects {
        let (low, high) = (pair.low().0, pair.high().0);
        query = query.or_filter(blocks::blocker_id.eq(low).and(blocks::blocked_id.eq(high)));
        query = query.or_filter(blocks::blocker_id.eq(high).and(blocks::blocked_id.eq(low)));
    }
    let rows: Vec<(i64, i64)> = query.load(connection)?;
    Ok(rows.into_iter().map(|(blocker, blocked)| Pair::of(UserId(blocker), UserId(blocked))).collect())
}

fn conversations_of(connection: &mut MysqlConnection, wanted: &[Pair]) -> QueryResult<Vec<(Pair, i64)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let columns = (conversations::id, conversations::low_id, conversations::high_id);
    let mut query = conversations::table.select(columns).into_boxed::<Mysql>();
    for pair in wanted {
        let is_this = conversations::low_id.eq(pair.low().0).and(conversations::high_id.eq(pair.high().0));
        query = query.or_filter(is_this);
    }
    let rows: Vec<(i64, i64, i64)> = query.load(connection)?;
    Ok(rows.into_iter().map(|(id, low, high)| (Pair::of(UserId(low), UserId(high)), id)).collect())
}

/// Where conversations have got to; those in which nothing was said are left out.
fn newest_of(connection: &mut MysqlConnection, conversations: Vec<i64>) -> QueryResult<HashMap<i64, Newest>> {
    let rows: Vec<(i64, Newest)> = conversations::table
        .inner_join(messages::table.on(is_newest_message!()))
        .filter(conversations::id.eq_any(conversations))
        .select((conversations::id, (messages::seq, messages::low_sent, messages::sent_at)))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

fn make_conversations(connection: &mut MysqlConnection, pairs: &[Pair]) -> QueryResult<()> {
    let rows: Vec<_> = pairs
        .iter()
        .map(|pair| (conversations::low_id.eq(pair.low().0), conversations::high_id.eq(pair.high().0)))
        .collect();
    diesel::insert_into(conversations::table).values(rows).execute(connection).map(drop)
}

/// The messages that were saved under these keys before.
pub(super) fn earlier(connection: &mut MysqlConnection, keys: &[(i64, String)]) -> QueryResult<Earlier> {
    if keys.is_empty() {
        return Ok(Earlier::new());
    }
    let mut query = messages::table.select(MESSAGE).into_boxed::<Mysql>();
    for (sender, key) in keys {
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
    // The rows exist, so this is an update of many rows to many values in one statement.
    diesel::insert_into(feeds::table)
        .values(counters.moved(drafts))
        .on_conflict(DuplicatedKeys)
        .do_update()
        .set((
            feeds::last_pos.eq(sql::<BigInt>("VALUES(last_pos)")),
            feeds::message_count.eq(sql::<BigInt>("VALUES(message_count)")),
        ))
        .execute(connection)
        .map(drop)
}
