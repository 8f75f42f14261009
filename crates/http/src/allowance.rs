//! How long the server may take for one request. Each step of it has a bound of its own, but several slow ones in a row
//! would add up to more than anybody waits for.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The time that a request has left. It stands still while the request waits for its own client.
#[derive(Debug)]
pub(crate) struct Allowance {
    left: Cell<Duration>,
    /// Since when it is being used up, unless it stands still.
    since: Cell<Option<Instant>>,
}

impl Allowance {
    /// So much, from now on.
    pub(crate) fn of(whole: Duration) -> Self {
        Self { left: Cell::new(whole), since: Cell::new(Some(Instant::now())) }
    }

    /// From here on time costs nothing.
    pub(crate) fn pause(&self) {
        if let Some(since) = self.since.take() {
            self.left.set(self.left.get().saturating_sub(since.elapsed()));
        }
    }

    /// From here on it does again.
    pub(crate) fn resume(&self) {
        if self.since.get().is_none() {
            self.since.set(Some(Instant::now()));
        }
    }

    /// Works until there is no time left; nothing then, and what was not done by then is broken off. The work itself may pause
    /// and resume.
    pub(crate) async fn spend<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let mut alarm = pin!(sleep_until(Instant::now() + self.left.get()));
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            // It stood still or went on just now, if at all: only the work does that.
            let Some(end) = self.end() else { return Poll::Pending };
            if alarm.deadline() != end {
                alarm.as_mut().reset(end);
            }
            alarm.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    fn end(&self) -> Option<Instant> {
        Some(self.since.get()? + self.left.get())
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn steps_that_are_each_short_enough_add_up() {
        let allowance = Allowance::of(3 * SECOND);
        let steps = async |count: usize| {
            for _ in 0..count {
                sleep(SECOND).await;
            }
            count
        };
        let begun = Instant::now();
        assert_eq!(allowance.spend(steps(2)).await, Some(2));
        assert_eq!(allowance.spend(steps(2)).await, None);
        assert!(begun.elapsed() < 4 * SECOND, "broken off, and not waited for");
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_the_client_costs_nothing() {
        let allowance = Allowance::of(3 * SECOND);
        let work = async |then: Duration| {
            sleep(SECOND).await;
            allowance.pause();
            allowance.pause();
            sleep(20 * SECOND).await;
            allowance.resume();
            allowance.resume();
            sleep(then).await;
        };
        assert_eq!(allowance.spend(work(SECOND / 2)).await, Some(()));
        assert_eq!(allowance.spend(work(SECOND)).await, None, "a second and a half were left");
    }
}
