//! The store of conversations.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::conversation::{Conversation, Participation};
use chatapp_domain::event::Pos;
use chatapp_domain::message::Seq;
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::conversations::{AfterRead, ConversationStore, ReadMoved};
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::user::{Identity, User, UserId};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::error::UnitError;
use crate::events::{NewEvent, READ};
use crate::rows::{CONVERSATION, ConversationRow, FEED, FeedRow, MESSAGE, MessageRow, USER, UserRow};
use crate::schema::{conversations, events, feeds, messages, users};

impl Database {
    /// The store of conversations.
    pub fn conversations(&self) -> Arc<dyn ConversationStore> {
        Arc::new(Conversations(self.clone()))
    }
}

struct Conversations(Database);

#[async_trait]
impl ConversationStore for Conversations {
    async fn list(&self, me: &Identity, before: Option<Pos>, size: PageSize) -> Result<Vec<Conversation>, StoreError> {
        let (me, before) = (me.clone(), before.map_or(i64::MAX, |pos| pos.0));
        self.0.read(move |connection| list(connection, &me, before, size)).await
    }

    async fn find(&self, place: &Participation) -> Result<Option<Conversation>, StoreError> {
        let place = place.clone();
        self.0.read(move |connection| find(connection, &place)).await
    }

    async fn mark_read(
        &self,
        place: &Participation,
        seq: Seq,
        then: AfterRead,
    ) -> Result<Option<Conversation>, StoreError> {
        let place = place.clone();
        let marked = self.0.write::<_, Never>(
            move |connection| {
                let moved = move_forward(connection, &place, seq.0)?;
                Ok((find(connection, &place)?, moved))
            },
            move |(_, moved)| {
                if let Some(moved) = moved {
                    then(moved);
                }
            },
        );
        Ok(marked.await?.0)
    }
}

type Row = (ConversationRow, MessageRow, UserRow);

/// A conversation with its newest message and the other person, as seen from the given column.
macro_rules! with_last_message_and_peer {
    ($peer:expr) => {
        conversations::table
            .inner_join(
                messages::table
                    .on(messages::conversation_id.eq(conversations::id).and(messages::seq.eq(conversations::last_seq))),
            )
            .inner_join(users::table.on(users::id.eq($peer)))
            .select((CONVERSATION, MESSAGE, USER))
    };
}

fn list(connection: &mut AnyConnection, me: &Identity, before: i64, size: PageSize) -> QueryResult<Vec<Conversation>> {
    let Some(oldest) = oldest_of_page(connection, me.id.0, before, size)? else { return Ok(Vec::new()) };
    let as_low = with_last_message_and_peer!(conversations::high_id)
        .filter(conversations::low_id.eq(me.id.0))
        .filter(conversations::low_pos.lt(before).and(conversations::low_pos.ge(oldest)));
    let as_high = with_last_message_and_peer!(conversations::low_id)
        .filter(conversations::high_id.eq(me.id.0))
        .filter(conversations::high_pos.lt(before).and(conversations::high_pos.ge(oldest)));
    let mut rows: Vec<Row> = on_engine!(connection, c => as_low.load(c))?;
    let others: Vec<Row> = on_engine!(connection, c => as_high.load(c))?;
    // A note to oneself is in both.
    rows.extend(others.into_iter().filter(|(row, _, _)| row.low_id != row.high_id));
    let mut found: Vec<Conversation> = rows.into_iter().map(|row| seen_by(me, row)).collect();
    found.sort_unstable_by_key(|conversation| std::cmp::Reverse(conversation.activity));
    // A message that came in between has moved its conversation to the front: the page may be one longer.
    found.truncate(usize::try_from(size.get()).unwrap_or_default());
    Ok(found)
}

/// Where a page of conversations ends, from the two indexes alone: so no more rows are read than are shown.
fn oldest_of_page(connection: &mut AnyConnection, me: i64, before: i64, size: PageSize) -> QueryResult<Option<i64>> {
    let as_low = conversations::table
        .filter(conversations::low_id.eq(me).and(conversations::low_pos.lt(before)))
        .order(conversations::low_pos.desc())
        .limit(size.get())
        .select(conversations::low_pos);
    let as_high = conversations::table
        .filter(conversations::high_id.eq(me).and(conversations::high_pos.lt(before)))
        .order(conversations::high_pos.desc())
        .limit(size.get())
        .select(conversations::high_pos);
    let mut places: Vec<i64> = on_engine!(connection, c => as_low.load(c))?;
    places.extend(on_engine!(connection, c => as_high.load::<i64>(c))?);
    places.sort_unstable_by(|one, other| other.cmp(one));
    // A note to oneself is in both.
    places.dedup();
    places.truncate(usize::try_from(size.get()).unwrap_or_default());
    Ok(places.pop())
}

fn find(connection: &mut AnyConnection, place: &Participation) -> QueryResult<Option<Conversation>> {
    let (low, high) = (place.pair().low(), place.pair().high());
    let is_this = conversations::low_id.eq(low.0).and(conversations::high_id.eq(high.0));
    let row: Option<Row> = if place.me().id == low {
        let query = with_last_message_and_peer!(conversations::high_id).filter(is_this);
        on_engine!(connection, c => query.first(c)).optional()?
    } else {
        let query = with_last_message_and_peer!(conversations::low_id).filter(is_this);
        on_engine!(connection, c => query.first(c)).optional()?
    };
    Ok(row.map(|row| seen_by(place.me(), row)))
}

fn seen_by(me: &Identity, (row, last_message, peer): Row) -> Conversation {
    let peer = User::from(peer);
    let low_is_me = row.low_id == me.id.0;
    let (activity, read_seq, peer_read_seq) = if low_is_me {
        (row.low_pos, row.low_read_seq, row.high_read_seq)
    } else {
        (row.high_pos, row.high_read_seq, row.low_read_seq)
    };
    let unread = match low_is_me {
        _ if row.low_id == row.high_id => 0,
        true => row.last_seq - row.low_sent - row.low_read_count,
        false => row.low_sent - row.high_read_count,
    };
    Conversation {
        last_message: last_message.between(me, &peer.identity()),
        last_seq: Seq(row.last_seq),
        read_seq: Seq(read_seq),
        peer_read_seq: Seq(if row.low_id == row.high_id { read_seq } else { peer_read_seq }),
        unread,
        activity: Pos(activity),
        peer,
    }
}

/// Moves a read position; `None` if it does not go forward.
fn move_forward<E>(
    connection: &mut AnyConnection,
    place: &Participation,
    seq: i64,
) -> Result<Option<ReadMoved>, UnitError<E>> {
    let mut feeds = lock_feeds(connection, place)?;
    let (low, high) = (place.pair().low(), place.pair().high());
    let row: Option<ConversationRow> = conversations::table
        .filter(conversations::low_id.eq(low.0).and(conversations::high_id.eq(high.0)))
        .select(CONVERSATION)
        .first(connection)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let i_am_low = place.me().id == low;
    let target = seq.min(row.last_seq);
    if target <= if i_am_low { row.low_read_seq } else { row.high_read_seq } {
        return Ok(None);
    }
    let low_sent: i64 = messages::table
        .filter(messages::conversation_id.eq(row.id).and(messages::seq.eq(target)))
        .select(messages::low_sent)
        .first(connection)?;
    let this = diesel::update(conversations::table.find(row.id));
    if i_am_low {
        let read = (conversations::low_read_seq.eq(target), conversations::low_read_count.eq(target - low_sent));
        this.set(read).execute(connection)?;
    } else {
        let read = (conversations::high_read_seq.eq(target), conversations::high_read_count.eq(low_sent));
        this.set(read).execute(connection)?;
    }
    let mut place_in =
        |user: UserId, peer: UserId| take_place(connection, &mut feeds, place.me().id, user, peer, target);
    let reader_pos = place_in(place.me().id, place.peer().id)?;
    let peer_pos = if place.is_with_oneself() { reader_pos } else { place_in(place.peer().id, place.me().id)? };
    Ok(Some(ReadMoved { seq: Seq(target), reader_pos: Pos(reader_pos), peer_pos: Pos(peer_pos) }))
}

/// Both people's counters, locked in ascending order as every writer does.
fn lock_feeds(connection: &mut AnyConnection, place: &Participation) -> QueryResult<Vec<FeedRow>> {
    let both = [place.pair().low().0, place.pair().high().0];
    let query = feeds::table.filter(feeds::user_id.eq_any(both)).order(feeds::user_id).select(FEED);
    match connection {
        AnyConnection::Sqlite(c) => query.load(c),
        AnyConnection::Mysql(c) => query.for_update().load(c),
    }
}

/// Puts "read up to here" among a user's events.
fn take_place<E>(
    connection: &mut AnyConnection,
    feeds: &mut [FeedRow],
    reader: UserId,
    user: UserId,
    peer: UserId,
    seq: i64,
) -> Result<i64, UnitError<E>> {
    let feed = feeds.iter_mut().find(|feed| feed.user_id == user.0).ok_or(diesel::result::Error::NotFound)?;
    feed.last_pos += 1;
    diesel::update(feeds::table.find(user.0)).set(feeds::last_pos.eq(feed.last_pos)).execute(connection)?;
    let event = NewEvent {
        user_id: user.0,
        pos: feed.last_pos,
        kind: READ,
        peer_id: peer.0,
        actor_id: reader.0,
        seq,
        happened_at: SystemClock.now().as_micros(),
    };
    diesel::insert_into(events::table).values(event).execute(connection)?;
    Ok(feed.last_pos)
}
