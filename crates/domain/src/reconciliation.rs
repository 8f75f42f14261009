//! Comparing what connections believe with what the store says, at a slow beat.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ports::StoreError;
use crate::ports::events::EventStore;
use crate::ports::notifications::{EventFeed, Notifier, Whisper};
use crate::ports::sessions::SessionStore;
use crate::session::{Lifetime, SessionId};
use crate::time::Clock;
use crate::user::UserId;

/// How many rows one query of a round asks for.
const CHUNK: usize = 500;

/// Finds what no notification told: events that another process committed, and sessions that another process ended.
/// A lost wake-up therefore costs time, never a message.
#[derive(Clone)]
pub struct Reconciliation {
    events: Arc<dyn EventStore>,
    sessions: Arc<dyn SessionStore>,
    feed: Arc<dyn EventFeed>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    lifetime: Lifetime,
}

impl Reconciliation {
    /// A service over the given stores and the local connections.
    pub fn new(
        events: Arc<dyn EventStore>,
        sessions: Arc<dyn SessionStore>,
        feed: Arc<dyn EventFeed>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
        lifetime: Lifetime,
    ) -> Self {
        Self { events, sessions, feed, notifier, clock, lifetime }
    }

    /// One round over everyone who is connected here.
    pub async fn round(&self) -> Result<(), StoreError> {
        self.compare_positions().await?;
        self.end_sessions().await
    }

    async fn compare_positions(&self) -> Result<(), StoreError> {
        for users in self.feed.connected_users().chunks(CHUNK) {
            for (user, latest) in self.events.latest_of(users.to_vec()).await? {
                self.notifier.whisper(user, Whisper::Latest(latest));
            }
        }
        Ok(())
    }

    async fn end_sessions(&self) -> Result<(), StoreError> {
        let connected = self.feed.connected_sessions();
        let owners: HashMap<SessionId, UserId> = connected.iter().map(|(user, session)| (*session, *user)).collect();
        let ids: Vec<SessionId> = owners.keys().copied().collect();
        for ids in ids.chunks(CHUNK) {
            let ended = self.sessions.ended_among(ids.to_vec(), self.clock.now(), self.lifetime).await?;
            for session in ended {
                if let Some(user) = owners.get(&session) {
                    self.notifier.whisper(*user, Whisper::SessionsEnded(vec![session]));
                }
            }
        }
        Ok(())
    }
}
