//! Making the blocks of the index. A block follows from the messages in it alone, so whoever makes it makes the same.

use chatapp_domain::search::terms;
use diesel::prelude::*;

use super::dictionary::{self, Terms};
use super::geometry::{Block, FAN, shard, shards, width};
use super::rows::{Places, messages_at};
use crate::connection::{AnyConnection, on_engine};
use crate::schema::{feeds, search_blocks};

/// A row of the index.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = search_blocks)]
pub(super) struct NewBlockRow {
    user_id: i64,
    level: i16,
    shard: i16,
    block: i64,
    terms: Vec<u8>,
}

/// The term under which messages exchanged with somebody are kept.
pub(super) fn peer_term(peer: i64) -> String {
    format!("\u{1}{peer};")
}

/// The first place of a person that is in no block.
pub(super) fn indexed(connection: &mut AnyConnection, user: i64) -> QueryResult<i64> {
    let newest = search_blocks::table
        .filter(search_blocks::user_id.eq(user).and(search_blocks::level.eq(0)).and(search_blocks::shard.eq(0)))
        .order(search_blocks::block.desc())
        .select(search_blocks::block);
    let newest: Option<i64> = on_engine!(connection, c => newest.first(c)).optional()?;
    Ok(newest.map_or(0, |newest| Block::lowest(newest).end()))
}

/// The rows of the next block of a person, and of those that are full with it; nothing if it is not full yet.
pub(super) fn next_block(connection: &mut AnyConnection, user: i64) -> QueryResult<Vec<NewBlockRow>> {
    let last_pos = feeds::table.find(user).select(feeds::last_pos);
    let last_pos: i64 = on_engine!(connection, c => last_pos.first(c)).optional()?.unwrap_or_default();
    let mut block = Block { level: 0, number: indexed(connection, user)? / width(0) };
    if block.end() > last_pos + 1 {
        return Ok(Vec::new());
    }
    let mut made = vec![(block, vec![of_messages(connection, user, block)?])];
    while let Some(larger) = block.completes() {
        let parts = of_parts(connection, user, larger, made.last().map_or(&[][..], |(_, parts)| parts.as_slice()))?;
        made.push((larger, parts));
        block = larger;
    }
    Ok(made.into_iter().flat_map(|(block, parts)| rows(user, block, parts)).collect())
}

fn rows(user: i64, block: Block, parts: Vec<Vec<u8>>) -> impl Iterator<Item = NewBlockRow> {
    let row =
        move |(shard, terms)| NewBlockRow { user_id: user, level: block.level, shard, block: block.number, terms };
    (0..).zip(parts).map(row)
}

fn of_messages(connection: &mut AnyConnection, user: i64, block: Block) -> QueryResult<Vec<u8>> {
    let mut all = Terms::new();
    for (pos, row) in messages_at(connection, user, &Places::Between(block.start(), block.end()))? {
        let bit = 1_u64 << (pos - block.start());
        let peer = if row.sender_id == user { row.recipient_id } else { row.sender_id };
        for term in terms(&row.body).into_iter().chain([peer_term(peer)]) {
            *all.entry(term).or_default() |= bit;
        }
    }
    Ok(dictionary::write(&all))
}

/// The dictionary of a larger block, in its shards, from those of its parts; the last of these is not stored yet.
fn of_parts(connection: &mut AnyConnection, user: i64, block: Block, last: &[Vec<u8>]) -> QueryResult<Vec<Vec<u8>>> {
    let count = usize::from(shards(block.level).unsigned_abs());
    let (mut all, mut unknown) = (vec![Terms::new(); count], vec![false; count]);
    for bit in 0..FAN {
        let stored;
        let dictionaries: &[Vec<u8>] = if bit == FAN - 1 {
            last
        } else {
            stored = dictionaries_of(connection, user, block.part(bit))?;
            &stored
        };
        if dictionaries.len() != usize::from(shards(block.level - 1).unsigned_abs()) {
            unknown.fill(true);
        }
        for (number, bytes) in dictionaries.iter().enumerate() {
            let complete = dictionary::read(bytes, |term, _| {
                if let Ok(term) = std::str::from_utf8(term) {
                    let shard = usize::from(shard(block.level, term).unsigned_abs());
                    *all[shard].entry(term.to_owned()).or_default() |= 1 << bit;
                }
            });
            // What is not known of one part is not known of the whole. The lowest dictionaries have all shards in one.
            if !complete {
                let concerned = if dictionaries.len() == 1 { 0..count } else { number..number + 1 };
                unknown[concerned].fill(true);
            }
        }
    }
    let write = |(terms, unknown): (Terms, bool)| if unknown { Vec::new() } else { dictionary::write(&terms) };
    Ok(all.into_iter().zip(unknown).map(write).collect())
}

fn dictionaries_of(connection: &mut AnyConnection, user: i64, block: Block) -> QueryResult<Vec<Vec<u8>>> {
    let all: Vec<i16> = (0..shards(block.level)).collect();
    let query = search_blocks::table
        .filter(search_blocks::user_id.eq(user).and(search_blocks::level.eq(block.level)))
        .filter(search_blocks::shard.eq_any(all).and(search_blocks::block.eq(block.number)))
        .order(search_blocks::shard)
        .select(search_blocks::terms);
    on_engine!(connection, c => query.load(c))
}

/// Keeps rows. Somebody else may have made the same ones meanwhile.
pub(super) fn save(connection: &mut AnyConnection, rows: &[NewBlockRow]) -> QueryResult<()> {
    for row in rows {
        on_engine!(connection, c => diesel::insert_or_ignore_into(search_blocks::table).values(row).execute(c))?;
    }
    Ok(())
}
