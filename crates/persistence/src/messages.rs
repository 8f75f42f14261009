//! The store of messages.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::conversation::{Pair, Participation};
use chatapp_domain::event::Pos;
use chatapp_domain::message::{Draft, Message, MessageId, Seq};
use chatapp_domain::page::{Cursor, History, NoSuchPage, Numbered, PageNumber, PageSize};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::{AfterAppend, AppendError, Extent, MessageStore, PageError, Saved};
use chatapp_domain::user::UserId;
use diesel::prelude::*;
use tokio::sync::oneshot;

use crate::append::Append;
use crate::connection::{AnyConnection, on_engine};
use crate::database::Database;
use crate::intake::{is_unfiled, unfiled_messages};
use crate::rows::{MESSAGE, MessageRow, is_newest_message};
use crate::schema::{conversations, feeds, messages, users};
use crate::writer::Job;

impl Database {
    /// The store of messages.
    pub fn messages(&self) -> Arc<dyn MessageStore> {
        Arc::new(Messages(self.clone()))
    }
}

struct Messages(Database);

#[async_trait]
impl MessageStore for Messages {
    async fn append(&self, draft: Draft, then: AfterAppend) -> Result<Saved, AppendError> {
        let (reply, answer) = oneshot::channel();
        let since = self.0.memory().messages.ends();
        self.0.submit(Job::Append(Append::new(draft, then, reply))).await?;
        let saved = self.0.answer(answer).await??;
        if let Saved::New(message) = &saved {
            self.0.memory().messages.remember(message, since);
        }
        Ok(saved)
    }

    async fn find(&self, reader: UserId, ids: Vec<MessageId>) -> Result<Vec<Message>, StoreError> {
        let memory = &self.0.memory().messages;
        let (mut all, unknown) = memory.find(reader, ids);
        if !unknown.is_empty() {
            let since = memory.ends();
            let found = self.look_up(reader, unknown).await?;
            found.iter().for_each(|message| memory.remember(message, since));
            all.extend(found);
        }
        all.sort_by_key(|message| message.id);
        all.dedup_by_key(|message| message.id);
        Ok(all)
    }

    async fn history(&self, place: &Participation, cursor: Cursor, size: PageSize) -> Result<History, StoreError> {
        let place = place.clone();
        self.0
            .look_up(move |connection| {
                let Some(thread) = thread(connection, place.pair())? else { return Ok(History::default()) };
                let messages = stretch(connection, &place, &thread, cursor, size)?;
                let (last_seq, forgotten_seq) = (Seq(thread.last_seq), Seq(thread.forgotten_seq));
                Ok(History { messages, forgotten_seq, last_seq })
            })
            .await
    }

    async fn page(&self, place: &Participation, number: PageNumber, size: PageSize) -> Result<Numbered, PageError> {
        let place = place.clone();
        let page = self.0.look_up(move |connection| {
            if matches!(number, PageNumber::Number(1)) {
                return first_page(connection, &place, size).map(Ok);
            }
            let thread = thread(connection, place.pair())?.unwrap_or_default();
            let count = thread.last_seq - thread.forgotten_seq;
            let Ok((number, skip)) = number.resolve(count, size) else { return Ok(Err(NoSuchPage)) };
            // `seq` has no gaps, so a page is a place in the conversation and not a count from its end.
            let cursor = Cursor::Before(Seq(thread.last_seq - skip + 1));
            let messages = stretch(connection, &place, &thread, cursor, size)?;
            Ok(Ok(Numbered { count, number, has_next: skip + size.get() < count, messages }))
        });
        Ok(page.await??)
    }

    async fn extent(&self, reader: UserId) -> Result<Extent, StoreError> {
        let found = self.0.read(move |connection| {
            let query = feeds::table.find(reader.0).select((feeds::message_count, feeds::last_pos));
            query.first::<(i64, i64)>(connection).optional()
        });
        let (count, latest) = found.await?.unwrap_or_default();
        Ok(Extent { count, latest: Pos(latest) })
    }

    async fn between(
        &self,
        reader: UserId,
        after: Pos,
        to: Pos,
        size: PageSize,
    ) -> Result<Vec<(Pos, Message)>, StoreError> {
        self.0.read(move |connection| between(connection, reader.0, (after.0, to.0), size)).await
    }

    async fn page_of_all(&self, reader: UserId, number: PageNumber, size: PageSize) -> Result<Numbered, PageError> {
        let page = self.0.read(move |connection| {
            let counted = feeds::table.find(reader.0).select(feeds::message_count).first(connection).optional()?;
            let count: i64 = counted.unwrap_or_default();
            let Ok((number, skip)) = number.resolve(count, size) else { return Ok(Err(NoSuchPage)) };
            let ids = page_ids(connection, reader, count, skip, size)?;
            let mut messages = find(connection, reader, &ids)?;
            let place = |message: &Message| ids.iter().position(|id| *id == message.id);
            messages.sort_by_key(place);
            Ok(Ok(Numbered { count, number, has_next: skip + size.get() < count, messages }))
        });
        Ok(page.await??)
    }
}

impl Messages {
    /// Those of them that a reader is in, wherever they are.
    async fn look_up(&self, reader: UserId, ids: Vec<MessageId>) -> Result<Vec<Message>, StoreError> {
        let waits = ids.iter().any(|id| self.0.may_wait(*id));
        self.0
            .look_up_unfiled(move |connection| {
                let mut found = if waits { find_unfiled(connection, reader, &ids)? } else { Vec::new() };
                if found.len() < ids.len() {
                    // After the others: one may have been filed in between, and is then found twice.
                    found.extend(find(connection, reader, &ids)?);
                }
                Ok(found)
            })
            .await
    }
}

/// The people of a message, by name, whatever the message was selected by.
macro_rules! with_names {
    ($pos:expr) => {{
        let (senders, recipients) = diesel::alias!(users as senders, users as recipients);
        messages::table
            .inner_join(senders.on(senders.field(users::id).eq(messages::sender_id)))
            .inner_join(recipients.on(recipients.field(users::id).eq(messages::recipient_id)))
            .select(($pos, MESSAGE, senders.field(users::username), recipients.field(users::username)))
    }};
}

fn between(
    connection: &mut AnyConnection,
    user: i64,
    (after, to): (i64, i64),
    size: PageSize,
) -> QueryResult<Vec<(Pos, Message)>> {
    type Row = (i64, MessageRow, String, String);
    let pos = messages::sender_pos;
    let sent = with_names!(messages::sender_pos)
        .filter(messages::sender_id.eq(user).and(pos.gt(after)).and(pos.le(to)))
        .order(pos)
        .limit(size.get());
    let pos = messages::recipient_pos;
    let received = with_names!(messages::recipient_pos)
        .filter(messages::recipient_id.eq(user).and(pos.gt(after)).and(pos.le(to)))
        .order(pos)
        .limit(size.get());
    let mut rows: Vec<Row> = on_engine!(connection, c => sent.load(c))?;
    rows.extend(on_engine!(connection, c => received.load::<Row>(c))?);
    rows.sort_by_key(|row| row.0);
    // A note to oneself was both sent and received.
    rows.dedup_by_key(|row| row.0);
    rows.truncate(usize::try_from(size.get()).unwrap_or_default());
    Ok(rows.into_iter().map(|(pos, row, sender, recipient)| (Pos(pos), row.named(sender, recipient))).collect())
}

/// The messages with these numbers that a reader is in, from one of the two tables that have messages.
macro_rules! find_in {
    ($connection:expr, $table:ident $(where $condition:expr)?, $reader:expr, $ids:expr) => {{
        let (senders, recipients) = diesel::alias!(users as senders, users as recipients);
        let names = (senders.field(users::username), recipients.field(users::username));
        let row =
            ($table::id, $table::seq, $table::sender_id, $table::recipient_id, $table::sent_at, $table::client_key);
        let query = $table::table
            .inner_join(senders.on(senders.field(users::id).eq($table::sender_id)))
            .inner_join(recipients.on(recipients.field(users::id).eq($table::recipient_id)))
            .filter($table::sender_id.eq($reader.0).or($table::recipient_id.eq($reader.0)))
            $(.filter($condition))?
            .select(((row.0, row.1, row.2, row.3, row.4, row.5, $table::body), names.0, names.1));
        match $ids {
            // One at a time is the common case, and its statement can stay prepared.
            [id] => query.filter($table::id.eq(id.0)).load::<NamedRow>($connection),
            ids => {
                let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
                query.filter($table::id.eq_any(wanted)).order($table::id).load($connection)
            }
        }
    }};
}

type NamedRow = (MessageRow, String, String);

fn find(connection: &mut AnyConnection, reader: UserId, ids: &[MessageId]) -> QueryResult<Vec<Message>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = on_engine!(connection, c => find_in!(c, messages, reader, ids))?;
    Ok(rows.into_iter().map(|(row, sender, recipient)| row.named(sender, recipient)).collect())
}

/// Those of them that wait to be filed.
fn find_unfiled(connection: &mut AnyConnection, reader: UserId, ids: &[MessageId]) -> QueryResult<Vec<Message>> {
    let AnyConnection::Sqlite(sqlite) = connection else { return Ok(Vec::new()) };
    let rows = find_in!(sqlite, unfiled_messages where is_unfiled!(), reader, ids)?;
    Ok(rows.into_iter().map(|(row, sender, recipient)| row.named(sender, recipient)).collect())
}

/// Messages by their ids, whoever is in them: for those who administer.
pub(crate) fn by_ids(connection: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<Message>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (senders, recipients) = diesel::alias!(users as senders, users as recipients);
    let query = messages::table
        .inner_join(senders.on(senders.field(users::id).eq(messages::sender_id)))
        .inner_join(recipients.on(recipients.field(users::id).eq(messages::recipient_id)))
        .filter(messages::id.eq_any(ids.to_vec()))
        .select((MESSAGE, senders.field(users::username), recipients.field(users::username)));
    let rows: Vec<(MessageRow, String, String)> = on_engine!(connection, c => query.load(c))?;
    Ok(rows.into_iter().map(|(row, sender, recipient)| row.named(sender, recipient)).collect())
}

/// A conversation, and which places of it have their messages still.
#[derive(Clone, Copy, Default, Queryable)]
struct Thread {
    conversation: i64,
    forgotten_seq: i64,
    last_seq: i64,
}

fn thread(connection: &mut AnyConnection, pair: Pair) -> QueryResult<Option<Thread>> {
    let query = conversations::table
        .inner_join(messages::table.on(is_newest_message!()))
        .filter(conversations::low_id.eq(pair.low().0).and(conversations::high_id.eq(pair.high().0)))
        .select((conversations::id, conversations::forgotten_seq, messages::seq));
    on_engine!(connection, c => query.first(c)).optional()
}

/// The newest messages of a conversation. There are as many as the newest one's `seq` says, but for those that are gone.
fn first_page(connection: &mut AnyConnection, place: &Participation, size: PageSize) -> QueryResult<Numbered> {
    let (low, high) = (place.pair().low().0, place.pair().high().0);
    let this = || conversations::table.filter(conversations::low_id.eq(low).and(conversations::high_id.eq(high)));
    let conversation = this().select(conversations::id).single_value();
    let forgotten = this().select(conversations::forgotten_seq).single_value();
    let query = messages::table
        .filter(messages::conversation_id.nullable().eq(conversation))
        .order(messages::seq.desc())
        .limit(size.get())
        .select((MESSAGE, forgotten));
    let rows: Vec<(MessageRow, Option<i64>)> = on_engine!(connection, c => query.load(c))?;
    let count = rows.first().map_or(0, |(newest, forgotten)| newest.seq - forgotten.unwrap_or_default());
    let messages = rows.into_iter().map(|(row, _)| row.between(place.me(), place.peer())).collect();
    Ok(Numbered { count, number: 1, has_next: size.get() < count, messages })
}

/// Part of a conversation. What was committed since `last_seq` was read is left for the next time.
fn stretch(
    connection: &mut AnyConnection,
    place: &Participation,
    thread: &Thread,
    cursor: Cursor,
    size: PageSize,
) -> QueryResult<Vec<Message>> {
    let Thread { conversation, last_seq, .. } = *thread;
    let query = messages::table.filter(messages::conversation_id.eq(conversation)).select(MESSAGE);
    let rows: Vec<MessageRow> = match cursor {
        Cursor::After(seq) => {
            let query = query.filter(messages::seq.gt(seq.0).and(messages::seq.le(last_seq)));
            let query = query.order(messages::seq.asc()).limit(size.get());
            on_engine!(connection, c => query.load(c))?
        }
        Cursor::Before(seq) => {
            let query = query.filter(messages::seq.lt(seq.0.min(last_seq + 1)));
            let query = query.order(messages::seq.desc()).limit(size.get());
            on_engine!(connection, c => query.load(c))?
        }
    };
    Ok(rows.into_iter().map(|row| row.between(place.me(), place.peer())).collect())
}

/// How far from one end of a user's messages the ids reach, from both of their indexes, the nearest first.
macro_rules! from_an_end {
    ($connection:expr, $user:expr, $reach:expr, $order:ident) => {{
        let (user, reach): (i64, i64) = ($user, $reach);
        let sent = messages::table
            .filter(messages::sender_id.eq(user))
            .order(messages::sender_pos.$order())
            .limit(reach)
            .select((messages::sender_pos, messages::id));
        let received = messages::table
            .filter(messages::recipient_id.eq(user))
            .order(messages::recipient_pos.$order())
            .limit(reach)
            .select((messages::recipient_pos, messages::id));
        let mut places: Vec<(i64, i64)> = on_engine!($connection, c => sent.load(c))?;
        places.extend(on_engine!($connection, c => received.load::<(i64, i64)>(c))?);
        places
    }};
}

/// The ids of a page of a user's messages, the newest first: after the `skip` very newest of `count`. They are counted from
/// the end that is nearer, so the last page takes no longer than the first.
fn page_ids(
    connection: &mut AnyConnection,
    user: UserId,
    count: i64,
    skip: i64,
    size: PageSize,
) -> QueryResult<Vec<MessageId>> {
    let wanted = size.get().min(count - skip);
    let older = count - skip - wanted;
    let is_near_the_start = older < skip;
    let mut places = if is_near_the_start {
        from_an_end!(connection, user.0, older + wanted, asc)
    } else {
        from_an_end!(connection, user.0, skip + wanted, desc)
    };
    places.sort_unstable();
    // A note to oneself is in both.
    places.dedup();
    if !is_near_the_start {
        places.reverse();
    }
    let (before, wanted) = (usize::try_from(older.min(skip)), usize::try_from(wanted));
    let page = places.into_iter().skip(before.unwrap_or_default()).take(wanted.unwrap_or_default());
    let mut ids: Vec<MessageId> = page.map(|(_, id)| MessageId(id)).collect();
    if is_near_the_start {
        ids.reverse();
    }
    Ok(ids)
}
