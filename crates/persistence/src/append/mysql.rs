//! The statements of an append on MySQL: all rows at once, since each statement is a round trip. Most transactions take
//! three: one locks, one writes, one commits.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use chatapp_domain::conversation::Pair;
use chatapp_domain::user::UserId;
use diesel::connection::SimpleConnection;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::counting::{Counters, Earlier, Newest, Thread, pairs, people, suspects};
use super::draft::{Append, NewMessageRow};
use crate::mysql_connection::MysqlConnection;
use crate::prepared::{StaysPrepared, fill};
use crate::rows::{FEED, FeedRow, MESSAGE, MessageRow, is_newest_message};
use crate::schema::{blocks, conversations, feeds, messages, sequences};

diesel::define_sql_function! { fn last_insert_id() -> BigInt; }

/// How many ids a node takes for itself at a time. What it has not used when it stops is lost, which ids may be.
const BLOCK: i64 = 1000;
/// For how long it uses them. Whoever counts messages by their numbers relies on it: after a while no more come between others
/// ([`crate::days`]).
const LEASE: Duration = Duration::from_secs(600);

/// Ids that no other node will use.
#[derive(Default)]
pub(super) struct IdBlock {
    next: i64,
    end: i64,
    taken: Option<Instant>,
}

impl IdBlock {
    /// Makes sure of at least `wanted` free ids, in a transaction before that of the messages, whose length would block
    /// other nodes.
    pub(super) fn fill(&mut self, connection: &mut MysqlConnection, wanted: usize) -> QueryResult<()> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        if self.end - self.next >= wanted && self.taken.is_some_and(|taken| taken.elapsed() < LEASE) {
            return Ok(());
        }
        let size = wanted.max(BLOCK);
        diesel::update(sequences::table.find("message"))
            .set(sequences::next.eq(last_insert_id_of(sequences::next + size)))
            .execute(connection)?;
        self.end = diesel::select(last_insert_id()).get_result(connection)?;
        connection.batch_execute("COMMIT")?;
        (self.next, self.taken) = (self.end - size, Some(Instant::now()));
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

/// How many conversations are known before all are forgotten.
const KNOWN: usize = 100_000;

/// What this node knows of conversations. Their numbers never change; how far one has got is known for as long as nobody
/// else moved the events of its people, which their locked feeds show.
#[derive(Default)]
pub(super) struct Known {
    threads: HashMap<Pair, Remembered>,
    people: HashMap<i64, Seen>,
}

/// Where a conversation had got to when its people's events had been moved from elsewhere so many times.
#[derive(Clone, Copy)]
struct Remembered {
    thread: Thread,
    moves: Option<(u64, u64)>,
}

/// Where a person's events ended when this node looked last, and how often it was surprised.
#[derive(Clone, Copy, Default)]
struct Seen {
    last_pos: i64,
    moves: u64,
}

impl Known {
    /// The counters of everyone concerned, their feeds locked in ascending order; conversations that do not exist yet
    /// are made.
    pub(super) fn counters(
        &mut self,
        connection: &mut MysqlConnection,
        drafts: &[&mut Append],
    ) -> QueryResult<Counters> {
        let feeds = lock_feeds(connection, &people(drafts))?;
        self.look_at(&feeds);
        let apart = kept_apart(connection, suspects(drafts, &feeds))?;
        let wanted: Vec<Pair> = pairs(drafts, &feeds, &apart).into_iter().collect();
        self.learn(connection, &wanted)?;
        self.catch_up(connection, &wanted)?;
        let thread = |pair| self.threads.get(&pair).map(|known| (pair, known.thread));
        Ok(Counters { threads: wanted.into_iter().filter_map(thread).collect(), feeds, apart })
    }

    /// Remembers where a transaction that was committed left everyone.
    pub(super) fn keep(&mut self, counters: &Counters) {
        for (user, feed) in &counters.feeds {
            self.people.entry(*user).or_default().last_pos = feed.last_pos;
        }
        for (pair, thread) in &counters.threads {
            let moves = self.moves(*pair);
            self.threads.insert(*pair, Remembered { thread: *thread, moves });
        }
    }

    /// Forgets everything, because what it knows may have been rolled back.
    pub(super) fn clear(&mut self) {
        self.threads.clear();
        self.people.clear();
    }

    fn look_at(&mut self, feeds: &HashMap<i64, FeedRow>) {
        if self.threads.len() + self.people.len() > KNOWN {
            self.clear();
        }
        for (user, feed) in feeds {
            let seen = self.people.entry(*user).or_default();
            seen.moves += u64::from(seen.last_pos != feed.last_pos);
            seen.last_pos = feed.last_pos;
        }
    }

    fn moves(&self, pair: Pair) -> Option<(u64, u64)> {
        Some((self.people.get(&pair.low().0)?.moves, self.people.get(&pair.high().0)?.moves))
    }

    fn learn(&mut self, connection: &mut MysqlConnection, wanted: &[Pair]) -> QueryResult<()> {
        self.find(connection, &self.unknown(wanted))?;
        let missing = self.unknown(wanted);
        if !missing.is_empty() {
            make_conversations(connection, &missing)?;
            self.find(connection, &missing)?;
        }
        Ok(())
    }

    fn find(&mut self, connection: &mut MysqlConnection, pairs: &[Pair]) -> QueryResult<()> {
        let found = conversations_of(connection, pairs)?;
        let remembered = |id| Remembered { thread: Thread { id, newest: Newest::default() }, moves: None };
        self.threads.extend(found.into_iter().map(|(pair, id)| (pair, remembered(id))));
        Ok(())
    }

    fn unknown(&self, wanted: &[Pair]) -> Vec<Pair> {
        wanted.iter().copied().filter(|pair| !self.threads.contains_key(pair)).collect()
    }

    /// Reads where those conversations have got to that others may have written in.
    fn catch_up(&mut self, connection: &mut MysqlConnection, wanted: &[Pair]) -> QueryResult<()> {
        let is_old = |pair: &&Pair| self.threads.get(pair).is_some_and(|known| known.moves != self.moves(**pair));
        let old: Vec<Pair> = wanted.iter().filter(is_old).copied().collect();
        if old.is_empty() {
            return Ok(());
        }
        let ids = old.iter().filter_map(|pair| self.threads.get(pair)).map(|known| known.thread.id).collect();
        let newest = newest_of(connection, ids)?;
        for pair in old {
            let moves = self.moves(pair);
            if let Some(known) = self.threads.get_mut(&pair) {
                known.thread.newest = newest.get(&known.thread.id).copied().unwrap_or_default();
                known.moves = moves;
            }
        }
        Ok(())
    }
}

/// The query that locks people's feeds, in ascending order.
macro_rules! locking {
    ($people:expr) => {
        feeds::table.filter(feeds::user_id.eq_any($people)).order(feeds::user_id).select(FEED).for_update()
    };
}

/// Locks people's feeds in ascending order.
fn lock_feeds(connection: &mut MysqlConnection, people: &BTreeSet<i64>) -> QueryResult<HashMap<i64, FeedRow>> {
    let ids: Vec<i64> = people.iter().copied().collect();
    let locked = match ids.len() {
        0 => Vec::new(),
        1..=2 => locked::<2>(connection, ids)?,
        3..=4 => locked::<4>(connection, ids)?,
        5..=8 => locked::<8>(connection, ids)?,
        9..=16 => locked::<16>(connection, ids)?,
        17..=32 => locked::<32>(connection, ids)?,
        33..=64 => locked::<64>(connection, ids)?,
        65..=128 => locked::<128>(connection, ids)?,
        129..=256 => locked::<256>(connection, ids)?,
        257..=512 => locked::<512>(connection, ids)?,
        _ => locking!(ids).load(connection)?,
    };
    Ok(locked.into_iter().map(|feed| (feed.user_id, feed)).collect())
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

/// The feeds of at most `N` people, by a statement that stays prepared.
fn locked<const N: usize>(connection: &mut MysqlConnection, mut people: Vec<i64>) -> QueryResult<Vec<FeedRow>> {
    fill::<N>(&mut people);
    StaysPrepared::<_, N>(locking!(people)).load(connection)
}

/// Writes the new messages and the counters that they moved, in one round trip.
pub(super) fn save(connection: &mut MysqlConnection, drafts: &[&mut Append], counters: &Counters) -> QueryResult<()> {
    let rows: Vec<String> = drafts.iter().filter_map(|append| append.row()).map(|row| values(&row)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let moved = counters.moved(drafts);
    let feeds: Vec<String> =
        moved.iter().map(|feed| format!("({},{},{})", feed.user_id, feed.last_pos, feed.message_count)).collect();
    // The rows exist, so the second is an update of many rows to many values in one statement.
    connection.batch_execute(&format!(
        "INSERT INTO messages (id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, low_sent, \
         sent_at, client_key, body) VALUES {};\
         INSERT INTO feeds (user_id, last_pos, message_count) VALUES {} \
         ON DUPLICATE KEY UPDATE last_pos = VALUES(last_pos), message_count = VALUES(message_count)",
        rows.join(","),
        feeds.join(",")
    ))
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
