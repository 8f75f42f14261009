//! The store of what is old. In a conversation time never runs backwards, so what is old is its beginning.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::retention::{ConversationId, RetentionStore, Swept};
use chatapp_domain::time::Timestamp;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::conversations::deleted_after;
use crate::database::{Database, Never};
use crate::days;
use crate::schema::{conversations, deletions, feeds, messages, reports};
use crate::search;

/// How many conversations one step looks at.
const CONVERSATIONS: i64 = 500;
/// How many of them one transaction changes, whose people cannot be written to meanwhile.
const CHANGED: usize = 20;
/// How many messages one transaction deletes.
const MESSAGES: i64 = 200;

impl Database {
    /// The store of what is old.
    pub fn retention(&self) -> Arc<dyn RetentionStore> {
        Arc::new(Retention(self.clone()))
    }
}

struct Retention(Database);

#[async_trait]
impl RetentionStore for Retention {
    async fn count_old(&self, before: Timestamp, after: ConversationId) -> Result<Swept, StoreError> {
        self.0.read(move |connection| count_old(connection, before.as_micros(), after.0)).await
    }

    async fn sweep(&self, before: Timestamp, after: ConversationId) -> Result<Swept, StoreError> {
        // Most conversations have nothing old: that is found out on a reader's connection, beside whoever sends.
        let before = before.as_micros();
        let Old { mut threads, next } = self.0.read(move |connection| old(connection, before, after.0)).await?;
        if threads.is_empty() {
            return Ok(Swept { messages: 0, next: next.map(ConversationId) });
        }
        let next = if threads.len() > CHANGED { threads.get(CHANGED - 1).map(|last| last.id) } else { next };
        threads.truncate(CHANGED);
        let database = self.0.clone();
        let swept = self.0.write::<_, Never>(
            move |connection| Ok(sweep(connection, &threads, before)?),
            move |swept| {
                if swept.messages > 0 {
                    database.memory().messages.forget_all();
                }
            },
        );
        let swept = swept.await;
        if swept.is_err() {
            // Perhaps it was kept, and the answer was lost.
            self.0.memory().messages.forget_all();
        }
        let swept = swept?;
        Ok(Swept { messages: swept.messages, next: swept.stopped_at.or(next).map(ConversationId) })
    }
}

/// A conversation whose oldest message is old.
#[derive(Clone, Copy, Queryable)]
struct Thread {
    id: i64,
    low: i64,
    high: i64,
    forgotten_seq: i64,
}

/// Some such conversations, and after which one to go on.
struct Old {
    threads: Vec<Thread>,
    next: Option<i64>,
}

/// A message to be deleted.
#[derive(Clone, Queryable)]
struct Row {
    id: i64,
    seq: i64,
    sender: i64,
    sender_pos: i64,
    recipient: i64,
    recipient_pos: i64,
    low_sent: i64,
    sent_at: i64,
    body_is_there: bool,
}

/// What a transaction did: how many messages are gone, and, if it had enough, before which conversation it stopped.
struct Outcome {
    messages: i64,
    stopped_at: Option<i64>,
}

fn old(connection: &mut AnyConnection, before: i64, after: i64) -> QueryResult<Old> {
    let first = messages::conversation_id.eq(conversations::id).and(messages::seq.eq(conversations::forgotten_seq + 1));
    // Where nothing but the place of the newest message is left, there is nothing more to do.
    let next = diesel::alias!(messages as next);
    let of_this = next.field(messages::conversation_id).eq(conversations::id);
    let goes_on = exists(next.filter(of_this.and(next.field(messages::seq).eq(conversations::forgotten_seq + 2))));
    let query = conversations::table
        .left_join(messages::table.on(first))
        .filter(conversations::id.gt(after))
        .order(conversations::id)
        .limit(CONVERSATIONS)
        .select((
            (conversations::id, conversations::low_id, conversations::high_id, conversations::forgotten_seq),
            messages::sent_at.nullable(),
            messages::body.ne("").nullable(),
            goes_on,
        ));
    let rows: Vec<(Thread, Option<i64>, Option<bool>, bool)> = on_engine!(connection, c => query.load(c))?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|length| length == CONVERSATIONS);
    let next = rows.last().filter(|_| is_full).map(|(thread, ..)| thread.id);
    let threads = rows.into_iter().filter_map(|(thread, at, says_something, goes_on)| {
        let is_old = at.is_some_and(|at| at < before);
        (is_old && (goes_on || says_something == Some(true))).then_some(thread)
    });
    Ok(Old { threads: threads.collect(), next })
}

fn count_old(connection: &mut AnyConnection, before: i64, after: i64) -> QueryResult<Swept> {
    let Old { threads, next } = old(connection, before, after)?;
    let mut messages = 0;
    for thread in threads {
        messages += count_in(connection, thread, before)?;
    }
    Ok(Swept { messages, next: next.map(ConversationId) })
}

/// How many messages of a conversation are old, by halving it: the first is.
fn count_in(connection: &mut AnyConnection, thread: Thread, before: i64) -> QueryResult<i64> {
    let newest = messages::table
        .filter(messages::conversation_id.eq(thread.id))
        .order(messages::seq.desc())
        .select((messages::seq, messages::body.ne("")));
    let newest: Option<(i64, bool)> = on_engine!(connection, c => newest.first(c)).optional()?;
    let Some((last, says_something)) = newest else { return Ok(0) };
    let (mut old, mut young) = (thread.forgotten_seq + 1, last + 1);
    while young - old > 1 {
        let middle = old + (young - old) / 2;
        let this = messages::table.filter(messages::conversation_id.eq(thread.id).and(messages::seq.eq(middle)));
        let query = this.select(messages::sent_at);
        // One that is gone meanwhile was old.
        let at: Option<i64> = on_engine!(connection, c => query.first(c)).optional()?;
        if at.is_none_or(|at| at < before) { old = middle } else { young = middle }
    }
    let stays = i64::from(old == last && !says_something);
    Ok(old - thread.forgotten_seq - stays)
}

fn sweep(connection: &mut AnyConnection, threads: &[Thread], before: i64) -> QueryResult<Outcome> {
    let people: BTreeSet<i64> = threads.iter().flat_map(|thread| [thread.low, thread.high]).collect();
    lock(connection, people)?;
    let mut outcome = Outcome { messages: 0, stopped_at: None };
    let mut gone = Gone::default();
    let mut previous = None;
    for thread in threads {
        if outcome.messages >= MESSAGES {
            outcome.stopped_at = previous;
            break;
        }
        let room = MESSAGES - outcome.messages;
        let (messages, is_done) = shorten(connection, thread, before, room, &mut gone)?;
        outcome.messages += messages;
        if !is_done {
            outcome.stopped_at = Some(thread.id - 1);
            break;
        }
        previous = Some(thread.id);
    }
    gone.forget(connection)?;
    Ok(outcome)
}

/// Locks people's feeds in ascending order, as every writer does: nobody writes to or as them meanwhile.
fn lock(connection: &mut AnyConnection, people: BTreeSet<i64>) -> QueryResult<()> {
    if let AnyConnection::Mysql(mysql) = connection {
        let feeds = feeds::table.filter(feeds::user_id.eq_any(people)).order(feeds::user_id).select(feeds::user_id);
        feeds.for_update().load::<i64>(mysql)?;
    }
    Ok(())
}

/// Takes the old beginning of a conversation away, up to `room` messages of it. Gives how many, and whether that was all.
fn shorten(
    connection: &mut AnyConnection,
    thread: &Thread,
    before: i64,
    room: i64,
    gone: &mut Gone,
) -> QueryResult<(i64, bool)> {
    let beginning =
        messages::table.filter(messages::conversation_id.eq(thread.id)).order(messages::seq).limit(room + 1).select((
            messages::id,
            messages::seq,
            messages::sender_id,
            messages::sender_pos,
            messages::recipient_id,
            messages::recipient_pos,
            messages::low_sent,
            messages::sent_at,
            messages::body.ne(""),
        ));
    let rows: Vec<Row> = on_engine!(connection, c => beginning.load(c))?;
    let is_whole = i64::try_from(rows.len()).is_ok_and(|length| length <= room);
    let mut old: Vec<Row> = rows.iter().take_while(|row| row.sent_at < before).cloned().collect();
    old.truncate(usize::try_from(room).unwrap_or_default());
    let Some(last_old) = old.last().cloned() else { return Ok((0, true)) };
    let is_done = is_whole || old.len() < rows.len() - 1 || rows.last().is_some_and(|row| row.sent_at >= before);
    read_on(connection, thread.id, &last_old)?;
    let mut emptied = 0;
    // The newest message's row holds the conversation's counts.
    if is_whole && old.len() == rows.len() {
        old.pop();
        if last_old.body_is_there {
            let nothing = (messages::body.eq(""), messages::client_key.eq(None::<&str>));
            diesel::update(messages::table.find(last_old.id)).set(nothing).execute(connection)?;
            gone.emptied(&last_old);
            emptied = 1;
        }
    }
    // Where it began may have been looked up before another node shortened it.
    let start = rows.first().map_or(thread.forgotten_seq, |row| row.seq - 1);
    let upto = old.last().map_or(start, |row| row.seq);
    let forgotten = diesel::update(conversations::table.find(thread.id));
    forgotten.set(conversations::forgotten_seq.eq(upto)).execute(connection)?;
    let noted = deletions::conversation_id.eq(thread.id).and(deletions::seq.le(upto));
    diesel::delete(deletions::table.filter(noted)).execute(connection)?;
    for row in &old {
        gone.deleted(row);
    }
    Ok((i64::try_from(old.len()).unwrap_or_default() + emptied, is_done))
}

/// What is gone is not unread any more.
fn read_on(connection: &mut AnyConnection, conversation: i64, last: &Row) -> QueryResult<()> {
    let this = conversations::table.filter(conversations::id.eq(conversation));
    let by_high = last.seq - last.low_sent + deleted_after(connection, conversation, last.seq, false)?;
    let low = (conversations::low_read_seq.eq(last.seq), conversations::low_read_count.eq(by_high));
    diesel::update(this.filter(conversations::low_read_seq.lt(last.seq))).set(low).execute(connection)?;
    let by_low = last.low_sent + deleted_after(connection, conversation, last.seq, true)?;
    let high = (conversations::high_read_seq.eq(last.seq), conversations::high_read_count.eq(by_low));
    diesel::update(this.filter(conversations::high_read_seq.lt(last.seq))).set(high).execute(connection)?;
    Ok(())
}

/// What a transaction takes away, to be taken away everywhere at its end.
#[derive(Default)]
struct Gone {
    ids: Vec<i64>,
    reported: Vec<i64>,
    places: Vec<(i64, i64)>,
    people: BTreeMap<i64, OfPerson>,
}

/// What is taken away from one person: up to which place, and how many messages.
#[derive(Clone, Copy, Default)]
struct OfPerson {
    last_pos: i64,
    messages: i64,
}

impl Gone {
    fn deleted(&mut self, row: &Row) {
        self.ids.push(row.id);
        self.emptied(row);
        let mut both = vec![(row.sender, row.sender_pos), (row.recipient, row.recipient_pos)];
        // A note to oneself has one place.
        both.dedup();
        for (person, pos) in both {
            let of_person = self.people.entry(person).or_default();
            of_person.last_pos = of_person.last_pos.max(pos);
            of_person.messages += 1;
        }
    }

    fn emptied(&mut self, row: &Row) {
        self.reported.push(row.id);
        self.places.extend([(row.sender, row.sender_pos), (row.recipient, row.recipient_pos)]);
    }

    fn forget(self, connection: &mut AnyConnection) -> QueryResult<()> {
        if self.reported.is_empty() {
            return Ok(());
        }
        let of_these = reports::table.filter(reports::message_id.eq_any(&self.reported));
        diesel::delete(of_these).execute(connection)?;
        search::forget(connection, &self.places)?;
        if self.ids.is_empty() {
            return Ok(());
        }
        days::recount(connection, &self.ids)?;
        diesel::delete(messages::table.filter(messages::id.eq_any(&self.ids))).execute(connection)?;
        for (person, gone) in self.people {
            let feed = feeds::table.filter(feeds::user_id.eq(person));
            let count = feeds::message_count.eq(feeds::message_count - gone.messages);
            diesel::update(feed).set(count).execute(connection)?;
            let behind = feed.filter(feeds::forgotten_pos.lt(gone.last_pos));
            diesel::update(behind).set(feeds::forgotten_pos.eq(gone.last_pos)).execute(connection)?;
        }
        Ok(())
    }
}
