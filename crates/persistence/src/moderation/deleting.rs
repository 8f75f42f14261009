//! Deleting one message: its row stays and keeps every place taken, and says nothing any more.

use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::conversation::Pair;
use chatapp_domain::event::Pos;
use chatapp_domain::message::{Message, MessageBody, MessageId};
use chatapp_domain::ports::moderation::Deleted;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Identity, UserId};
use diesel::prelude::*;

use crate::audit;
use crate::connection::AnyConnection;
use crate::events::{DELETE, NewEvent};
use crate::messages::by_ids;
use crate::rows::{FeedRow, lock_feeds};
use crate::schema::{conversations, deletions, events, feeds, messages};
use crate::search;

/// What became of it.
pub(super) enum Outcome {
    Done(Deleted),
    Before,
    NotFound,
}

/// Where a message stands.
#[derive(Queryable)]
struct Standing {
    conversation: i64,
    seq: i64,
    sender_pos: i64,
    recipient_pos: i64,
}

pub(super) fn delete(connection: &mut AnyConnection, id: MessageId, by: Actor) -> QueryResult<Outcome> {
    let at = by.at;
    let Some(message) = by_ids(connection, &[id.0])?.pop() else { return Ok(Outcome::NotFound) };
    let pair = Pair::of(message.sender.id, message.recipient.id);
    let mut feeds = lock_feeds(connection, pair)?;
    // What was read before the lock may be gone by now.
    let standing: Option<Standing> = messages::table
        .filter(messages::id.eq(id.0).and(messages::body.ne("")))
        .select((messages::conversation_id, messages::seq, messages::sender_pos, messages::recipient_pos))
        .first(connection)
        .optional()?;
    let Some(standing) = standing else { return Ok(Outcome::Before) };
    let nothing = (messages::body.eq(""), messages::client_key.eq(None::<&str>));
    diesel::update(messages::table.find(id.0)).set(nothing).execute(connection)?;
    note(connection, &message, &standing, at)?;
    let places = [(message.sender.id.0, standing.sender_pos), (message.recipient.id.0, standing.recipient_pos)];
    search::forget(connection, &places)?;
    audit::write(connection, &by.did(Action::MessageDelete, id.0))?;
    let (sender, recipient) = (message.sender.clone(), message.recipient.clone());
    let message = Message { body: MessageBody::deleted(), key: None, ..message };
    let sender_pos = take_place(connection, &mut feeds, &message, &sender, &recipient, at)?;
    let recipient_pos = if sender.id == recipient.id {
        sender_pos
    } else {
        take_place(connection, &mut feeds, &message, &recipient, &sender, at)?
    };
    Ok(Outcome::Done(Deleted { message, sender_pos, recipient_pos }))
}

/// Notes the deletion, for whoever counts what is unread: what was not read yet counts as if it were.
fn note(connection: &mut AnyConnection, message: &Message, standing: &Standing, at: Timestamp) -> QueryResult<()> {
    let by_low = message.sender.id <= message.recipient.id;
    let row = (
        deletions::conversation_id.eq(standing.conversation),
        deletions::seq.eq(standing.seq),
        deletions::by_low.eq(by_low),
        deletions::deleted_at.eq(at.as_micros()),
    );
    diesel::insert_into(deletions::table).values(row).execute(connection)?;
    if message.sender.id == message.recipient.id {
        return Ok(());
    }
    let this = conversations::table.filter(conversations::id.eq(standing.conversation));
    if by_low {
        let unread = this.filter(conversations::high_read_seq.lt(standing.seq));
        let count = conversations::high_read_count.eq(conversations::high_read_count + 1);
        diesel::update(unread).set(count).execute(connection)?;
    } else {
        let unread = this.filter(conversations::low_read_seq.lt(standing.seq));
        let count = conversations::low_read_count.eq(conversations::low_read_count + 1);
        diesel::update(unread).set(count).execute(connection)?;
    }
    Ok(())
}

/// Puts the deletion among somebody's events, unless their account is deleted.
fn take_place(
    connection: &mut AnyConnection,
    feeds: &mut [FeedRow],
    message: &Message,
    to: &Identity,
    peer: &Identity,
    at: Timestamp,
) -> QueryResult<Option<Pos>> {
    let Some(feed) = feeds.iter_mut().find(|feed| UserId(feed.user_id) == to.id) else { return Ok(None) };
    feed.last_pos += 1;
    diesel::update(feeds::table.find(to.id.0)).set(feeds::last_pos.eq(feed.last_pos)).execute(connection)?;
    let event = NewEvent {
        user_id: to.id.0,
        pos: feed.last_pos,
        kind: DELETE,
        peer_id: peer.id.0,
        // A version that knows nothing of deletions takes it for the sender's having read their own message.
        actor_id: message.sender.id.0,
        seq: message.seq.0,
        happened_at: at.as_micros(),
        message_id: Some(message.id.0),
    };
    diesel::insert_into(events::table).values(event).execute(connection)?;
    Ok(Some(Pos(feed.last_pos)))
}
