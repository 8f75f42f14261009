//! Looking through a person's messages, newest first, past everything that the index rules out.

use std::collections::HashMap;

use chatapp_domain::event::Pos;
use chatapp_domain::message::Message;
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::search::BLOCK;
use chatapp_domain::search::{Found, Hit, SearchQuery};
use chatapp_domain::user::{Identity, UserId, Username};
use diesel::prelude::*;

use super::build::{indexed, peer_term};
use super::dictionary::parts_with;
use super::geometry::{Block, cover, shard};
use super::rows::{Places, messages_at};
use crate::connection::{AnyConnection, on_engine};
use crate::rows::MessageRow;
use crate::schema::{feeds, messages, search_blocks, users};

/// How much one search looks at: dictionaries opened and messages read. That is at most about 30 ms of work.
const WORK: usize = 2_000;

/// How many dictionaries are fetched together at most.
const AT_ONCE: usize = 32;

/// One search under way.
pub(super) struct Walk<'a> {
    me: &'a Identity,
    query: &'a SearchQuery,
    peer: Option<i64>,
    keys: Vec<String>,
    before: i64,
    /// Before it there is nothing: old messages are deleted.
    floor: i64,
    wanted: usize,
    /// Newest first.
    found: Vec<(i64, MessageRow, Vec<std::ops::Range<usize>>)>,
    work: usize,
    /// Blocks to look into, the newest last.
    ahead: Vec<Block>,
    /// What was fetched of the blocks ahead: the parts in which all keys may be.
    known: HashMap<Block, u64>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        me: &'a Identity,
        query: &'a SearchQuery,
        peer: Option<UserId>,
        before: Option<Pos>,
        size: PageSize,
    ) -> Self {
        let mut keys = query.keys();
        keys.extend(peer.map(|peer| peer_term(peer.0)));
        Self {
            me,
            query,
            peer: peer.map(|peer| peer.0),
            keys,
            before: before.map_or(i64::MAX, |pos| pos.0),
            floor: 0,
            // One more than wanted shows whether there is more.
            wanted: usize::try_from(size.get()).unwrap_or_default() + 1,
            found: Vec::new(),
            work: 0,
            ahead: Vec::new(),
            known: HashMap::new(),
        }
    }

    pub(super) fn run(mut self, connection: &mut AnyConnection) -> QueryResult<Found> {
        let me = self.me.id.0;
        let feed = feeds::table.find(me).select((feeds::last_pos, feeds::forgotten_pos));
        let feed: Option<(i64, i64)> = on_engine!(connection, c => feed.first(c)).optional()?;
        let (last_pos, forgotten_pos) = feed.unwrap_or_default();
        if forgotten_pos > 0 {
            self.floor = first_place(connection, me)?.unwrap_or(last_pos + 1);
        }
        let indexed = indexed(connection, me)?;
        let end = self.before.min(last_pos + 1);
        self.ahead = cover(end, indexed);
        if let Some(next) = self.read_back(connection, indexed, end)? {
            return self.answer(connection, Some(next));
        }
        while let Some(block) = self.ahead.pop() {
            if self.is_over() {
                return self.answer(connection, Some(block.end()));
            }
            self.look_into(connection, block)?;
        }
        self.answer(connection, None)
    }

    fn is_over(&self) -> bool {
        self.work >= WORK || self.found.len() >= self.wanted
    }

    /// Reads what is in no block yet. Gives where to go on if that is too much for one time.
    fn read_back(&mut self, connection: &mut AnyConnection, from: i64, mut end: i64) -> QueryResult<Option<i64>> {
        while end > from.max(self.floor) {
            if self.is_over() {
                return Ok(Some(end));
            }
            let start = from.max(end - BLOCK);
            self.check(connection, &Places::Between(start, end))?;
            end = start;
        }
        Ok(None)
    }

    fn look_into(&mut self, connection: &mut AnyConnection, block: Block) -> QueryResult<()> {
        if block.end() <= self.floor {
            return Ok(());
        }
        let parts = match self.known.remove(&block) {
            Some(parts) => parts,
            None => self.fetch(connection, block)?,
        };
        let bits = (0..BLOCK).filter(|bit| parts >> bit & 1 == 1);
        if block.level > 0 {
            self.ahead.extend(bits.map(|bit| block.part(bit)));
            return Ok(());
        }
        let places: Vec<i64> = bits.map(|bit| block.start() + bit).filter(|pos| *pos < self.before).collect();
        if places.is_empty() { Ok(()) } else { self.check(connection, &Places::These(places)) }
    }

    /// Opens the dictionaries of a block, and of those that come after it, as far as they are of its level.
    fn fetch(&mut self, connection: &mut AnyConnection, block: Block) -> QueryResult<u64> {
        let others = self.ahead.iter().rev().take_while(|other| other.level == block.level).take(AT_ONCE - 1);
        let numbers: Vec<i64> = others.map(|other| other.number).chain([block.number]).collect();
        self.work += numbers.len();
        let mut by_shard: HashMap<i16, Vec<&str>> = HashMap::new();
        for key in &self.keys {
            by_shard.entry(shard(block.level, key)).or_default().push(key);
        }
        let shards: Vec<i16> = by_shard.keys().copied().collect();
        let query = search_blocks::table
            .filter(search_blocks::user_id.eq(self.me.id.0).and(search_blocks::level.eq(block.level)))
            .filter(search_blocks::shard.eq_any(shards).and(search_blocks::block.eq_any(&numbers)))
            .select((search_blocks::block, search_blocks::shard, search_blocks::terms));
        let rows: Vec<(i64, i16, Vec<u8>)> = on_engine!(connection, c => query.load(c))?;
        for number in numbers {
            self.known.insert(Block { level: block.level, number }, u64::MAX);
        }
        for (number, shard, terms) in rows {
            let keys = by_shard.get(&shard).map_or(&[][..], Vec::as_slice);
            if let Some(parts) = self.known.get_mut(&Block { level: block.level, number }) {
                *parts &= parts_with(&terms, keys);
            }
        }
        Ok(self.known.remove(&block).unwrap_or(u64::MAX))
    }

    /// Reads the messages at these places, and keeps those that are found.
    fn check(&mut self, connection: &mut AnyConnection, places: &Places) -> QueryResult<()> {
        let rows = messages_at(connection, self.me.id.0, places)?;
        self.work += rows.len().max(1);
        for (pos, row) in rows {
            let peer = if row.sender_id == self.me.id.0 { row.recipient_id } else { row.sender_id };
            if self.peer.is_none_or(|wanted| wanted == peer)
                && let Some(places) = self.query.find_in(&row.body)
            {
                self.found.push((pos, row, places));
            }
        }
        Ok(())
    }

    fn answer(mut self, connection: &mut AnyConnection, mut next: Option<i64>) -> QueryResult<Found> {
        if self.found.len() >= self.wanted {
            self.found.truncate(self.wanted - 1);
            next = self.found.last().map(|(pos, ..)| *pos);
        }
        let people = self.people(connection)?;
        let hits = self.found.into_iter().filter_map(|(_, row, places)| {
            let (sender, recipient) = (people.get(&row.sender_id)?.clone(), people.get(&row.recipient_id)?.clone());
            Some(Hit { message: named(row, sender, recipient), places })
        });
        Ok(Found { hits: hits.collect(), next: next.map(Pos) })
    }

    /// The names of everyone in what was found.
    fn people(&self, connection: &mut AnyConnection) -> QueryResult<HashMap<i64, String>> {
        let mut ids: Vec<i64> = self.found.iter().flat_map(|(_, row, _)| [row.sender_id, row.recipient_id]).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = users::table.filter(users::id.eq_any(ids)).select((users::id, users::username));
        let names: Vec<(i64, String)> = on_engine!(connection, c => query.load(c))?;
        Ok(names.into_iter().collect())
    }
}

/// The place of a person's oldest message that says anything: of a conversation whose messages are all too old to be kept
/// the newest one's place stays.
fn first_place(connection: &mut AnyConnection, user: i64) -> QueryResult<Option<i64>> {
    let pos = messages::sender_pos;
    let sent = messages::table.filter(messages::sender_id.eq(user).and(messages::body.ne("")));
    let sent = sent.order(pos).select(pos);
    let sent: Option<i64> = on_engine!(connection, c => sent.first(c)).optional()?;
    let pos = messages::recipient_pos;
    let received = messages::table.filter(messages::recipient_id.eq(user).and(messages::body.ne("")));
    let received = received.order(pos).select(pos);
    let received: Option<i64> = on_engine!(connection, c => received.first(c)).optional()?;
    Ok(sent.into_iter().chain(received).min())
}

fn named(row: MessageRow, sender: String, recipient: String) -> Message {
    let identity = |id, name: String| Identity { id: UserId(id), username: Username::from_store(name) };
    let (sender, recipient) = (identity(row.sender_id, sender), identity(row.recipient_id, recipient));
    row.between(&sender, &recipient)
}
