//! Slow work on threads of its own: it must take neither the request threads nor the whole machine, so only so much is
//! worked on at once, only so much waits, and one more is refused at once.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use thiserror::Error;
use tokio::sync::oneshot;

/// How much the threads yield to those that serve requests.
const NICENESS: i32 = 5;

type Job = Box<dyn FnOnce() + Send>;

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum NotDone {
    /// Too much waits already.
    #[error("too much work is waiting")]
    Full,
    /// It ended in a panic; the thread goes on.
    #[error("the work ended in a panic")]
    Failed,
}

/// Threads, and a queue in front of them. The threads end with this.
pub(crate) struct Workers {
    jobs: flume::Sender<Job>,
    accepted: Arc<AtomicUsize>,
    capacity: usize,
}

impl Workers {
    /// So many threads, in front of which so much may wait.
    pub(crate) fn start(name: &str, threads: usize, waiting: usize) -> std::io::Result<Self> {
        let capacity = threads + waiting;
        let (jobs, queue) = flume::bounded::<Job>(capacity);
        for number in 0..threads {
            let queue = queue.clone();
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                yield_to_requests();
                for job in queue {
                    // What a panic leaves behind is the answer that is not given.
                    let _ = catch_unwind(AssertUnwindSafe(job));
                }
            })?;
        }
        Ok(Self { jobs, accepted: Arc::default(), capacity })
    }

    /// Waits for its turn, and for the end of the work. What nobody waits for any more is not begun.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotDone> {
        let place = Place::take(&self.accepted, self.capacity).ok_or(NotDone::Full)?;
        let (answer, wait) = oneshot::channel();
        let job = Box::new(move || {
            // Locals, so that after a panic too whoever hears of the end finds the place free.
            let (answer, place) = (answer, place);
            if !answer.is_closed() {
                let outcome = work();
                drop(place);
                let _ = answer.send(outcome);
            }
        });
        self.jobs.try_send(job).map_err(|_| NotDone::Full)?;
        wait.await.map_err(|_| NotDone::Failed)
    }

    /// How much is worked on or waits.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// How much may be worked on or wait.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }
}

/// A place among what is worked on or waits.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(accepted: &Arc<AtomicUsize>, capacity: usize) -> Option<Self> {
        let one_more = |taken| (taken < capacity).then_some(taken + 1);
        accepted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Self(Arc::clone(accepted)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many cores there are.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// On Linux niceness belongs to a thread, and "none" names the calling one.
#[cfg(target_os = "linux")]
fn yield_to_requests() {
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        log::debug!("a thread for slow work keeps the usual priority: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_requests() {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::*;

    const WAITING: usize = 8;

    #[tokio::test]
    async fn one_more_than_can_wait_is_refused_and_places_come_free_again() {
        let workers = Arc::new(Workers::start("test", 1, WAITING).unwrap());
        let (release, held) = mpsc::channel::<()>();
        let start = |work: Box<dyn FnOnce() + Send>| {
            let workers = Arc::clone(&workers);
            tokio::spawn(async move { workers.run(work).await })
        };
        let mut running = vec![start(Box::new(move || held.recv().unwrap()))];
        running.extend((0..WAITING).map(|_| start(Box::new(|| ()))));
        tokio::task::yield_now().await;
        assert_eq!(workers.run(|| ()).await, Err(NotDone::Full));
        release.send(()).unwrap();
        for task in running {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn whoever_hangs_up_frees_their_place() {
        let workers = Workers::start("test", 1, WAITING).unwrap();
        for _ in 0..3 * WAITING {
            let _ = tokio::time::timeout(Duration::ZERO, workers.run(|| ())).await;
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while workers.accepted() > 0 {
            assert!(Instant::now() < deadline, "places are still taken");
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_panic_costs_its_own_work_and_no_thread() {
        let workers = Workers::start("test", 1, 0).unwrap();
        for _ in 0..3 {
            assert_eq!(workers.run(|| panic!("on purpose")).await, Err::<(), _>(NotDone::Failed));
        }
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }
}
