//! The store of conversations.

mod listing;

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::conversation::{Conversation, Participation};
use chatapp_domain::event::Pos;
use chatapp_domain::message::Seq;
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::conversations::{AfterDelivered, AfterRead, ConversationStore, ReadMoved};
use chatapp_domain::privacy::Privacy;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::user::{Identity, User, UserId};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::error::UnitError;
use crate::events::{NewEvent, READ};
use crate::rows::{
    CONVERSATION, ConversationRow, FeedRow, MESSAGE, MessageRow, USER, UserRow, is_newest_message, lock_feeds,
};
use crate::schema::{conversations, deletions, events, feeds, messages, users};

impl Database {
    /// The store of conversations.
    pub fn conversations(&self) -> Arc<dyn ConversationStore> {
        Arc::new(Conversations(self.clone()))
    }
}

struct Conversations(Database);

impl Conversations {
    /// What notes, after the commit, whose events a read mark has moved.
    fn took_for_mark(&self, place: &Participation) -> impl FnOnce(&ReadMoved) + use<> {
        let (reader, peer, own_places) = (place.me().id, place.peer().id, self.0.own_places());
        move |moved| {
            own_places.note(reader, moved.reader_pos);
            if let Some(pos) = moved.peer_pos {
                own_places.note(peer, pos);
            }
        }
    }
}

#[async_trait]
impl ConversationStore for Conversations {
    async fn list(&self, me: &Identity, before: Option<Pos>, size: PageSize) -> Result<Vec<Conversation>, StoreError> {
        let (me, before) = (me.clone(), before.map_or(i64::MAX, |pos| pos.0));
        let reader = me.clone();
        if before == i64::MAX
            && let Some(page) = self.0.look_up(move |connection| listing::first_page(connection, &reader, size)).await?
        {
            return Ok(page);
        }
        self.0.read(move |connection| listing::list(connection, &me, before, size)).await
    }

    async fn find(&self, place: &Participation) -> Result<Option<Conversation>, StoreError> {
        let place = place.clone();
        self.0.look_up(move |connection| find(connection, &place)).await
    }

    async fn mark_read(
        &self,
        place: &Participation,
        seq: Seq,
        then: AfterRead,
    ) -> Result<Option<Conversation>, StoreError> {
        let (place, took) = (place.clone(), self.took_for_mark(place));
        let marked = self.0.write::<_, Never>(
            move |connection| {
                let moved = move_forward(connection, &place, seq.0)?;
                Ok((find(connection, &place)?, moved))
            },
            move |(_, moved)| {
                if let Some(moved) = moved {
                    took(moved);
                    then(moved);
                }
            },
        );
        Ok(marked.await?.0)
    }

    async fn mark_delivered(&self, place: &Participation, seq: Seq, then: AfterDelivered) -> Result<bool, StoreError> {
        let place = place.clone();
        // Sends wait for each other's writes, so they only wait for this one if there is something to write.
        let Some(receipt) = self.0.read(move |connection| receipt(connection, &place, seq.0)).await? else {
            return Ok(false);
        };
        if let Receipt::New { told, .. } = receipt {
            let moved = self.0.write_aside::<_, Never>(
                move |connection| Ok(receipt.save(connection)?),
                move |moved| {
                    if let Some(seq) = told.filter(|_| *moved) {
                        then(seq);
                    }
                },
            );
            moved.await?;
        }
        Ok(true)
    }
}

/// A conversation, its newest message, what that row counts, and the other person.
type Row = (ConversationRow, MessageRow, Counts, UserRow);

/// `low_sent`, and the places of the message among its sender's and its recipient's events.
type Counts = (i64, i64, i64);

const COUNTS: (messages::low_sent, messages::sender_pos, messages::recipient_pos) =
    (messages::low_sent, messages::sender_pos, messages::recipient_pos);

/// A conversation with its newest message and the other person, as seen from the given column.
macro_rules! with_newest_message_and_peer {
    ($peer:expr) => {
        conversations::table
            .inner_join(messages::table.on(is_newest_message!()))
            .inner_join(users::table.on(users::id.eq($peer)))
            .select((CONVERSATION, MESSAGE, COUNTS, USER))
    };
}
use with_newest_message_and_peer;

fn find(connection: &mut AnyConnection, place: &Participation) -> QueryResult<Option<Conversation>> {
    let (low, high) = (place.pair().low(), place.pair().high());
    let is_this = conversations::low_id.eq(low.0).and(conversations::high_id.eq(high.0));
    let row: Option<Row> = if place.me().id == low {
        let query = with_newest_message_and_peer!(conversations::high_id).filter(is_this);
        on_engine!(connection, c => query.first(c)).optional()?
    } else {
        let query = with_newest_message_and_peer!(conversations::low_id).filter(is_this);
        on_engine!(connection, c => query.first(c)).optional()?
    };
    let Some(row) = row else { return Ok(None) };
    let mine = privacy(connection, place.me().id)?;
    Ok(Some(seen_by(place.me(), mine, row)))
}

/// What somebody shares.
fn privacy(connection: &mut AnyConnection, user: UserId) -> QueryResult<Privacy> {
    let query = users::table.find(user.0).select((users::receipts, users::presence));
    let found: Option<(bool, bool)> = on_engine!(connection, c => query.first(c)).optional()?;
    Ok(found.map_or(Privacy::OPEN, |(receipts, presence)| Privacy { receipts, presence }))
}

/// Whether both people see up to where the other has received and read.
fn share_receipts(connection: &mut AnyConnection, place: &Participation) -> QueryResult<bool> {
    if place.is_with_oneself() {
        return Ok(true);
    }
    let (mine, theirs) = (privacy(connection, place.me().id)?, privacy(connection, place.peer().id)?);
    Ok(mine.share_receipts(theirs))
}

fn seen_by(
    me: &Identity,
    mine: Privacy,
    (row, last_message, (low_sent, sender_pos, recipient_pos), peer): Row,
) -> Conversation {
    let peer = User::from(peer);
    let low_is_me = row.low_id == me.id.0;
    let activity = if last_message.sender_id == me.id.0 { sender_pos } else { recipient_pos };
    let to_oneself = row.low_id == row.high_id;
    let (low, high) = (Reach::of_low(&row), Reach::of_high(&row));
    let (own, theirs) = if low_is_me { (low, if to_oneself { low } else { high }) } else { (high, low) };
    let shown = if to_oneself || mine.share_receipts(peer.privacy) { theirs } else { Reach::default() };
    let last_seq = Seq(last_message.seq);
    let unread = match low_is_me {
        _ if to_oneself => 0,
        true => last_seq.0 - low_sent - row.low_read_count,
        false => low_sent - row.high_read_count,
    };
    Conversation {
        last_message: last_message.between(me, &peer.identity()),
        last_seq,
        read_seq: Seq(own.read),
        peer_read_seq: Seq(shown.read),
        peer_delivered_seq: Seq(shown.delivered),
        unread,
        activity: Pos(activity),
        peer,
    }
}

/// Up to where somebody has read and received. What was read was received.
#[derive(Clone, Copy, Default)]
struct Reach {
    read: i64,
    delivered: i64,
}

impl Reach {
    fn of_low(row: &ConversationRow) -> Self {
        Self { read: row.low_read_seq, delivered: row.low_delivered_seq.max(row.low_read_seq) }
    }

    fn of_high(row: &ConversationRow) -> Self {
        Self { read: row.high_read_seq, delivered: row.high_delivered_seq.max(row.high_read_seq) }
    }
}

/// Where a conversation stands; nothing if nothing was said in it.
fn standing(connection: &mut AnyConnection, place: &Participation) -> QueryResult<Option<(ConversationRow, i64)>> {
    let (low, high) = (place.pair().low(), place.pair().high());
    let query = conversations::table
        .inner_join(messages::table.on(is_newest_message!()))
        .filter(conversations::low_id.eq(low.0).and(conversations::high_id.eq(high.0)))
        .select((CONVERSATION, messages::seq));
    on_engine!(connection, c => query.first(c)).optional()
}

/// Something that was received.
#[derive(Clone, Copy)]
enum Receipt {
    /// It was said before, or follows from what was read.
    Known,
    /// Up to a place, in a conversation, by the lower or the higher of the two; and what to tell the other.
    New { conversation: i64, by_low: bool, seq: i64, told: Option<Seq> },
}

/// What it means that somebody received up to a place; nothing if nothing was said there.
fn receipt(connection: &mut AnyConnection, place: &Participation, seq: i64) -> QueryResult<Option<Receipt>> {
    let Some((row, last_seq)) = standing(connection, place)? else { return Ok(None) };
    let by_low = place.me().id == place.pair().low();
    let reach = if by_low { Reach::of_low(&row) } else { Reach::of_high(&row) };
    let seq = seq.min(last_seq);
    if seq <= reach.delivered {
        return Ok(Some(Receipt::Known));
    }
    let told = !place.is_with_oneself() && share_receipts(connection, place)?;
    Ok(Some(Receipt::New { conversation: row.id, by_low, seq, told: told.then_some(Seq(seq)) }))
}

impl Receipt {
    /// Whether it moved the position, which another one may have moved further meanwhile.
    fn save(self, connection: &mut AnyConnection) -> QueryResult<bool> {
        let Self::New { conversation, by_low, seq, .. } = self else { return Ok(false) };
        let this = conversations::table.filter(conversations::id.eq(conversation));
        let moved = if by_low {
            let column = conversations::low_delivered_seq;
            diesel::update(this.filter(column.lt(seq))).set(column.eq(seq)).execute(connection)?
        } else {
            let column = conversations::high_delivered_seq;
            diesel::update(this.filter(column.lt(seq))).set(column.eq(seq)).execute(connection)?
        };
        Ok(moved > 0)
    }
}

/// Moves a read position; `None` if it does not go forward.
fn move_forward<E>(
    connection: &mut AnyConnection,
    place: &Participation,
    seq: i64,
) -> Result<Option<ReadMoved>, UnitError<E>> {
    let mut feeds = lock_feeds(connection, place.pair())?;
    let Some((row, last_seq)) = standing(connection, place)? else { return Ok(None) };
    let i_am_low = place.me().id == place.pair().low();
    let target = seq.min(last_seq);
    if target <= if i_am_low { row.low_read_seq } else { row.high_read_seq } {
        return Ok(None);
    }
    let low_sent: i64 = messages::table
        .filter(messages::conversation_id.eq(row.id).and(messages::seq.eq(target)))
        .select(messages::low_sent)
        .first(connection)?;
    // What was deleted is never to be read: it counts as if it were.
    let deleted = deleted_after(connection, row.id, target, !i_am_low)?;
    let this = diesel::update(conversations::table.find(row.id));
    if i_am_low {
        let count = target - low_sent + deleted;
        let read = (conversations::low_read_seq.eq(target), conversations::low_read_count.eq(count));
        this.set(read).execute(connection)?;
    } else {
        let count = low_sent + deleted;
        let read = (conversations::high_read_seq.eq(target), conversations::high_read_count.eq(count));
        this.set(read).execute(connection)?;
    }
    let peer_is_there = feeds.iter().any(|feed| feed.user_id == place.peer().id.0);
    let shared = peer_is_there && share_receipts(connection, place)?;
    let mut place_in =
        |user: UserId, peer: UserId| take_place(connection, &mut feeds, place.me().id, user, peer, target);
    let reader_pos = place_in(place.me().id, place.peer().id)?;
    let peer_pos = match shared {
        _ if place.is_with_oneself() => Some(reader_pos),
        true => Some(place_in(place.peer().id, place.me().id)?),
        false => None,
    };
    Ok(Some(ReadMoved { seq: Seq(target), reader_pos: Pos(reader_pos), peer_pos: peer_pos.map(Pos) }))
}

/// How many of the messages after a place, by the lower or the higher of the two, were deleted.
pub(crate) fn deleted_after(
    connection: &mut AnyConnection,
    conversation: i64,
    seq: i64,
    by_low: bool,
) -> QueryResult<i64> {
    let after = deletions::conversation_id.eq(conversation).and(deletions::seq.gt(seq));
    deletions::table.filter(after.and(deletions::by_low.eq(by_low))).count().get_result(connection)
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
        message_id: None,
    };
    diesel::insert_into(events::table).values(event).execute(connection)?;
    Ok(feed.last_pos)
}
