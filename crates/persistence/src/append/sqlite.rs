//! The statements of an append on SQLite: one row each, since there is no round trip to save, and each prepared once.
//!
//! This thread is the only one that writes here, so the counters that it wrote last are still in its memory. Another
//! process may write to the same file; SQLite says whether one did.

use std::collections::hash_map::Entry;
use std::ops::Range;

use chatapp_domain::conversation::Pair;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::counting::{Counters, Earlier, Newest, Thread, pairs, people, suspects};
use super::draft::{Append, NewMessageRow};
use crate::blocks::is_between;
use crate::rows::{FEED, FeedRow, MESSAGE};
use crate::schema::{conversations, feeds, messages};

/// How many counters are remembered before all are forgotten.
const REMEMBERED: usize = 50_000;

/// The counters as this thread left them.
#[derive(Default)]
pub(super) struct Remembered {
    counters: Counters,
    version: i64,
}

impl Remembered {
    /// Forgets everything, because something else may have written.
    pub(super) fn clear(&mut self) {
        self.counters.feeds.clear();
        self.counters.threads.clear();
        self.counters.apart.clear();
    }

    /// The counters of everyone concerned; conversations that do not exist yet are made.
    pub(super) fn counters(
        &mut self,
        connection: &mut SqliteConnection,
        drafts: &[&mut Append],
    ) -> QueryResult<&mut Counters> {
        let version = DataVersion.get_result::<i64>(connection)?;
        let known = &mut self.counters;
        if version != self.version || known.feeds.len() + known.threads.len() > REMEMBERED {
            self.version = version;
            self.clear();
        }
        load(&mut self.counters, connection, drafts)?;
        Ok(&mut self.counters)
    }
}

fn load(counters: &mut Counters, connection: &mut SqliteConnection, drafts: &[&mut Append]) -> QueryResult<()> {
    let Counters { feeds, threads, apart } = counters;
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
            place.insert(thread(connection, pair)?);
        }
    }
    Ok(())
}

fn thread(connection: &mut SqliteConnection, pair: Pair) -> QueryResult<Thread> {
    let (low, high) = (pair.low().0, pair.high().0);
    let found = conversations::table
        .filter(conversations::low_id.eq(low).and(conversations::high_id.eq(high)))
        .select(conversations::id)
        .first(connection)
        .optional()?;
    let Some(id) = found else {
        let id = diesel::insert_into(conversations::table)
            .values((conversations::low_id.eq(low), conversations::high_id.eq(high)))
            .returning(conversations::id)
            .get_result(connection)?;
        return Ok(Thread { id, newest: Newest::default() });
    };
    let newest = messages::table
        .filter(messages::conversation_id.eq(id))
        .order(messages::seq.desc())
        .select((messages::seq, messages::low_sent, messages::sent_at))
        .first::<Newest>(connection)
        .optional()?;
    Ok(Thread { id, newest: newest.unwrap_or_default() })
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

/// Free ids for `wanted` messages.
pub(super) fn take_ids(connection: &mut SqliteConnection, wanted: i64) -> QueryResult<Range<i64>> {
    let next = TakeIds { wanted }.get_result::<i64>(connection)?;
    Ok(next - wanted..next)
}

/// Writes the new messages and the counters that they moved.
pub(super) fn save(connection: &mut SqliteConnection, drafts: &[&mut Append], counters: &Counters) -> QueryResult<()> {
    for row in drafts.iter().filter_map(|append| append.row()) {
        InsertMessage(row).execute(connection)?;
    }
    for feed in counters.moved(drafts) {
        SaveFeed(feed).execute(connection)?;
    }
    Ok(())
}

/// Whether another connection has written: a number that changes then.
struct DataVersion;

struct TakeIds {
    wanted: i64,
}

struct InsertMessage<'a>(NewMessageRow<'a>);

struct SaveFeed(FeedRow);

/// Lets a statement of our own run, and stay prepared. diesel prepares each UPDATE, and each INSERT of an optional
/// value, anew, because its text may differ from one time to the next; these texts do not.
macro_rules! stays_prepared {
    ($statement:ty, $id:ty) => {
        impl QueryId for $statement {
            type QueryId = $id;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl RunQueryDsl<SqliteConnection> for $statement {}
    };
}

stays_prepared!(DataVersion, DataVersion);
stays_prepared!(TakeIds, TakeIds);
stays_prepared!(InsertMessage<'_>, InsertMessage<'static>);
stays_prepared!(SaveFeed, SaveFeed);

impl diesel::query_builder::Query for DataVersion {
    type SqlType = BigInt;
}

impl diesel::query_builder::Query for TakeIds {
    type SqlType = BigInt;
}

impl QueryFragment<Sqlite> for DataVersion {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT data_version FROM pragma_data_version");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for TakeIds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE sequences SET next = next + ");
        out.push_bind_param::<BigInt, _>(&self.wanted)?;
        out.push_sql(" WHERE name = 'message' RETURNING next");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for InsertMessage<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.0;
        out.push_sql(
            "INSERT INTO messages (id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, \
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
