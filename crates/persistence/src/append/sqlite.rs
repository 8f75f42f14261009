//! The statements of an append on SQLite: one row each, prepared once, since there is no round trip to save.

use std::collections::HashMap;
use std::ops::Range;

use chatapp_domain::conversation::Pair;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use super::{Append, Counters, Earlier, pairs, people};
use crate::rows::{CONVERSATION, ConversationRow, FEED, MESSAGE};
use crate::schema::{conversations, feeds, messages, sequences};

/// The messages that were saved under these drafts' keys before.
pub(super) fn earlier(connection: &mut SqliteConnection, drafts: &[&mut Append]) -> QueryResult<Earlier> {
    let mut earlier = Earlier::new();
    for (sender, key) in drafts.iter().filter_map(|append| append.key()) {
        let found = messages::table
            .filter(messages::sender_id.eq(sender).and(messages::client_key.eq(&key)))
            .select(MESSAGE)
            .first(connection)
            .optional()?;
        if let Some(row) = found {
            earlier.insert((sender, key), row);
        }
    }
    Ok(earlier)
}

/// The counters of everyone concerned; conversations that do not exist yet are made.
pub(super) fn counters(connection: &mut SqliteConnection, drafts: &[&mut Append]) -> QueryResult<Counters> {
    let mut counters = Counters::default();
    for user in people(drafts) {
        let feed = feeds::table.find(user).select(FEED).first(connection).optional()?;
        counters.feeds.extend(feed.map(|feed| (user, feed)));
    }
    let pairs = pairs(drafts, &counters.feeds);
    counters.conversations = HashMap::with_capacity(pairs.len());
    for pair in pairs {
        counters.conversations.insert(pair, conversation(connection, pair)?);
    }
    Ok(counters)
}

fn conversation(connection: &mut SqliteConnection, pair: Pair) -> QueryResult<ConversationRow> {
    let (low, high) = (pair.low().0, pair.high().0);
    let found = conversations::table
        .filter(conversations::low_id.eq(low).and(conversations::high_id.eq(high)))
        .select(CONVERSATION)
        .first(connection)
        .optional()?;
    match found {
        Some(row) => Ok(row),
        None => diesel::insert_into(conversations::table)
            .values((conversations::low_id.eq(low), conversations::high_id.eq(high)))
            .returning(CONVERSATION)
            .get_result(connection),
    }
}

/// Free ids for `wanted` messages.
pub(super) fn take_ids(connection: &mut SqliteConnection, wanted: i64) -> QueryResult<Range<i64>> {
    let next: i64 = diesel::update(sequences::table.find("message"))
        .set(sequences::next.eq(sequences::next + wanted))
        .returning(sequences::next)
        .get_result(connection)?;
    Ok(next - wanted..next)
}

/// Writes the new messages and the counters that they moved.
pub(super) fn save(connection: &mut SqliteConnection, drafts: &[&mut Append], counters: &Counters) -> QueryResult<()> {
    for row in drafts.iter().filter_map(|append| append.row()) {
        diesel::insert_into(messages::table).values(row).execute(connection)?;
    }
    let (moved_feeds, moved_conversations) = counters.moved(drafts);
    for feed in moved_feeds {
        diesel::update(feeds::table.find(feed.user_id))
            .set((feeds::last_pos.eq(feed.last_pos), feeds::message_count.eq(feed.message_count)))
            .execute(connection)?;
    }
    for row in moved_conversations {
        diesel::update(conversations::table.find(row.id))
            .set((
                conversations::last_seq.eq(row.last_seq),
                conversations::last_at.eq(row.last_at),
                conversations::low_sent.eq(row.low_sent),
                conversations::low_pos.eq(row.low_pos),
                conversations::high_pos.eq(row.high_pos),
            ))
            .execute(connection)?;
    }
    Ok(())
}
