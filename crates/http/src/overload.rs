//! How many requests are worked on at once, and for how long. One more is refused before anything of its body is read: a
//! server that takes on more than it can do answers nobody in time.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{HttpMessage, HttpRequest};

use crate::allowance::Allowance;
use crate::error::ApiError;

/// Counts the requests that wait for the server, on all worker threads together.
#[derive(Debug)]
pub(crate) struct Overload {
    most: usize,
    patience: Duration,
    waiting: AtomicUsize,
}

impl Overload {
    /// At most so many, each with so much of the server's time.
    pub(crate) fn new(most: usize, patience: Duration) -> Arc<Self> {
        Arc::new(Self { most, patience, waiting: AtomicUsize::new(0) })
    }

    /// Counts one more request in, or refuses it.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Turn, ApiError> {
        self.enter()?;
        let (counts, allowance) = (Cell::new(true), Allowance::of(self.patience));
        Ok(Turn(Rc::new(Admission { overload: Arc::clone(self), counts, allowance })))
    }

    fn enter(&self) -> Result<(), ApiError> {
        let one_more = |waiting| (waiting < self.most).then_some(waiting + 1);
        let entered = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        entered.map(drop).map_err(|_| ApiError::BUSY)
    }

    fn leave(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An admitted request. While it waits for its own client and not for the server, it does not count, and nor does that time:
/// clients who send slowly, or hold a long poll, take nobody's place.
#[derive(Clone, Debug)]
pub(crate) struct Turn(Rc<Admission>);

#[derive(Debug)]
struct Admission {
    overload: Arc<Overload>,
    counts: Cell<bool>,
    allowance: Allowance,
}

impl Turn {
    /// The turn of a request; none for those that always get one.
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Works until the request's time is over; nothing then.
    pub(crate) async fn spend<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.0.allowance.spend(work).await
    }

    /// Lets a request take what its client sends; refused if too many others wait by then.
    pub(crate) async fn receive<T>(
        turn: Option<Self>,
        body: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        turn.iter().for_each(Self::pause);
        let received = body.await?;
        turn.iter().try_for_each(Self::resume)?;
        Ok(received)
    }

    /// From here on the request waits for its client.
    pub(crate) fn pause(&self) {
        self.0.allowance.pause();
        if self.0.counts.take() {
            self.0.overload.leave();
        }
    }

    /// From here on it waits for the server again; refused if too many do by now.
    pub(crate) fn resume(&self) -> Result<(), ApiError> {
        self.0.allowance.resume();
        if !self.0.counts.get() {
            self.0.overload.enter()?;
            self.0.counts.set(true);
        }
        Ok(())
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if self.counts.get() {
            self.overload.leave();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[test]
    fn one_more_than_the_most_is_refused_until_another_has_gone() {
        let overload = Overload::new(2, PATIENCE);
        let (first, _second) = (overload.admit().unwrap(), overload.admit().unwrap());
        assert!(matches!(overload.admit(), Err(ApiError::Unavailable { retry_after: 1, .. })));
        drop(first);
        assert!(overload.admit().is_ok());
    }

    #[test]
    fn whoever_waits_for_their_client_takes_nobodys_place() {
        let overload = Overload::new(1, PATIENCE);
        let slow = overload.admit().unwrap();
        slow.pause();
        slow.pause();
        let other = overload.admit().unwrap();
        assert!(slow.resume().is_err(), "the place is taken meanwhile");
        drop(other);
        assert!(slow.resume().is_ok() && slow.resume().is_ok());
        assert!(overload.admit().is_err());
        drop(slow);
        assert_eq!(overload.waiting.load(Ordering::Relaxed), 0);
    }
}
