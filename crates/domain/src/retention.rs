//! Deleting what is older than messages are kept.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Action, Actor};
use crate::ports::StoreError;
use crate::ports::audit::AuditStore;
use crate::ports::retention::{ConversationId, RetentionStore, Swept};
use crate::time::{Clock, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Deletes old messages, a few at a time.
#[derive(Clone)]
pub struct Retention {
    store: Arc<dyn RetentionStore>,
    log: Arc<dyn AuditStore>,
    clock: Arc<dyn Clock>,
}

/// A walk over all conversations.
pub struct Round {
    store: Arc<dyn RetentionStore>,
    log: Arc<dyn AuditStore>,
    clock: Arc<dyn Clock>,
    days: u32,
    before: Timestamp,
    deleted: i64,
    /// How many of them the log tells of.
    logged: i64,
    next: Option<ConversationId>,
}

impl Retention {
    /// A service over the given stores.
    pub fn new(store: Arc<dyn RetentionStore>, log: Arc<dyn AuditStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, log, clock }
    }

    /// Begins with what is older than so many days.
    pub fn older_than(&self, days: u32) -> Round {
        Round {
            store: self.store.clone(),
            log: self.log.clone(),
            clock: self.clock.clone(),
            days,
            before: self.clock.now().before(DAY * days),
            deleted: 0,
            logged: 0,
            next: Some(ConversationId::default()),
        }
    }
}

impl Round {
    /// Deletes some messages. Gives how many; nothing: there are no more. With the last of them the log says how many there
    /// were, if there were any.
    pub async fn sweep(&mut self) -> Result<Option<i64>, StoreError> {
        let Some(after) = self.next else { return Ok(None) };
        let swept = self.store.sweep(self.before, after).await?;
        self.deleted += swept.messages;
        let some = self.go_on(swept);
        if self.next.is_none() {
            self.finish().await?;
        }
        Ok(Some(some))
    }

    /// Says in the log how many messages were deleted, if it does not say so yet. For whoever goes no further.
    pub async fn finish(&mut self) -> Result<(), StoreError> {
        let news = self.deleted - self.logged;
        if news > 0 {
            let entry = Actor::command_line(self.clock.now()).did(Action::RetentionRun, 0);
            self.log.write(entry.with("days", i64::from(self.days)).with("messages", news)).await?;
            self.logged = self.deleted;
        }
        Ok(())
    }

    /// How many messages were deleted.
    pub fn deleted(&self) -> i64 {
        self.deleted
    }

    /// Counts some of those that would be deleted. Gives how many; nothing: there are no more.
    pub async fn count(&mut self) -> Result<Option<i64>, StoreError> {
        let Some(after) = self.next else { return Ok(None) };
        let swept = self.store.count_old(self.before, after).await?;
        Ok(Some(self.go_on(swept)))
    }

    fn go_on(&mut self, swept: Swept) -> i64 {
        self.next = swept.next;
        swept.messages
    }
}
