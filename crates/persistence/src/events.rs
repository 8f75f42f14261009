//! The store of events: a union of the messages' own places and of a table for everything else.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::event::{Change, Epoch, Event, Pos};
use chatapp_domain::message::{IdempotencyKey, MessageId, Seq};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::events::{EventStore, Following};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{UserId, Username};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::error::UnitError;
use crate::rows::{FEED, FeedRow};
use crate::schema::{events, feeds, messages, settings, users};

/// The kind of an event that says how far somebody has read.
pub(crate) const READ: i16 = 1;

/// The kind of an event that says that a message was deleted.
pub(crate) const DELETE: i16 = 2;

/// How many old events one transaction forgets.
const PURGE_AT_ONCE: i64 = 500;

#[derive(Insertable)]
#[diesel(table_name = events)]
pub(crate) struct NewEvent {
    pub(crate) user_id: i64,
    pub(crate) pos: i64,
    pub(crate) kind: i16,
    pub(crate) peer_id: i64,
    pub(crate) actor_id: i64,
    pub(crate) seq: i64,
    pub(crate) happened_at: i64,
    pub(crate) message_id: Option<i64>,
}

impl Database {
    /// The store of events.
    pub fn events(&self) -> Arc<dyn EventStore> {
        Arc::new(Events { database: self.clone(), epoch: tokio::sync::OnceCell::new() })
    }
}

struct Events {
    database: Database,
    /// A restore happens while no server runs, so the epoch lasts as long as the process.
    epoch: tokio::sync::OnceCell<Epoch>,
}

#[async_trait]
impl EventStore for Events {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        let read = || async {
            let value = self
                .database
                .read(|connection| settings::table.find("epoch").select(settings::value).first::<String>(connection));
            value.await.map(Epoch)
        };
        self.epoch.get_or_try_init(read).await.cloned()
    }

    async fn latest(&self, user: UserId) -> Result<Pos, StoreError> {
        let latest = self.database.look_up(move |connection| {
            let query = feeds::table.find(user.0).select(feeds::last_pos);
            on_engine!(connection, c => query.first::<i64>(c)).optional()
        });
        let latest = latest.await?.unwrap_or_default();
        self.database.settled().await?;
        Ok(Pos(latest))
    }

    async fn latest_of(&self, users: Vec<UserId>) -> Result<Vec<(UserId, Pos)>, StoreError> {
        let wanted: Vec<i64> = users.into_iter().map(|user| user.0).collect();
        let rows = self.database.read(move |connection| {
            feeds::table
                .filter(feeds::user_id.eq_any(wanted).and(feeds::last_pos.gt(0)))
                .select((feeds::user_id, feeds::last_pos))
                .load::<(i64, i64)>(connection)
        });
        let rows = rows.await?;
        self.database.settled().await?;
        Ok(rows.into_iter().map(|(user, pos)| (UserId(user), Pos(pos))).collect())
    }

    async fn after(&self, user: UserId, after: Pos, limit: i64) -> Result<Following, StoreError> {
        let following = self.database.look_up(move |connection| following(connection, user.0, after.0, limit)).await?;
        if let Following::Events { events, .. } = &following {
            self.database.memory().messages.heed_all(events);
        }
        self.database.settled().await?;
        Ok(following)
    }

    async fn position_of(&self, user: UserId, message: MessageId) -> Result<Option<Pos>, StoreError> {
        let found = self.database.look_up(move |connection| {
            messages::table
                .find(message.0)
                .select((messages::sender_id, messages::sender_pos, messages::recipient_id, messages::recipient_pos))
                .first::<(i64, i64, i64, i64)>(connection)
                .optional()
        });
        Ok(found.await?.and_then(|(sender, sender_pos, recipient, recipient_pos)| match user.0 {
            id if id == sender => Some(Pos(sender_pos)),
            id if id == recipient => Some(Pos(recipient_pos)),
            _ => None,
        }))
    }

    async fn purge(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut purged = 0;
        loop {
            let chunk = self.database.write::<_, Never>(move |c| forget(c, before.as_micros()), |_| ()).await?;
            purged += chunk;
            if chunk == 0 {
                return Ok(purged);
            }
        }
    }
}

fn following(connection: &mut AnyConnection, user: i64, after: i64, limit: i64) -> QueryResult<Following> {
    let query = feeds::table.find(user).select(FEED);
    let Some(feed) = on_engine!(connection, c => query.first::<FeedRow>(c)).optional()? else {
        return Ok(Following::Gone { latest: Pos(0) });
    };
    let latest = Pos(feed.last_pos);
    if after > feed.last_pos || after < feed.forgotten_pos {
        return Ok(Following::Gone { latest });
    }
    if after == feed.last_pos {
        return Ok(Following::Events { events: Vec::new(), latest });
    }
    // Places are dense, so the next so many end here. None of them is past the one that was the latest before, and
    // whatever has a smaller one was committed by then: none can be missing, without a transaction around the queries.
    let to = feed.last_pos.min(after.saturating_add(limit));
    let mut found = sent(connection, user, after, to)?;
    found.extend(received(connection, user, after, to)?);
    found.extend(others(connection, user, after, to)?);
    // A note to oneself was both sent and received. What was sent knows its key, and must stay the first of the two.
    found.sort_by_key(|event| event.pos);
    found.dedup_by_key(|event| event.pos);
    Ok(Following::Events { events: found, latest })
}

type Place = (i64, i64, i64, Option<String>, String);

fn message_event((pos, id, seq, key, peer): Place) -> Event {
    let key = key.map(IdempotencyKey::from_store);
    Event {
        pos: Pos(pos),
        peer: Username::from_store(peer),
        change: Change::Message { id: MessageId(id), seq: Seq(seq), key },
    }
}

fn sent(connection: &mut AnyConnection, user: i64, after: i64, to: i64) -> QueryResult<Vec<Event>> {
    let query = messages::table
        .inner_join(users::table.on(users::id.eq(messages::recipient_id)))
        .filter(messages::sender_id.eq(user).and(messages::sender_pos.gt(after)).and(messages::sender_pos.le(to)))
        .order(messages::sender_pos)
        .select((messages::sender_pos, messages::id, messages::seq, messages::client_key, users::username));
    let places: Vec<Place> = on_engine!(connection, c => query.load(c))?;
    Ok(places.into_iter().map(message_event).collect())
}

fn received(connection: &mut AnyConnection, user: i64, after: i64, to: i64) -> QueryResult<Vec<Event>> {
    let query = messages::table
        .inner_join(users::table.on(users::id.eq(messages::sender_id)))
        .filter(
            messages::recipient_id.eq(user).and(messages::recipient_pos.gt(after)).and(messages::recipient_pos.le(to)),
        )
        .order(messages::recipient_pos)
        .select((messages::recipient_pos, messages::id, messages::seq, users::username));
    let places: Vec<(i64, i64, i64, String)> = on_engine!(connection, c => query.load(c))?;
    Ok(places.into_iter().map(|(pos, id, seq, peer)| message_event((pos, id, seq, None, peer))).collect())
}

fn others(connection: &mut AnyConnection, user: i64, after: i64, to: i64) -> QueryResult<Vec<Event>> {
    let (peers, actors) = diesel::alias!(users as peers, users as actors);
    let query = events::table
        .inner_join(peers.on(peers.field(users::id).eq(events::peer_id)))
        .inner_join(actors.on(actors.field(users::id).eq(events::actor_id)))
        .filter(events::user_id.eq(user).and(events::pos.gt(after)).and(events::pos.le(to)))
        .order(events::pos)
        .select((
            (events::pos, events::seq, events::message_id),
            peers.field(users::username),
            actors.field(users::username),
        ));
    let rows: Vec<(Other, String, String)> = on_engine!(connection, c => query.load(c))?;
    Ok(rows.into_iter().map(|(other, peer, actor)| other.between(peer, actor)).collect())
}

/// An event with a row of its own.
#[derive(Queryable)]
struct Other {
    pos: i64,
    seq: i64,
    message_id: Option<i64>,
}

impl Other {
    fn between(self, peer: String, actor: String) -> Event {
        let seq = Seq(self.seq);
        let change = match self.message_id {
            Some(id) => Change::Delete { id: MessageId(id), seq },
            None => Change::Read { reader: Username::from_store(actor), seq },
        };
        Event { pos: Pos(self.pos), peer: Username::from_store(peer), change }
    }
}

/// Forgets some of the events from before a time, and notes for each user up to where.
fn forget<E>(connection: &mut AnyConnection, before: i64) -> Result<usize, UnitError<E>> {
    let old: Vec<(i64, i64)> = events::table
        .filter(events::happened_at.lt(before))
        .order(events::happened_at)
        .limit(PURGE_AT_ONCE)
        .select((events::user_id, events::pos))
        .load(connection)?;
    let mut forgotten: HashMap<i64, i64> = HashMap::new();
    for (user, pos) in &old {
        diesel::delete(events::table.find((*user, *pos))).execute(connection)?;
        let latest = forgotten.entry(*user).or_default();
        *latest = (*latest).max(*pos);
    }
    let mut users: Vec<(i64, i64)> = forgotten.into_iter().collect();
    users.sort_unstable();
    for (user, pos) in users {
        let feed = feeds::table.filter(feeds::user_id.eq(user).and(feeds::forgotten_pos.lt(pos)));
        diesel::update(feed).set(feeds::forgotten_pos.eq(pos)).execute(connection)?;
    }
    Ok(old.len())
}

#[cfg(test)]
mod tests;
