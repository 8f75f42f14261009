//! A connection's ear: a stream that leaves the registry when it is dropped.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use chatapp_domain::credential::Credential;
use chatapp_domain::ports::notifications::{Delivery, FeedFull, Subscription, Watched};
use chatapp_domain::user::UserId;
use futures_core::Stream;

use crate::outbox::Outbox;
use crate::registry::Registry;

/// How many people one connection may watch; further ones are ignored.
const WATCHED: usize = 200;

/// One connection of one user.
pub(crate) struct HubSubscription {
    registry: Arc<Registry>,
    user: UserId,
    outbox: Arc<Outbox>,
    watched: Mutex<Vec<UserId>>,
}

impl HubSubscription {
    /// Registers a connection.
    pub(crate) fn open(
        registry: Arc<Registry>,
        user: UserId,
        credential: Option<Credential>,
    ) -> Result<Self, FeedFull> {
        let outbox = registry.join(user, credential)?;
        Ok(Self { registry, user, outbox, watched: Mutex::default() })
    }
}

impl Stream for HubSubscription {
    type Item = Delivery;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.outbox.poll_next(context)
    }
}

impl Subscription for HubSubscription {
    fn watch(&self, users: Vec<Watched>) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let users: Vec<Watched> = users.into_iter().take(WATCHED).collect();
        let kept: HashSet<UserId> = users.iter().map(|user| user.id).collect();
        for gone in watched.drain(..).filter(|user| !kept.contains(user)) {
            self.registry.unwatch(&self.outbox, gone);
        }
        watched.extend(kept);
        for user in users {
            self.registry.watch(&self.outbox, user);
        }
    }
}

impl Drop for HubSubscription {
    fn drop(&mut self) {
        let watched = self.watched.get_mut().unwrap_or_else(PoisonError::into_inner);
        for person in watched.drain(..) {
            self.registry.unwatch(&self.outbox, person);
        }
        self.registry.leave(self.user, &self.outbox);
        self.outbox.close();
    }
}

#[cfg(test)]
mod tests {
    use chatapp_domain::user::Username;

    use super::*;
    use crate::settings::HubSettings;

    fn people(ids: impl Iterator<Item = i64>) -> Vec<Watched> {
        ids.map(|id| Watched { id: UserId(id), username: Username::from_store("somebody") }).collect()
    }

    #[test]
    fn a_dropped_connection_is_held_by_nobody() {
        let registry = Arc::new(Registry::new(HubSettings::default()));
        let subscription = HubSubscription::open(Arc::clone(&registry), UserId(1), None).unwrap();
        subscription.watch(people(0..500));
        subscription.watch(people(100..105));
        subscription.watch(people(103..300));
        let outbox = Arc::downgrade(&subscription.outbox);
        assert!(outbox.strong_count() > 100);
        drop(subscription);
        assert_eq!(outbox.strong_count(), 0);
    }
}
