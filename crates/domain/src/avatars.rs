//! Changing and seeing people's pictures.

use std::sync::Arc;

use thiserror::Error;

use crate::avatar::Avatar;
use crate::ports::StoreError;
use crate::ports::avatars::{AvatarMaker, AvatarStore, PictureError};
use crate::user::{Identity, UserId};

/// Why somebody's picture was not replaced.
#[derive(Debug, Error)]
pub enum AvatarError {
    /// No avatar could be made of it.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The person is gone.
    #[error("no such user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The pictures of people.
#[derive(Clone)]
pub struct Avatars {
    store: Arc<dyn AvatarStore>,
    maker: Arc<dyn AvatarMaker>,
}

impl Avatars {
    /// A service over the given store and maker.
    pub fn new(store: Arc<dyn AvatarStore>, maker: Arc<dyn AvatarMaker>) -> Self {
        Self { store, maker }
    }

    /// Replaces my picture by one that is made of the given file.
    pub async fn replace(&self, me: &Identity, picture: Vec<u8>) -> Result<(), AvatarError> {
        let avatar = self.maker.make(picture).await?;
        if self.store.put(me.id, avatar).await? { Ok(()) } else { Err(AvatarError::NoSuchUser) }
    }

    /// Removes somebody's picture, if there is one.
    pub async fn remove(&self, user: UserId) -> Result<(), StoreError> {
        self.store.remove(user).await
    }

    /// The picture of the person with exactly this name.
    pub async fn of(&self, username: &str) -> Result<Option<Avatar>, StoreError> {
        self.store.of(username).await
    }
}
