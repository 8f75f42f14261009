//! All sockets of this process: how many there may be, and telling them that the server stops.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::error::ApiError;
use crate::settings::{SocketSettings, ThrottleSettings};
use crate::throttle;

/// When an address with too many sockets should try again: they end when their clients like.
const FULL_ADDRESS: ApiError = ApiError::Throttled { retry_after: 10 };

/// Counts sockets and ends them.
pub(crate) struct Sockets {
    seats: Arc<Semaphore>,
    all_seats: u32,
    places: Arc<Places>,
    draining: AtomicBool,
    stop: watch::Sender<bool>,
    pub(super) settings: SocketSettings,
}

/// The right to be open. Dropping it makes room for another.
#[derive(Debug)]
pub(super) struct Seat {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

/// How many sockets are open from each address. Never more entries than seats.
#[derive(Debug)]
struct Places {
    most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One socket's part of its address.
#[derive(Debug)]
struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = throttle::network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { places: Arc::clone(self), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
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
    pub(crate) fn new(settings: SocketSettings, throttles: &ThrottleSettings) -> Self {
        // All of them are waited for at once, and that is a `u32`.
        let all_seats = u32::try_from(settings.max_open).unwrap_or(u32::MAX);
        let seats = usize::try_from(all_seats).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let seats = Arc::new(Semaphore::new(seats));
        let most = if throttles.on { throttles.sockets_per_address.max(1) } else { usize::MAX };
        let places = Arc::new(Places { most, open: Mutex::default() });
        let (draining, stop) = (AtomicBool::new(false), watch::Sender::new(false));
        Self { seats, all_seats, places, draining, stop, settings }
    }

    /// A place for one more socket, from that address.
    pub(super) fn take_seat(&self, address: IpAddr) -> Result<Seat, ApiError> {
        if self.is_stopping() {
            return Err(ApiError::BUSY);
        }
        let permit = Arc::clone(&self.seats).try_acquire_owned().map_err(|_| ApiError::BUSY)?;
        let place = self.places.take(address).ok_or(FULL_ADDRESS)?;
        Ok(Seat { _permit: permit, _place: place })
    }

    pub(crate) fn stopping(&self) -> Stopping {
        Stopping(self.stop.subscribe())
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// The server will stop soon.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the server stops, or will soon.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed) || self.is_stopping()
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

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn sockets(max_open: usize) -> Sockets {
        Sockets::new(SocketSettings { max_open, ..SocketSettings::default() }, &ThrottleSettings::default())
    }

    #[tokio::test]
    async fn there_are_only_so_many_seats() {
        let sockets = sockets(1);
        let seat = sockets.take_seat(HERE).unwrap();
        assert!(sockets.take_seat(HERE).is_err());
        drop(seat);
        assert!(sockets.take_seat(HERE).is_ok());
    }

    #[tokio::test]
    async fn each_address_has_only_so_many_of_them() {
        let sockets = sockets(1000);
        let mut seats: Vec<_> = (0..50).map(|_| sockets.take_seat(HERE).unwrap()).collect();
        let refused = sockets.take_seat(HERE).unwrap_err();
        assert!(matches!(refused, ApiError::Throttled { retry_after: 10 }), "{refused}");
        let neighbours = ["2001:db8::1", "2001:db8::2"].map(|address| address.parse::<IpAddr>().unwrap());
        let others: Vec<_> = (0..50).map(|number| sockets.take_seat(neighbours[number % 2]).unwrap()).collect();
        assert!(sockets.take_seat(neighbours[0]).is_err(), "a network of IPv6 is one address");
        seats.pop();
        assert!(sockets.take_seat(HERE).is_ok());
        drop((seats, others));
        assert!(sockets.places.open.lock().unwrap().is_empty(), "nothing is kept of who has gone");
    }

    #[tokio::test]
    async fn nobody_sits_down_while_everybody_is_leaving() {
        let sockets = sockets(10);
        let seat = sockets.take_seat(HERE).unwrap();
        let mut stopping = sockets.stopping();
        sockets.stop();
        stopping.begun().await;
        assert!(sockets.take_seat(HERE).is_err());
        drop(seat);
        sockets.all_closed(Duration::from_secs(60)).await;
    }
}
