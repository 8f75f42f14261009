//! A maker of avatars that costs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chatapp_domain::avatar::Avatar;
use chatapp_domain::ports::avatars::{AvatarMaker, PictureError};

/// "Makes" an avatar of whatever begins with [`PlainMaker::MARK`] by taking the rest. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct PlainMaker {
    busy: Arc<AtomicBool>,
}

impl PlainMaker {
    /// What its pictures begin with.
    pub const MARK: &str = "picture:";
    /// What begins with this is too large.
    pub const HUGE: &str = "huge:";

    /// From now on it refuses all work, or takes it again.
    pub fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
    }
}

#[async_trait]
impl AvatarMaker for PlainMaker {
    async fn make(&self, picture: Vec<u8>) -> Result<Avatar, PictureError> {
        if self.busy.load(Ordering::SeqCst) {
            return Err(PictureError::Busy);
        }
        if picture.starts_with(Self::HUGE.as_bytes()) {
            return Err(PictureError::TooLarge);
        }
        let rest = picture.strip_prefix(Self::MARK.as_bytes()).ok_or(PictureError::Unreadable)?;
        Ok(Avatar::from_jpeg(rest.to_vec()))
    }
}
