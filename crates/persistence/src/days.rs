//! How many messages there are of each day, without a look at all of them and without any work for a send.
//!
//! Numbers of messages are cut into blocks of 1,000. A block that gets no more messages is counted once, behind those who
//! send, and its days are kept in `message_days`; the others are counted when somebody asks. Whoever deletes rows has their
//! blocks [counted again](recount).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chatapp_domain::calendar::Day;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::connection::{AnyConnection, on_engine};
use crate::schema::{message_days, messages, sequences};

/// How many numbers a block has.
const BLOCK: i64 = 1_000;
/// How many blocks are counted ahead in one step.
const AHEAD: i64 = 20;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// How much older than the newest message one must be for all numbers below its own to be used or lost. On MySQL a node uses
/// those that it took for ten minutes (`append/mysql.rs`); the rest is for clocks that differ.
const SETTLED: i64 = 3_600_000_000;

/// A block of numbers.
type Block = i64;

/// The days of every block in which there is a message.
pub(crate) struct Days {
    blocks: BTreeMap<Block, Vec<(Day, i64)>>,
}

#[derive(Insertable)]
#[diesel(table_name = message_days)]
pub(crate) struct DayRow {
    block: i64,
    day: i64,
    message_count: i64,
}

impl Days {
    /// All there are now.
    pub(crate) fn load(connection: &mut AnyConnection) -> QueryResult<Self> {
        let mut blocks = kept(connection)?;
        let last = last_block(connection)?;
        for gap in gaps(&blocks.keys().copied().collect(), last) {
            for (block, day, count) in counted(connection, gap)? {
                blocks.entry(block).or_default().push((day, count));
            }
        }
        Ok(Self { blocks })
    }

    /// Of all blocks together, the earliest first.
    pub(crate) fn sums(&self) -> Vec<(Day, i64)> {
        let mut sums: BTreeMap<Day, i64> = BTreeMap::new();
        for (day, count) in self.blocks.values().flatten() {
            *sums.entry(*day).or_default() += count;
        }
        sums.into_iter().collect()
    }

    /// The numbers of messages among which those of some days are: stretches of blocks, the highest first.
    pub(crate) fn with(&self, days: &Range<Day>) -> Vec<Range<i64>> {
        let holds = self.blocks.iter().rev().filter(|(_, of)| of.iter().any(|(day, _)| days.contains(day)));
        let mut stretches: Vec<Range<i64>> = Vec::new();
        for (block, _) in holds {
            match stretches.last_mut() {
                Some(last) if last.start == (block + 1) * BLOCK => last.start = block * BLOCK,
                _ => stretches.push(block * BLOCK..(block + 1) * BLOCK),
            }
        }
        stretches
    }
}

/// Of a list of points in time.
pub(crate) fn of_times(times: Vec<i64>) -> Vec<(Day, i64)> {
    let mut sums: BTreeMap<Day, i64> = BTreeMap::new();
    for at in times {
        *sums.entry(Day(at.div_euclid(MICROS_PER_DAY))).or_default() += 1;
    }
    sums.into_iter().collect()
}

/// The rows of the next blocks that get no more messages; nothing if all those are counted. And after which block to go on.
pub(crate) fn ahead(connection: &mut AnyConnection, from: Block) -> QueryResult<(Vec<DayRow>, Option<Block>)> {
    let (kept, last) = (kept(connection)?, last_block(connection)?);
    let mut gap = None;
    for Range { start, end } in gaps(&kept.keys().copied().collect(), last) {
        // Numbers may be far apart, if they were brought along from elsewhere.
        let first = if end > from { first_block(connection, start.max(from)..end)? } else { None };
        if let Some(first) = first {
            gap = Some(first..end.min(first + AHEAD));
            break;
        }
    }
    let Some(gap) = gap else { return Ok((Vec::new(), None)) };
    let mut blocks: BTreeMap<Block, Vec<(Day, i64)>> = BTreeMap::new();
    for (block, day, count) in counted(connection, gap.clone())? {
        blocks.entry(block).or_default().push((day, count));
    }
    let mut rows = Vec::new();
    for (block, days) in blocks {
        let is_full = days.iter().map(|(_, count)| count).sum::<i64>() == BLOCK;
        if is_full || (block < last && gets_no_more(connection, block)?) {
            rows.extend(days.into_iter().map(|(day, message_count)| DayRow { block, day: day.0, message_count }));
        }
    }
    Ok((rows, Some(gap.end)))
}

/// Whether no more messages come in a block that is not the last one. SQLite gives numbers out in the order of the commits;
/// on MySQL a node may have some of a block still to give, until numbers above it are old.
fn gets_no_more(connection: &mut AnyConnection, block: Block) -> QueryResult<bool> {
    let AnyConnection::Mysql(connection) = connection else { return Ok(true) };
    let above = || messages::table.filter(messages::id.ge((block + 1) * BLOCK)).select(messages::sent_at);
    let first: Option<i64> = above().order(messages::id).first(connection).optional()?;
    let newest: Option<i64> = above().order(messages::id.desc()).first(connection).optional()?;
    Ok(first.zip(newest).is_some_and(|(first, newest)| newest - first > SETTLED))
}

/// Keeps rows. Somebody else may have counted the same meanwhile.
pub(crate) fn save(connection: &mut AnyConnection, rows: &[DayRow]) -> QueryResult<()> {
    for row in rows {
        on_engine!(connection, c => diesel::insert_or_ignore_into(message_days::table).values(row).execute(c))?;
    }
    Ok(())
}

/// Messages of these numbers came or went: their blocks are to be counted again.
pub(crate) fn recount(connection: &mut AnyConnection, ids: &[i64]) -> QueryResult<()> {
    let blocks: BTreeSet<Block> = ids.iter().map(|id| id.div_euclid(BLOCK)).collect();
    if blocks.is_empty() {
        return Ok(());
    }
    let of_these = message_days::table.filter(message_days::block.eq_any(blocks));
    on_engine!(connection, c => diesel::delete(of_these).execute(c)).map(drop)
}

fn kept(connection: &mut AnyConnection) -> QueryResult<BTreeMap<Block, Vec<(Day, i64)>>> {
    let query = message_days::table
        .filter(message_days::block.ge(0))
        .order((message_days::block, message_days::day))
        .select((message_days::block, message_days::day, message_days::message_count));
    let rows: Vec<(i64, i64, i64)> = on_engine!(connection, c => query.load(c))?;
    let mut blocks: BTreeMap<Block, Vec<(Day, i64)>> = BTreeMap::new();
    for (block, day, count) in rows {
        blocks.entry(block).or_default().push((Day(day), count));
    }
    Ok(blocks)
}

/// The block of the last number that was given out.
fn last_block(connection: &mut AnyConnection) -> QueryResult<Block> {
    let next = sequences::table.find("message").select(sequences::next);
    let next: i64 = on_engine!(connection, c => next.first(c))?;
    Ok((next - 1).div_euclid(BLOCK))
}

/// The first of these blocks in which there is a message.
fn first_block(connection: &mut AnyConnection, blocks: Range<Block>) -> QueryResult<Option<Block>> {
    let query = messages::table
        .filter(messages::id.ge(blocks.start * BLOCK).and(messages::id.lt(blocks.end * BLOCK)))
        .order(messages::id)
        .select(messages::id);
    let first: Option<i64> = on_engine!(connection, c => query.first(c)).optional()?;
    Ok(first.map(|id| id.div_euclid(BLOCK)))
}

/// The stretches of blocks up to `last` that are not among these.
fn gaps(known: &BTreeSet<Block>, last: Block) -> Vec<Range<Block>> {
    let mut gaps = Vec::new();
    let mut next = 0;
    for block in known.iter().copied().chain([last + 1]) {
        if next < block {
            gaps.push(next..block);
        }
        next = block + 1;
    }
    gaps
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    block: i64,
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    message_count: i64,
}

/// Counts a stretch of blocks in the messages themselves.
fn counted(connection: &mut AnyConnection, blocks: Range<Block>) -> QueryResult<Vec<(Block, Day, i64)>> {
    // Whole numbers are divided downwards only if they are not negative, which neither numbers nor times are.
    let statement = match connection {
        AnyConnection::Sqlite(_) => format!(
            "SELECT id / {BLOCK} AS block, sent_at / {MICROS_PER_DAY} AS day, COUNT(*) AS message_count
             FROM messages WHERE id >= ? AND id < ? GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        AnyConnection::Mysql(_) => format!(
            "SELECT CAST(id DIV {BLOCK} AS SIGNED) AS block, CAST(sent_at DIV {MICROS_PER_DAY} AS SIGNED) AS day,
                    COUNT(*) AS message_count
             FROM messages FORCE INDEX (PRIMARY) WHERE id >= ? AND id < ? GROUP BY 1, 2 ORDER BY 1, 2"
        ),
    };
    let query = || {
        let (start, end) = (blocks.start * BLOCK, blocks.end * BLOCK);
        diesel::sql_query(&statement).bind::<BigInt, _>(start).bind::<BigInt, _>(end)
    };
    let rows: Vec<Counted> = match connection {
        AnyConnection::Sqlite(c) => query().load(c)?,
        AnyConnection::Mysql(c) => query().load(c)?,
    };
    Ok(rows.into_iter().map(|row| (row.block, Day(row.day), row.message_count)).collect())
}

/// The blocks of which something else is kept than the messages say.
pub(crate) fn miscounted(connection: &mut AnyConnection) -> QueryResult<Vec<i64>> {
    let mut wrong = Vec::new();
    for (block, days) in kept(connection)? {
        let counted = counted(connection, block..block + 1)?;
        let counted: Vec<(Day, i64)> = counted.into_iter().map(|(_, day, count)| (day, count)).collect();
        if counted != days && kept_of(connection, block)? == days {
            wrong.push(block);
        }
    }
    Ok(wrong)
}

fn kept_of(connection: &mut AnyConnection, block: Block) -> QueryResult<Vec<(Day, i64)>> {
    let query = message_days::table
        .filter(message_days::block.eq(block))
        .order(message_days::day)
        .select((message_days::day, message_days::message_count));
    let rows: Vec<(i64, i64)> = on_engine!(connection, c => query.load(c))?;
    Ok(rows.into_iter().map(|(day, count)| (Day(day), count)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{self, Scratch};
    use crate::{Database, Settings};

    const MINUTE: i64 = 60_000_000;

    /// Messages of these numbers, so many minutes after the first; and the numbers of the blocks that are kept then.
    fn kept_with(scratch: &Scratch, messages: &[(i64, i64)]) -> Vec<Block> {
        use diesel::connection::SimpleConnection;
        let database = Database::open(&Settings::new(scratch.url.clone())).unwrap();
        let insert = |connection: &mut AnyConnection| -> QueryResult<Vec<Block>> {
            for (id, minute) in messages {
                connection.batch_execute(&format!(
                    "INSERT INTO messages (id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, \
                     low_sent, sent_at, body) VALUES ({id}, 1, {id}, 1, {id}, 2, {id}, {id}, {}, 'hello')",
                    minute * MINUTE
                ))?;
            }
            connection.batch_execute("UPDATE sequences SET next = 3000 WHERE name = 'message'")?;
            let (rows, _) = ahead(connection, 0)?;
            Ok(rows.iter().map(|row| row.block).collect())
        };
        let blocks = database.with_own_connection(|connection, _| Ok(insert(connection)?)).unwrap();
        database.close();
        blocks
    }

    const YOUNG: [(i64, i64); 4] = [(1, 0), (2, 1), (1500, 2), (2500, 30)];

    #[test]
    fn on_sqlite_all_blocks_but_the_last_are_kept() {
        assert_eq!(kept_with(&support::sqlite(), &YOUNG), [0, 1]);
    }

    #[test]
    fn on_mysql_a_block_that_is_not_full_is_kept_when_what_comes_after_it_is_old() {
        let Some(scratch) = support::mysql() else { return };
        assert!(kept_with(&scratch, &YOUNG).is_empty());
        assert_eq!(kept_with(&scratch, &[(2501, 70)]), [0], "what follows the second block is forty minutes old");
        assert_eq!(kept_with(&scratch, &[(2502, 120)]), [0, 1]);
    }

    #[test]
    fn gaps_are_what_is_missing() {
        let gaps = |known: &[Block], last| gaps(&known.iter().copied().collect(), last);
        assert_eq!(gaps(&[], 0), std::slice::from_ref(&(0..1)));
        assert_eq!(gaps(&[0, 1, 2], 3), std::slice::from_ref(&(3..4)));
        assert_eq!(gaps(&[1, 2, 5], 7), [0..1, 3..5, 6..8]);
        assert_eq!(gaps(&[0], 0), []);
    }

    #[test]
    fn stretches_of_blocks_are_put_together() {
        let of = |days: &[i64]| days.iter().map(|day| (Day(*day), 1)).collect();
        let days = Days { blocks: [(0, of(&[1])), (1, of(&[1, 2])), (2, of(&[2])), (4, of(&[2, 9]))].into() };
        assert_eq!(days.with(&(Day(2)..Day(3))), [4000..5000, 1000..3000]);
        assert_eq!(days.with(&(Day(3)..Day(9))), []);
        assert_eq!(days.sums(), [(Day(1), 2), (Day(2), 3), (Day(9), 1)]);
    }
}
