//! Comparing what connections believe with what the store says, at a slow beat.

use std::collections::HashMap;
use std::sync::Arc;

use crate::credential::Credential;
use crate::ports::StoreError;
use crate::ports::events::EventStore;
use crate::ports::notifications::{EventFeed, Notifier, Whisper};
use crate::ports::sessions::SessionStore;
use crate::ports::tokens::TokenStore;
use crate::session::{Lifetime, SessionId};
use crate::time::Clock;
use crate::token::TokenId;
use crate::user::UserId;

/// How many rows one query of a round asks for.
const CHUNK: usize = 500;

/// Finds what no notification told: events that another process committed, sessions and
/// tokens that another process ended, and those that expired.
/// A lost wake-up therefore costs time, never a message.
#[derive(Clone)]
pub struct Reconciliation {
    events: Arc<dyn EventStore>,
    sessions: Arc<dyn SessionStore>,
    tokens: Arc<dyn TokenStore>,
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
        tokens: Arc<dyn TokenStore>,
        feed: Arc<dyn EventFeed>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
        lifetime: Lifetime,
    ) -> Self {
        Self { events, sessions, tokens, feed, notifier, clock, lifetime }
    }

    /// One round over everyone who is connected here.
    pub async fn round(&self) -> Result<(), StoreError> {
        self.compare_positions().await?;
        self.end_what_is_over().await
    }

    async fn compare_positions(&self) -> Result<(), StoreError> {
        for users in self.feed.connected_users().chunks(CHUNK) {
            for (user, latest) in self.events.latest_of(users.to_vec()).await? {
                self.notifier.whisper(user, Whisper::Latest(latest));
            }
        }
        Ok(())
    }

    async fn end_what_is_over(&self) -> Result<(), StoreError> {
        let connected = self.feed.connected_credentials();
        let owners: HashMap<Credential, UserId> = connected.iter().map(|(user, own)| (*own, *user)).collect();
        let tell = |ended: Credential| {
            if let Some(user) = owners.get(&ended) {
                self.notifier.whisper(*user, Whisper::CredentialsEnded(vec![ended]));
            }
        };
        let now = self.clock.now();
        let sessions: Vec<SessionId> = owners.keys().filter_map(|own| own.session()).collect();
        for ids in sessions.chunks(CHUNK) {
            let ended = self.sessions.ended_among(ids.to_vec(), now, self.lifetime).await?;
            ended.into_iter().map(Credential::Session).for_each(tell);
        }
        let tokens: Vec<TokenId> = owners.keys().filter_map(|own| own.token()).collect();
        for ids in tokens.chunks(CHUNK) {
            let ended = self.tokens.ended_among(ids.to_vec(), now).await?;
            ended.into_iter().map(Credential::Token).for_each(tell);
        }
        Ok(())
    }
}
