//! All sockets of this process: how many there may be, and telling them that the server stops.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::error::ApiError;
use crate::settings::SocketSettings;

/// Counts sockets and ends them.
pub(crate) struct Sockets {
    seats: Arc<Semaphore>,
    all_seats: u32,
    stop: watch::Sender<bool>,
    pub(super) settings: SocketSettings,
}

/// The right to be open. Dropping it makes room for another.
pub(super) struct Seat {
    _permit: OwnedSemaphorePermit,
}

/// Waits for the server to stop.
#[derive(Clone)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Resolves once the server stops.
    pub(crate) async fn begun(&mut self) {
        // Without a sender the server is gone, which is as good.
        let _ = self.0.wait_for(|stopping| *stopping).await;
    }
}

impl Sockets {
    pub(crate) fn new(settings: SocketSettings) -> Self {
        // All of them are waited for at once, and that is a `u32`.
        let all_seats = u32::try_from(settings.max_open).unwrap_or(u32::MAX);
        let seats = usize::try_from(all_seats).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let seats = Arc::new(Semaphore::new(seats));
        Self { seats, all_seats, stop: watch::Sender::new(false), settings }
    }

    /// A place for one more socket.
    pub(super) fn take_seat(&self) -> Result<Seat, ApiError> {
        if self.is_stopping() {
            return Err(ApiError::BUSY);
        }
        let permit = Arc::clone(&self.seats).try_acquire_owned();
        permit.map(|permit| Seat { _permit: permit }).map_err(|_| ApiError::BUSY)
    }

    pub(crate) fn stopping(&self) -> Stopping {
        Stopping(self.stop.subscribe())
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Tells every socket and long poll that the server stops.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Resolves once every seat is free, or after `patience`.
    pub(crate) async fn all_closed(&self, patience: Duration) {
        let all = self.seats.acquire_many(self.all_seats);
        if tokio::time::timeout(patience, all).await.is_err() {
            log::warn!("some sockets did not close in time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(max_open: usize) -> Sockets {
        Sockets::new(SocketSettings { max_open, ..SocketSettings::default() })
    }

    #[tokio::test]
    async fn there_are_only_so_many_seats() {
        let sockets = sockets(1);
        let seat = sockets.take_seat().unwrap();
        assert!(sockets.take_seat().is_err());
        drop(seat);
        assert!(sockets.take_seat().is_ok());
    }

    #[tokio::test]
    async fn nobody_sits_down_while_everybody_is_leaving() {
        let sockets = sockets(10);
        let seat = sockets.take_seat().unwrap();
        let mut stopping = sockets.stopping();
        sockets.stop();
        stopping.begun().await;
        assert!(sockets.take_seat().is_err());
        drop(seat);
        sockets.all_closed(Duration::from_secs(60)).await;
    }
}
