//! The store of everybody's messages, for those who administer.

mod deleting;
mod listing;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use chatapp_domain::audit::Actor;
use chatapp_domain::calendar::Day;
use chatapp_domain::message::{Message, MessageId};
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::moderation::{AfterDelete, Deletion, Listed, MessageFilter, ModerationStore, Place};
use chatapp_domain::user::{UserId, UsernameKey};
use diesel::prelude::*;

use self::deleting::Outcome;
use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::days::{self, Days};
use crate::messages::by_ids;
use crate::schema::messages;

/// How many of somebody's messages are counted by their days.
const MOST_COUNTED: i64 = 100_000;

impl Database {
    /// The store of everybody's messages.
    pub fn moderation(&self) -> Arc<dyn ModerationStore> {
        Arc::new(Moderation { database: self.clone(), counted: AtomicI64::new(0) })
    }
}

struct Moderation {
    database: Database,
    /// Up to which block the days were looked at in this round.
    counted: AtomicI64,
}

#[async_trait]
impl ModerationStore for Moderation {
    async fn list(&self, filter: MessageFilter, from: Option<Place>, size: PageSize) -> Result<Listed, StoreError> {
        self.database.read(move |connection| listing::list(connection, &filter, from, size)).await
    }

    async fn days(&self, sender: Option<UserId>, recipient: Option<UserId>) -> Result<Vec<(Day, i64)>, StoreError> {
        let days = self.database.read_late(move |connection| match (sender, recipient) {
            (None, None) => Ok(Days::load(connection)?.sums()),
            (sender, recipient) => Ok(days::of_times(times(connection, sender, recipient)?)),
        });
        days.await
    }

    async fn count_ahead(&self) -> Result<bool, StoreError> {
        let from = self.counted.load(Ordering::Relaxed);
        let (rows, next) = self.database.read(move |connection| days::ahead(connection, from)).await?;
        if !rows.is_empty() {
            self.database
                .write_aside::<_, Never>(move |connection| Ok(days::save(connection, &rows)?), |()| ())
                .await?;
        }
        self.counted.store(next.unwrap_or_default(), Ordering::Relaxed);
        Ok(next.is_some())
    }

    async fn is_a_name(&self, prefix: &UsernameKey) -> Result<bool, StoreError> {
        let prefix = prefix.as_str().to_owned();
        self.database.read(move |connection| Ok(listing::next_named(connection, &prefix, "", 1)?.pop().is_some())).await
    }

    async fn find(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.database.read(move |connection| Ok(by_ids(connection, &[id.0])?.pop())).await
    }

    async fn delete(&self, id: MessageId, by: Actor, then: AfterDelete) -> Result<Deletion, StoreError> {
        let database = self.database.clone();
        let outcome = self.database.write::<_, Never>(
            move |connection| Ok(deleting::delete(connection, id, by)?),
            move |outcome| {
                // Also if another node has deleted it before.
                database.memory().messages.forget_all();
                if let Outcome::Done(deleted) = outcome {
                    then(deleted);
                }
            },
        );
        let outcome = outcome.await;
        if outcome.is_err() {
            // Perhaps it was kept, and the answer was lost.
            self.database.memory().messages.forget_all();
        }
        Ok(match outcome? {
            Outcome::Done(_) => Deletion::Done,
            Outcome::Before => Deletion::Before,
            Outcome::NotFound => Deletion::NotFound,
        })
    }
}

/// When the latest messages of one person or of two were sent.
fn times(connection: &mut AnyConnection, sender: Option<UserId>, recipient: Option<UserId>) -> QueryResult<Vec<i64>> {
    match (sender, recipient) {
        (None, None) => Ok(Vec::new()),
        (Some(sender), None) => {
            let sent = messages::table.filter(messages::sender_id.eq(sender.0)).order(messages::sender_pos.desc());
            let query = sent.limit(MOST_COUNTED).select(messages::sent_at);
            on_engine!(connection, c => query.load(c))
        }
        (None, Some(recipient)) => {
            let received = messages::table.filter(messages::recipient_id.eq(recipient.0));
            let query = received.order(messages::recipient_pos.desc()).limit(MOST_COUNTED).select(messages::sent_at);
            on_engine!(connection, c => query.load(c))
        }
        (Some(sender), Some(recipient)) => {
            let Some(conversation) = listing::conversation(connection, sender, recipient)? else {
                return Ok(Vec::new());
            };
            let query = messages::table
                .filter(messages::conversation_id.eq(conversation))
                .order(messages::seq.desc())
                .limit(MOST_COUNTED)
                .select((messages::sender_id, messages::sent_at));
            let rows: Vec<(i64, i64)> = on_engine!(connection, c => query.load(c))?;
            Ok(rows.into_iter().filter(|(from, _)| *from == sender.0).map(|(_, at)| at).collect())
        }
    }
}
