//! The statements of an append on MySQL: all rows at once, since each statement is a round trip. A transaction that guesses
//! right where everybody's events end takes two: one moves the feeds and writes, one commits. Any other locks them first.

mod ids;
mod known;

use std::collections::{BTreeSet, HashMap, HashSet};

use chatapp_domain::conversation::Pair;
use chatapp_domain::user::UserId;
use diesel::connection::SimpleConnection;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind::CheckViolation;
use diesel::result::Error;

pub(super) use self::ids::IdBlock;
pub(super) use self::known::Known;
use super::counting::{Counters, Earlier, Newest};
use super::draft::{Append, NewMessageRow};
use crate::mysql_connection::MysqlConnection;
use crate::prepared::with_places;
use crate::rows::{FEED, FeedRow, MESSAGE, MessageRow, is_newest_message};
use crate::schema::{blocks, conversations, feeds, messages, users};

/// Locks people's feeds in ascending order.
fn lock_feeds(connection: &mut MysqlConnection, people: &BTreeSet<i64>) -> QueryResult<HashMap<i64, FeedRow>> {
    let mut ids: Vec<i64> = people.iter().copied().collect();
    let locked: Vec<FeedRow> = with_places!(
        ids,
        [2 4 8 16 32 64 128 256 512],
        feeds::table.filter(feeds::user_id.eq_any(ids)).order(feeds::user_id).select(FEED).for_update(),
        locking => locking.load(connection)?
    );
    Ok(locked.into_iter().map(|feed| (feed.user_id, feed)).collect())
}

/// Those of these people whose rows somebody else keeps locked just now. Waits for nobody, and ends the transaction.
pub(super) fn locked_elsewhere(connection: &mut MysqlConnection, people: &BTreeSet<i64>) -> QueryResult<BTreeSet<i64>> {
    let these = || feeds::table.filter(feeds::user_id.eq_any(people.iter().copied().collect::<Vec<i64>>()));
    let all: BTreeSet<i64> = these().select(feeds::user_id).load(connection)?.into_iter().collect();
    // Whoever moves a feed looks at its person's row, since the one refers to the other.
    let both = these().inner_join(users::table.on(users::id.eq(feeds::user_id)));
    let free: Vec<i64> = both.select(feeds::user_id).for_update().skip_locked().load(connection)?;
    connection.batch_execute("ROLLBACK")?;
    Ok(&all - &free.into_iter().collect())
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

/// Writes the new messages and the counters that they moved, in one round trip.
pub(super) fn save(connection: &mut MysqlConnection, drafts: &[&mut Append], counters: &Counters) -> QueryResult<()> {
    let Some(rows) = rows(drafts) else { return Ok(()) };
    let moved = counters.moved(drafts);
    let feeds: Vec<String> =
        moved.iter().map(|feed| format!("({},{},{})", feed.user_id, feed.last_pos, feed.message_count)).collect();
    // The rows exist, so the second is an update of many rows to many values in one statement.
    connection.batch_execute(&format!(
        "{rows};\
         INSERT INTO feeds (user_id, last_pos, message_count) VALUES {} \
         ON DUPLICATE KEY UPDATE last_pos = VALUES(last_pos), message_count = VALUES(message_count)",
        feeds.join(",")
    ))
}

/// The same where nothing is locked: moves the feeds, in ascending order, if all of them are where `before` says, and writes
/// the messages. Gives whether that was so; if not, the transaction is to be rolled back.
pub(super) fn save_if_unmoved(
    connection: &mut MysqlConnection,
    drafts: &[&mut Append],
    before: &HashMap<i64, FeedRow>,
    counters: &Counters,
) -> QueryResult<bool> {
    let Some(rows) = rows(drafts) else { return Ok(false) };
    let moved = counters.moved(drafts);
    let step = |feed: &FeedRow| {
        let old = before.get(&feed.user_id)?;
        let messages = feed.message_count - old.message_count;
        Some(format!("({},{},{},{messages},{})", feed.user_id, feed.last_pos, old.last_pos, old.block_count))
    };
    let Some(steps) = moved.iter().map(step).collect::<Option<Vec<String>>>() else { return Ok(false) };
    // What a row is expected to be comes in columns that are not changed: the place where it ends as `forgotten_pos`. A row that
    // was changed counts twice, one that was not or that did not exist once at most. SQL has no "unless": the number that is one
    // too large stops what follows.
    let outcome = connection.batch_execute(&format!(
        "INSERT INTO feeds (user_id, last_pos, forgotten_pos, message_count, block_count) VALUES {} \
         ON DUPLICATE KEY UPDATE \
         message_count = IF({AS_EXPECTED}, message_count + VALUES(message_count), message_count), \
         last_pos = IF({AS_EXPECTED}, VALUES(last_pos), last_pos);\
         SET @chatapp_guess = {} + (ROW_COUNT() <> {});\
         {rows}",
        steps.join(","),
        i64::MAX,
        2 * steps.len()
    ));
    match outcome {
        Ok(()) => Ok(true),
        Err(Error::DatabaseError(CheckViolation, _)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a feed is where it was expected, and in as many blocks.
const AS_EXPECTED: &str = "last_pos = VALUES(forgotten_pos) AND block_count = VALUES(block_count)";

/// The statement that writes the new messages, if there are any.
fn rows(drafts: &[&mut Append]) -> Option<String> {
    let rows: Vec<String> = drafts.iter().filter_map(|append| append.row()).map(|row| values(&row)).collect();
    (!rows.is_empty()).then(|| {
        format!(
            "INSERT INTO messages (id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, low_sent, \
             sent_at, client_key, body) VALUES {}",
            rows.join(",")
        )
    })
}

/// A row as MySQL reads it. Texts are written as their bytes in hexadecimal: nothing in them can end a literal.
fn values(row: &NewMessageRow<'_>) -> String {
    let key = row.client_key.map_or_else(|| "NULL".to_owned(), literal);
    format!(
        "({},{},{},{},{},{},{},{},{},{key},{})",
        row.id,
        row.conversation_id,
        row.seq,
        row.sender_id,
        row.sender_pos,
        row.recipient_id,
        row.recipient_pos,
        row.low_sent,
        row.sent_at,
        literal(row.body)
    )
}

fn literal(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut literal = String::with_capacity(text.len() * 2 + 12);
    literal.push_str("_utf8mb4 x'");
    for byte in text.bytes() {
        literal.push(char::from(DIGITS[usize::from(byte >> 4)]));
        literal.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    literal.push('\'');
    literal
}
