//! What waits to be told to the other nodes through one server: bounded, and never waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chatapp_domain::user::UserId;
use tokio::sync::{Mutex, mpsc};

use super::envelope::News;

/// How much is taken at once.
const BATCH: usize = 256;

/// News about users in a queue.
pub(crate) struct Outgoing {
    queue: mpsc::Sender<(UserId, News)>,
    taken: Mutex<mpsc::Receiver<(UserId, News)>>,
    /// Whether there is anybody who empties the queue.
    open: AtomicBool,
    lost: AtomicU64,
    /// The same of all queues together.
    all_lost: Arc<AtomicU64>,
    /// How much was taken and not told yet: it is lost if that is given up.
    taken_out: AtomicU64,
}

impl Outgoing {
    /// A queue for so much. What it loses is added to `all_lost` too.
    pub(crate) fn new(capacity: usize, all_lost: Arc<AtomicU64>) -> Self {
        let (queue, taken) = mpsc::channel(capacity.max(1));
        let (open, lost, taken_out) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        Self { queue, taken: Mutex::new(taken), open, lost, all_lost, taken_out }
    }

    /// Puts news in; or counts it as lost, if nobody would tell it soon or too much waits already.
    pub(crate) fn push(&self, user: UserId, news: News) {
        if !self.open.load(Ordering::Relaxed) || self.queue.try_send((user, news)).is_err() {
            self.lose(1);
        }
    }

    /// From now on there is somebody who tells.
    pub(crate) fn open(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// Nobody tells any more. What waits is lost.
    pub(crate) async fn close(&self) {
        self.open.store(false, Ordering::Relaxed);
        let mut taken = self.taken.lock().await;
        let mut lost = self.taken_out.swap(0, Ordering::Relaxed);
        while taken.try_recv().is_ok() {
            lost += 1;
        }
        self.lose(lost);
    }

    fn lose(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
        self.all_lost.fetch_add(count, Ordering::Relaxed);
    }

    /// How much waits.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// How much of it was never told, ever.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// What comes next, some of it at once. It counts as lost unless it is [told](Self::told) before the queue is closed.
    pub(crate) async fn next(&self) -> Vec<(UserId, News)> {
        let mut batch = Vec::new();
        let mut taken = self.taken.lock().await;
        let count = taken.recv_many(&mut batch, BATCH).await;
        self.taken_out.store(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
        batch
    }

    /// What was taken has been told.
    pub(crate) fn told(&self) {
        self.taken_out.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_counted_and_not_waited_for() {
        let all_lost = Arc::default();
        let outgoing = Outgoing::new(3, Arc::clone(&all_lost));
        outgoing.push(UserId(1), News::Left);
        assert_eq!(outgoing.lost(), 1, "nobody tells yet");
        outgoing.open();
        (0..10).for_each(|_| outgoing.push(UserId(1), News::Left));
        assert_eq!(outgoing.lost(), 8);
        assert_eq!(outgoing.next().await.len(), 3);
        outgoing.told();
        outgoing.push(UserId(1), News::Left);
        outgoing.close().await;
        outgoing.push(UserId(1), News::Left);
        assert_eq!((outgoing.lost(), all_lost.load(Ordering::Relaxed)), (10, 10));
    }

    #[tokio::test]
    async fn what_was_given_up_on_the_way_is_lost() {
        let outgoing = Outgoing::new(10, Arc::default());
        outgoing.open();
        (0..3).for_each(|_| outgoing.push(UserId(1), News::Left));
        outgoing.next().await;
        outgoing.push(UserId(1), News::Left);
        outgoing.close().await;
        assert_eq!(outgoing.lost(), 4);
    }
}
