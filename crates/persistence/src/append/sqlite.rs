//! The statements of an append on SQLite: one row each, since there is no round trip to save, and each prepared once.
//!
//! The counters that a writer wrote last are still in its memory. Somebody else may write to the same database, and counts
//! up `touched` in its intake then.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::ops::Range;

use chatapp_domain::conversation::Pair;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::counting::{Counters, Earlier, Newest, Thread, pairs, people, suspects};
use super::draft::{Append, NewMessageRow};
use crate::blocks::is_between;
use crate::prepared::stays_prepared;
use crate::rows::{FEED, FeedRow, MESSAGE};
use crate::schema::{conversations, feeds, messages, sequences};

/// How many counters are remembered before all are forgotten.
const REMEMBERED: usize = 50_000;

/// How many numbers of messages are reserved at once.
const RESERVED: i64 = 50_000;

/// What this writer left.
#[derive(Default)]
pub(super) struct Remembered {
    counters: Counters,
    /// Numbers that nobody else gives to messages.
    numbers: Range<i64>,
    /// Whether that is certain, and no greater number was given out.
    are_ours: bool,
    /// What `touched` must be, or somebody else has written.
    touched: Option<i64>,
    /// The conversations that were wanted last and do not exist yet.
    missing: BTreeSet<Pair>,
    /// Whether the counters in the main database are those of what was taken in, too. All that are missing here are.
    has_filed: bool,
}

impl Remembered {
    /// Forgets everything, because something else may have written.
    pub(super) fn clear(&mut self) {
        self.clear_counters();
        self.are_ours = false;
        self.touched = None;
    }

    /// Forgets the counters.
    pub(super) fn clear_counters(&mut self) {
        self.counters.feeds.clear();
        self.counters.threads.clear();
        self.counters.apart.clear();
        self.has_filed = false;
    }

    /// Goes by what `touched` is now that this writer has counted it up once. Gives whether nobody else has.
    pub(super) fn note_touched(&mut self, touched: i64) -> bool {
        let is_ours = self.touched == Some(touched - 1);
        if !is_ours {
            self.clear();
        }
        self.touched = Some(touched);
        is_ours
    }

    /// Everything is filed: the main database has all counters.
    pub(super) fn note_filed(&mut self) {
        self.has_filed = true;
    }

    /// Other drafts come now.
    pub(super) fn forget_missing(&mut self) {
        self.missing.clear();
    }

    /// The conversations for which the last drafts could not be decided alone: they do not exist yet.
    pub(super) fn missing(&self) -> &BTreeSet<Pair> {
        &self.missing
    }

    /// The counters of everyone concerned; conversations that do not exist yet are made. Everything is filed.
    pub(super) fn counters(
        &mut self,
        connection: &mut SqliteConnection,
        drafts: &[&mut Append],
    ) -> QueryResult<&mut Counters> {
        if self.is_too_much() {
            self.clear_counters();
            self.has_filed = true;
        }
        load(&mut self.counters, connection, drafts, made_thread)?;
        Ok(&mut self.counters)
    }

    /// The same without writing; none if a conversation does not exist yet, or if the main database may not have all.
    pub(super) fn counters_of_known(
        &mut self,
        connection: &mut SqliteConnection,
        drafts: &[&mut Append],
    ) -> QueryResult<Option<&mut Counters>> {
        if !self.has_filed || self.is_too_much() {
            return Ok(None);
        }
        self.missing = load(&mut self.counters, connection, drafts, thread)?;
        Ok(self.missing.is_empty().then_some(&mut self.counters))
    }

    fn is_too_much(&self) -> bool {
        self.counters.feeds.len() + self.counters.threads.len() > REMEMBERED
    }

    /// Numbers for `wanted` messages.
    pub(super) fn numbers(&mut self, connection: &mut SqliteConnection, wanted: usize) -> QueryResult<Range<i64>> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        if !self.are_ours {
            let next = sequences::table.find("message").select(sequences::next).first::<i64>(connection)?;
            if self.numbers.end != next {
                self.numbers = next..next;
            }
            self.are_ours = true;
        }
        let mut failure = None;
        let more = || reserve_at_least(connection, wanted).map_err(|error| failure = Some(error)).ok();
        let numbers = self.reserved(wanted, more);
        failure.map_or_else(|| Ok(numbers.unwrap_or_default()), Err)
    }

    /// The same of those that are reserved already, with `more` if they are not enough.
    pub(super) fn reserved(&mut self, wanted: i64, more: impl FnOnce() -> Option<Range<i64>>) -> Option<Range<i64>> {
        if !self.are_ours {
            return None;
        }
        if self.numbers.end - self.numbers.start < wanted {
            let more = more().filter(|more| more.start >= self.numbers.end)?;
            // What is left of those before follows on, unless somebody took some in between.
            let start = if self.numbers.end == more.start { self.numbers.start } else { more.start };
            self.numbers = start..more.end;
        }
        let Range { start, end } = self.numbers;
        if end - start < wanted {
            return None;
        }
        self.numbers.start += wanted;
        Some(start..start + wanted)
    }

    /// Numbers that were not used after all.
    pub(super) fn put_back(&mut self, numbers: Range<i64>) {
        if numbers.end == self.numbers.start {
            self.numbers.start = numbers.start;
        }
    }

    /// Takes numbers over that were reserved since.
    pub(super) fn add_numbers(&mut self, spare: Option<Range<i64>>) {
        if let Some(spare) = spare.filter(|spare| spare.start == self.numbers.end) {
            self.numbers.end = spare.end;
        }
    }

    /// Gives back the numbers that were not used, if nobody has reserved more since.
    pub(super) fn return_numbers(
        &mut self,
        connection: &mut SqliteConnection,
        spare: Option<Range<i64>>,
    ) -> QueryResult<()> {
        self.add_numbers(spare);
        let Range { start, end } = std::mem::take(&mut self.numbers);
        let ours = sequences::table.filter(sequences::name.eq("message").and(sequences::next.eq(end)));
        diesel::update(ours).set(sequences::next.eq(start)).execute(connection)?;
        Ok(())
    }
}

/// Reserves numbers for messages, in the open transaction of the main database.
pub(crate) fn reserve_numbers(connection: &mut SqliteConnection) -> QueryResult<Range<i64>> {
    reserve_at_least(connection, RESERVED)
}

fn reserve_at_least(connection: &mut SqliteConnection, wanted: i64) -> QueryResult<Range<i64>> {
    let wanted = wanted.max(RESERVED);
    let next = TakeIds { wanted }.get_result::<i64>(connection)?;
    Ok(next - wanted..next)
}

/// Reads the counters that are not known. Gives the conversations that do not exist.
fn load(
    counters: &mut Counters,
    connection: &mut SqliteConnection,
    drafts: &[&mut Append],
    thread: impl Fn(&mut SqliteConnection, Pair) -> QueryResult<Option<Thread>>,
) -> QueryResult<BTreeSet<Pair>> {
    let Counters { feeds, threads, apart } = counters;
    let mut missing = BTreeSet::new();
    for user in people(drafts) {
        if !feeds.contains_key(&user) {
            let feed = feeds::table.find(user).select(FEED).first::<FeedRow>(connection).optional()?;
            feeds.extend(feed.map(|feed| (user, feed)));
        }
    }
    apart.clear();
    for pair in suspects(drafts, feeds) {
        if is_between!(connection, pair)? {
            apart.insert(pair);
        }
    }
    for pair in pairs(drafts, feeds, apart) {
        if let Entry::Vacant(place) = threads.entry(pair) {
            match thread(connection, pair)? {
                Some(thread) => drop(place.insert(thread)),
                None => drop(missing.insert(pair)),
            }
        }
    }
    Ok(missing)
}

fn made_thread(connection: &mut SqliteConnection, pair: Pair) -> QueryResult<Option<Thread>> {
    if let Some(thread) = thread(connection, pair)? {
        return Ok(Some(thread));
    }
    let people = (conversations::low_id.eq(pair.low().0), conversations::high_id.eq(pair.high().0));
    let id =
        diesel::insert_into(conversations::table).values(people).returning(conversations::id).get_result(connection)?;
    Ok(Some(Thread { id, newest: Newest::default() }))
}

fn thread(connection: &mut SqliteConnection, pair: Pair) -> QueryResult<Option<Thread>> {
    let (low, high) = (pair.low().0, pair.high().0);
    let found = conversations::table
        .filter(conversations::low_id.eq(low).and(conversations::high_id.eq(high)))
        .select(conversations::id)
        .first(connection)
        .optional()?;
    let Some(id) = found else { return Ok(None) };
    let newest = messages::table
        .filter(messages::conversation_id.eq(id))
        .order(messages::seq.desc())
        .select((messages::seq, messages::low_sent, messages::sent_at))
        .first::<Newest>(connection)
        .optional()?;
    Ok(Some(Thread { id, newest: newest.unwrap_or_default() }))
}

/// The messages that were saved under these keys before.
pub(super) fn earlier(connection: &mut SqliteConnection, keys: &[(i64, String)]) -> QueryResult<Earlier> {
    let mut earlier = Earlier::new();
    for (sender, key) in keys {
        let found = messages::table
            .filter(messages::sender_id.eq(sender).and(messages::client_key.eq(key)))
            .select(MESSAGE)
            .first(connection)
            .optional()?;
        if let Some(row) = found {
            earlier.insert((*sender, key.clone()), row);
        }
    }
    Ok(earlier)
}

/// Writes the new messages and the counters that they moved.
pub(super) fn save(connection: &mut SqliteConnection, drafts: &[&mut Append], counters: &Counters) -> QueryResult<()> {
    for row in drafts.iter().filter_map(|append| append.row()) {
        InsertMessage::<false>(row).execute(connection)?;
    }
    for feed in counters.moved(drafts) {
        SaveFeed(feed).execute(connection)?;
    }
    Ok(())
}

/// Writes the new messages into the intake, on its own connection.
pub(crate) fn take_in(connection: &mut SqliteConnection, drafts: &[&mut Append]) -> QueryResult<()> {
    for row in drafts.iter().filter_map(|append| append.row()) {
        InsertMessage::<true>(row).execute(connection)?;
    }
    Ok(())
}

struct TakeIds {
    wanted: i64,
}

/// Into the intake, or into the main database.
struct InsertMessage<'a, const INTAKE: bool>(NewMessageRow<'a>);

struct SaveFeed(FeedRow);

stays_prepared!(TakeIds, TakeIds);
stays_prepared!(InsertMessage<'_, true>, InsertMessage<'static, true>);
stays_prepared!(InsertMessage<'_, false>, InsertMessage<'static, false>);
stays_prepared!(SaveFeed, SaveFeed);

impl diesel::query_builder::Query for TakeIds {
    type SqlType = BigInt;
}

impl QueryFragment<Sqlite> for TakeIds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE sequences SET next = next + ");
        out.push_bind_param::<BigInt, _>(&self.wanted)?;
        out.push_sql(" WHERE name = 'message' RETURNING next");
        Ok(())
    }
}

impl<const INTAKE: bool> QueryFragment<Sqlite> for InsertMessage<'_, INTAKE> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.0;
        out.push_sql(if INTAKE { "INSERT INTO unfiled_messages" } else { "INSERT INTO messages" });
        out.push_sql(
            " (id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, \
             low_sent, sent_at, client_key, body) VALUES (",
        );
        let numbers = [
            &row.id,
            &row.conversation_id,
            &row.seq,
            &row.sender_id,
            &row.sender_pos,
            &row.recipient_id,
            &row.recipient_pos,
            &row.low_sent,
            &row.sent_at,
        ];
        for number in numbers {
            out.push_bind_param::<BigInt, _>(number)?;
            out.push_sql(", ");
        }
        out.push_bind_param::<Nullable<Text>, _>(&row.client_key)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(row.body)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for SaveFeed {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE feeds SET last_pos = ");
        out.push_bind_param::<BigInt, _>(&self.0.last_pos)?;
        out.push_sql(", message_count = ");
        out.push_bind_param::<BigInt, _>(&self.0.message_count)?;
        out.push_sql(" WHERE user_id = ");
        out.push_bind_param::<BigInt, _>(&self.0.user_id)
    }
}
