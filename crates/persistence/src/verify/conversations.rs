//! Each conversation's messages against its counters.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Finding, Work, at_one_moment};
use crate::connection::{AnyConnection, on_engine};
use crate::schema::{conversations, deletions, messages};

/// How many conversations are looked at together.
const STRIDE: i64 = 200;
/// How many messages are read together.
const ROWS: i64 = 5_000;

/// A conversation's counters.
#[derive(Clone, Queryable)]
struct Thread {
    id: i64,
    low_id: i64,
    high_id: i64,
    read: (i64, i64),
    read_count: (i64, i64),
    delivered: (i64, i64),
    forgotten_seq: i64,
}

/// A message, as far as it counts.
#[derive(Clone, Queryable)]
struct Row {
    conversation: i64,
    seq: i64,
    id: i64,
    sender: i64,
    recipient: i64,
    low_sent: i64,
    sent_at: i64,
    says_something: bool,
}

/// Of which places of a conversation the messages were deleted, and whether the lower of the two had sent them.
type Deletions = BTreeMap<i64, bool>;

macro_rules! thread_columns {
    () => {
        conversations::table.select((
            conversations::id,
            conversations::low_id,
            conversations::high_id,
            (conversations::low_read_seq, conversations::high_read_seq),
            (conversations::low_read_count, conversations::high_read_count),
            (conversations::low_delivered_seq, conversations::high_delivered_seq),
            conversations::forgotten_seq,
        ))
    };
}
macro_rules! row_columns {
    () => {
        messages::table.order((messages::conversation_id, messages::seq)).limit(ROWS).select((
            messages::conversation_id,
            messages::seq,
            messages::id,
            messages::sender_id,
            messages::recipient_id,
            messages::low_sent,
            messages::sent_at,
            messages::body.ne(""),
        ))
    };
}

pub(super) fn check(connection: &mut AnyConnection, work: &mut Work<'_>) -> QueryResult<()> {
    let mut after = i64::MIN;
    loop {
        let threads = threads(connection, after)?;
        let is_last = i64::try_from(threads.len()).is_ok_and(|length| length < STRIDE);
        let last = if is_last { i64::MAX } else { threads.last().map_or(i64::MAX, |thread| thread.id) };
        check_some(connection, threads, after, last, work)?;
        if is_last {
            return Ok(());
        }
        after = last;
    }
}

fn check_some(
    connection: &mut AnyConnection,
    threads: Vec<Thread>,
    after: i64,
    last: i64,
    work: &mut Work<'_>,
) -> QueryResult<()> {
    let deleted = deleted(connection, after, last)?;
    let known = |thread: Thread| (thread.id, Account::of(thread, &deleted));
    let mut accounts: BTreeMap<i64, Account> = threads.into_iter().map(known).collect();
    let mut strangers = Vec::new();
    let mut place = (after, i64::MAX);
    loop {
        let rows = rows(connection, place, last)?;
        let Some(end) = rows.last().map(|row| (row.conversation, row.seq)) else { break };
        work.step(rows.len() as u64);
        work.verified.messages += rows.len() as u64;
        for row in rows {
            match accounts.get_mut(&row.conversation) {
                Some(account) => account.add(&row),
                None => strangers.push(row),
            }
        }
        place = end;
    }
    work.verified.conversations += accounts.len() as u64;
    let suspects: Vec<i64> = accounts.into_values().filter_map(Account::number_if_wrong).collect();
    for suspect in suspects {
        let findings = at_one_moment(connection, |connection| recheck(connection, suspect))?;
        work.found(findings);
    }
    for row in strangers {
        // It may have begun meanwhile.
        let found = conversations::table.find(row.conversation).select(conversations::id);
        let found: Option<i64> = on_engine!(connection, c => found.first(c)).optional()?;
        if found.is_none() {
            work.one(format!("message {}", row.id), format!("there is no conversation {}", row.conversation));
        }
    }
    Ok(())
}

/// The findings about one conversation.
fn recheck(connection: &mut AnyConnection, id: i64) -> QueryResult<Vec<Finding>> {
    let thread = thread_columns!().filter(conversations::id.eq(id));
    let thread: Option<Thread> = on_engine!(connection, c => thread.first(c)).optional()?;
    let Some(thread) = thread else { return Ok(Vec::new()) };
    let deleted = deleted(connection, id - 1, id)?;
    let mut account = Account::of(thread, &deleted);
    let mut place = (id, 0);
    loop {
        let rows = rest(connection, place)?;
        let Some(end) = rows.last().map(|row| (row.conversation, row.seq)) else { return Ok(account.close()) };
        rows.iter().for_each(|row| account.add(row));
        place = end;
    }
}

fn threads(connection: &mut AnyConnection, after: i64) -> QueryResult<Vec<Thread>> {
    let query = thread_columns!().filter(conversations::id.gt(after)).order(conversations::id).limit(STRIDE);
    on_engine!(connection, c => query.load(c))
}

/// The messages after a place, of conversations up to one.
fn rows(connection: &mut AnyConnection, place: (i64, i64), last: i64) -> QueryResult<Vec<Row>> {
    let rest = rest(connection, place)?;
    if !rest.is_empty() {
        return Ok(rest);
    }
    let next = messages::conversation_id.gt(place.0).and(messages::conversation_id.le(last));
    let query = row_columns!().filter(next);
    on_engine!(connection, c => query.load(c))
}

/// The messages of a conversation after a place.
fn rest(connection: &mut AnyConnection, (conversation, seq): (i64, i64)) -> QueryResult<Vec<Row>> {
    let query = row_columns!().filter(messages::conversation_id.eq(conversation).and(messages::seq.gt(seq)));
    on_engine!(connection, c => query.load(c))
}

fn deleted(connection: &mut AnyConnection, after: i64, last: i64) -> QueryResult<BTreeMap<i64, Deletions>> {
    let query = deletions::table
        .filter(deletions::conversation_id.gt(after).and(deletions::conversation_id.le(last)))
        .select((deletions::conversation_id, deletions::seq, deletions::by_low));
    let rows: Vec<(i64, i64, bool)> = on_engine!(connection, c => query.load(c))?;
    let mut of: BTreeMap<i64, Deletions> = BTreeMap::new();
    for (conversation, seq, by_low) in rows {
        of.entry(conversation).or_default().insert(seq, by_low);
    }
    Ok(of)
}

/// A conversation, whose messages are told one after the other.
struct Account {
    thread: Thread,
    deleted: Deletions,
    /// The message before: its place, what the lower had sent by then, and when it was. Of the first, nothing.
    last: Option<(i64, i64, i64)>,
    /// What the lower had sent where each of the two has read up to.
    sent_when_read: (Option<i64>, Option<i64>),
    wrong: Vec<String>,
}

impl Account {
    fn of(thread: Thread, deleted: &BTreeMap<i64, Deletions>) -> Self {
        let deleted = deleted.get(&thread.id).cloned().unwrap_or_default();
        let at_start = |read: i64| (read == 0 && thread.forgotten_seq == 0).then_some(0);
        let sent_when_read = (at_start(thread.read.0), at_start(thread.read.1));
        Self { deleted, last: None, sent_when_read, wrong: Vec::new(), thread }
    }

    fn add(&mut self, row: &Row) {
        let Thread { low_id, high_id, forgotten_seq, .. } = self.thread;
        let by_low = row.sender == low_id;
        let step = i64::from(by_low);
        let is_first = self.last.is_none();
        let (seq, low_sent, at) = self.last.unwrap_or((forgotten_seq, row.low_sent - step, i64::MIN));
        if is_first {
            self.note_read(forgotten_seq, low_sent);
        }
        if row.seq != seq + 1 {
            self.wrong.push(format!("seq {} follows {seq}", row.seq));
        }
        if row.low_sent != low_sent + step || (is_first && forgotten_seq == 0 && low_sent != 0) {
            self.wrong.push(format!("low_sent is {} at seq {}", row.low_sent, row.seq));
        }
        if row.sent_at < at {
            self.wrong.push(format!("the time runs backwards at seq {}", row.seq));
        }
        let people = (row.sender.min(row.recipient), row.sender.max(row.recipient));
        if people != (low_id, high_id) {
            self.wrong.push(format!("message {} is of the users {} and {}", row.id, row.sender, row.recipient));
        }
        self.compare_deletion(row, by_low);
        self.note_read(row.seq, row.low_sent);
        self.last = Some((row.seq, row.low_sent, row.sent_at));
    }

    fn compare_deletion(&mut self, row: &Row, by_low: bool) {
        let is_old = row.seq == self.thread.forgotten_seq + 1;
        match (self.deleted.get(&row.seq), row.says_something) {
            (Some(_), true) => self.wrong.push(format!("seq {} was deleted and has a text", row.seq)),
            (Some(noted), false) if *noted != by_low => {
                self.wrong.push(format!("the deletion of seq {} names the wrong sender", row.seq));
            }
            (None, false) if !is_old => self.wrong.push(format!("seq {} has no text and was not deleted", row.seq)),
            _ => {}
        }
    }

    fn note_read(&mut self, seq: i64, low_sent: i64) {
        if self.thread.read.0 == seq {
            self.sent_when_read.0 = Some(low_sent);
        }
        if self.thread.read.1 == seq {
            self.sent_when_read.1 = Some(low_sent);
        }
    }

    fn close(mut self) -> Vec<Finding> {
        let last = self.last.map_or(self.thread.forgotten_seq, |(seq, ..)| seq);
        if let Some(seq) = self.deleted.keys().find(|seq| **seq > last || **seq <= self.thread.forgotten_seq) {
            self.wrong.push(format!("a deletion names seq {seq}, which is not there"));
        }
        self.compare_reads(last);
        let about = format!("conversation {}", self.thread.id);
        self.wrong.into_iter().map(|what| Finding { about: about.clone(), what }).collect()
    }

    fn compare_reads(&mut self, last: i64) {
        let Thread { read, read_count, delivered, low_id, high_id, .. } = self.thread;
        let deleted = |after: i64, by: bool| {
            let later = self.deleted.range(after + 1..).filter(|(_, by_low)| **by_low == by).count();
            i64::try_from(later).unwrap_or(i64::MAX)
        };
        let of_low = self.sent_when_read.0.map(|sent| read.0 - sent + deleted(read.0, false));
        let of_high = self.sent_when_read.1.map(|sent| sent + deleted(read.1, true));
        let mut sides = vec![("low", read.0, read_count.0, delivered.0, of_low)];
        if low_id != high_id {
            sides.push(("high", read.1, read_count.1, delivered.1, of_high));
        }
        for (side, read, count, delivered, expected) in sides {
            if read > last || delivered > last {
                self.wrong.push(format!("{side} has read {read} and received {delivered} of {last}"));
            } else if expected != Some(count) && self.last.is_some() {
                let expected = expected.map_or_else(|| "unknown".to_owned(), |count| count.to_string());
                self.wrong.push(format!("{side}_read_count is {count}, by the rows {expected}"));
            }
        }
    }

    /// Its number, if something is wrong.
    fn number_if_wrong(self) -> Option<i64> {
        let id = self.thread.id;
        (!self.close().is_empty()).then_some(id)
    }
}
