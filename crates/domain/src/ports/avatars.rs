//! Making and keeping people's pictures.

use async_trait::async_trait;
use thiserror::Error;

use crate::avatar::Avatar;
use crate::ports::StoreError;
use crate::user::UserId;

/// Why no avatar was made of what somebody sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PictureError {
    /// It is no picture of a kind that is taken, or a broken one.
    #[error("Upload a valid image. The file you uploaded was either not an image or a corrupted image.")]
    Unreadable,
    /// It has more than [`PictureError::MEGAPIXELS`] million pixels, or needs as much memory as that many usually do.
    #[error("Upload a valid image. It may have at most 40 megapixels.")]
    TooLarge,
    /// Too many pictures are being worked on.
    #[error("too many pictures at once")]
    Busy,
}

impl PictureError {
    /// The most pixels that a picture may have, in millions.
    pub const MEGAPIXELS: u64 = 40;
}

/// Makes avatars, off the threads that serve requests and only so many at once.
#[async_trait]
pub trait AvatarMaker: Send + Sync {
    /// Makes an avatar of a PNG, JPEG, WebP or GIF file: its middle, the right way up, without anything else that the file
    /// says.
    async fn make(&self, picture: Vec<u8>) -> Result<Avatar, PictureError>;
}

/// Keeps one picture for each person who has one.
#[async_trait]
pub trait AvatarStore: Send + Sync {
    /// Keeps an active person's picture in place of the one before, and shows its version with the person from now on.
    /// `false`: there is no such person.
    async fn put(&self, user: UserId, avatar: Avatar) -> Result<bool, StoreError>;

    /// Forgets a person's picture.
    async fn remove(&self, user: UserId) -> Result<(), StoreError>;

    /// The picture of the person with exactly this name, if they have one.
    async fn of(&self, username: &str) -> Result<Option<Avatar>, StoreError>;
}
