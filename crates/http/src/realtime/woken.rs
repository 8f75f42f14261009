//! A future that is only polled when it was woken itself.
//!
//! A socket does several things in one task. Whenever one of them has something to do, all would be polled; those that
//! seldom have anything need not be.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// See the module.
pub(super) struct WhenWoken<F> {
    future: F,
    bell: Arc<Bell>,
    waker: Waker,
}

struct Bell {
    rung: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

/// `future`, polled once at first and then whenever it was woken.
pub(super) fn when_woken<F: Future + Unpin>(future: F) -> WhenWoken<F> {
    let bell = Arc::new(Bell { rung: AtomicBool::new(true), task: AtomicWaker::new() });
    WhenWoken { future, waker: Waker::from(Arc::clone(&bell)), bell }
}

impl<F: Future + Unpin> Future for WhenWoken<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // First the task, then the look: a ring in between wakes the task.
        self.bell.task.register(context.waker());
        if !self.bell.rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let Self { future, waker, .. } = &mut *self;
        Pin::new(future).poll(&mut Context::from_waker(waker))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;

    use super::*;

    #[test]
    fn it_is_polled_when_it_was_woken_and_not_else() {
        let (polls, waker) = (Cell::new(0), Cell::new(None));
        let mut quiet = when_woken(poll_fn(|context| {
            polls.set(polls.get() + 1);
            waker.set(Some(context.waker().clone()));
            if polls.get() < 3 { Poll::Pending } else { Poll::Ready(()) }
        }));
        let mut poll = || Pin::new(&mut quiet).poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending() && poll().is_pending());
        assert_eq!(polls.get(), 1);
        waker.take().unwrap().wake();
        assert!(poll().is_pending() && poll().is_pending());
        assert_eq!(polls.get(), 2);
        waker.take().unwrap().wake();
        assert!(poll().is_ready());
    }
}
