//! What waits to be told to the other nodes: bounded, and never waited for.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chatapp_domain::user::UserId;
use tokio::sync::{Mutex as AsyncMutex, Notify, mpsc};

use super::envelope::News;

/// How much is taken at once.
const BATCH: usize = 256;

/// News about users in a queue, and who came or went, which is looked up when it is told.
pub(crate) struct Outgoing {
    queue: mpsc::Sender<(UserId, News)>,
    taken: AsyncMutex<mpsc::Receiver<(UserId, News)>>,
    /// Whether there is anybody who empties the queue.
    open: AtomicBool,
    lost: AtomicU64,
    /// How much was taken and not told yet: it is lost if that is given up.
    taken_out: AtomicU64,
    moved: Mutex<HashSet<UserId>>,
    any_moved: Notify,
}

impl Outgoing {
    pub(crate) fn new(capacity: usize) -> Self {
        let (queue, taken) = mpsc::channel(capacity.max(1));
        let (open, lost, taken_out) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        let (moved, any_moved) = (Mutex::default(), Notify::new());
        Self { queue, taken: AsyncMutex::new(taken), open, lost, taken_out, moved, any_moved }
    }

    /// Puts news in; or counts it as lost, if nobody would tell it soon or too much waits already.
    pub(crate) fn push(&self, user: UserId, news: News) {
        if !self.open.load(Ordering::Relaxed) || self.queue.try_send((user, news)).is_err() {
            self.lose(1);
        }
    }

    /// Notes that somebody came here or left. While nobody would tell it, that is needless: who is here is told as a whole
    /// in the beginning.
    pub(crate) fn moved(&self, user: UserId) {
        if self.open.load(Ordering::Relaxed) {
            self.lock().insert(user);
            self.any_moved.notify_one();
        }
    }

    /// From now on there is somebody who tells, and who begins with everyone who is here.
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
        self.lock().clear();
    }

    fn lose(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
    }

    /// How much waits.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// How much was never told, ever.
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

    /// Whoever came or went, as soon as there is somebody.
    pub(crate) async fn next_moved(&self) -> HashSet<UserId> {
        loop {
            let moved = std::mem::take(&mut *self.lock());
            if !moved.is_empty() {
                return moved;
            }
            self.any_moved.notified().await;
        }
    }

    /// Forgets who came and went: who is here is about to be told as a whole.
    pub(crate) fn forget_moved(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<UserId>> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_counted_and_not_waited_for() {
        let outgoing = Outgoing::new(3);
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
        assert_eq!(outgoing.lost(), 10);
    }

    #[tokio::test]
    async fn what_was_given_up_on_the_way_is_lost() {
        let outgoing = Outgoing::new(10);
        outgoing.open();
        (0..3).for_each(|_| outgoing.push(UserId(1), News::Left));
        outgoing.next().await;
        outgoing.push(UserId(1), News::Left);
        outgoing.close().await;
        assert_eq!(outgoing.lost(), 4);
    }

    #[tokio::test]
    async fn who_moved_is_told_once() {
        let outgoing = Outgoing::new(1);
        outgoing.moved(UserId(1));
        outgoing.open();
        (0..1000).for_each(|n| outgoing.moved(UserId(2 + n % 3)));
        assert_eq!(outgoing.next_moved().await, [UserId(2), UserId(3), UserId(4)].into());
        outgoing.moved(UserId(2));
        outgoing.close().await;
        assert!(outgoing.lock().is_empty());
    }
}
