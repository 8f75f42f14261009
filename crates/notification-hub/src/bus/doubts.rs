//! Why a connection should be thrown away.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::link::LinkError;

/// The first of the reasons that anybody found, for the one who waits for it.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    first: Mutex<Option<LinkError>>,
    raised: Notify,
}

impl Doubts {
    pub(super) fn raise(&self, error: LinkError) {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.raised.notify_one();
    }

    /// Resolves when there is a reason.
    pub(super) async fn first(&self) -> LinkError {
        loop {
            if let Some(error) = self.first.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return error;
            }
            self.raised.notified().await;
        }
    }
}
