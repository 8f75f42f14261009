//! Blocking people, and what follows from it.

use std::sync::Arc;

use thiserror::Error;

use crate::ports::StoreError;
use crate::ports::blocks::{AddBlockError, BlockStore};
use crate::ports::notifications::{Notifier, Whisper};
use crate::ports::users::UserStore;
use crate::time::Clock;
use crate::user::{Identity, User, UserId};

/// Why somebody is not blocked.
#[derive(Debug, Error)]
pub enum BlockError {
    /// Nobody has that name.
    #[error("no such user")]
    NoSuchUser,
    /// It is oneself.
    #[error("You cannot block yourself.")]
    Oneself,
    /// One blocks as many as one may.
    #[error("You block as many people as one may. Unblock somebody first.")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps people apart who do not want to meet: neither can write to the other, nor see whether the other is there.
#[derive(Clone)]
pub struct Blocking {
    users: Arc<dyn UserStore>,
    blocks: Arc<dyn BlockStore>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
}

impl Blocking {
    /// A service over the given stores.
    pub fn new(
        users: Arc<dyn UserStore>,
        blocks: Arc<dyn BlockStore>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { users, blocks, notifier, clock }
    }

    /// `me` blocks whoever has that name. Once more is as good as once.
    pub async fn block(&self, me: &Identity, username: &str) -> Result<(), BlockError> {
        let peer = self.users.identify(username).await?.ok_or(BlockError::NoSuchUser)?;
        if peer.id == me.id {
            return Err(BlockError::Oneself);
        }
        let news = self.blocks.add(me.id, peer.id, self.clock.now()).await.map_err(|error| match error {
            AddBlockError::TooMany => BlockError::TooMany,
            AddBlockError::NoSuchUser => BlockError::NoSuchUser,
            AddBlockError::Store(error) => BlockError::Store(error),
        })?;
        if news {
            self.tell(me.id, peer.id);
        }
        Ok(())
    }

    /// `me` takes a block back. Gives whether anybody has that name.
    pub async fn unblock(&self, me: &Identity, username: &str) -> Result<bool, StoreError> {
        let Some(peer) = self.users.identify(username).await? else { return Ok(false) };
        if self.blocks.remove(me.id, peer.id).await? {
            self.tell(me.id, peer.id);
        }
        Ok(true)
    }

    /// Whom `me` blocks, in the order of their usernames.
    pub async fn blocked(&self, me: &Identity) -> Result<Vec<User>, StoreError> {
        self.blocks.list(me.id).await
    }

    /// Both people's connections decide anew whom they follow.
    fn tell(&self, one: UserId, other: UserId) {
        for user in [one, other] {
            self.notifier.whisper(user, Whisper::SharingChanged);
        }
    }
}
