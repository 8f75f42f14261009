//! Commits that are under way. InnoDB lets others read a transaction a moment before its log is on the disk; whoever hands
//! out positions waits for that moment to pass, or a power cut could take back what a client goes on from.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The commits of all connections to one member. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commits(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    begun: u64,
    open: BTreeSet<u64>,
}

/// A commit that has begun; it ends with this value.
#[derive(Debug)]
pub(crate) struct Commit {
    number: u64,
    commits: Commits,
}

impl Commits {
    /// To be called before the statement that commits.
    pub(crate) fn begin(&self) -> Commit {
        let mut state = self.state();
        state.begun += 1;
        let number = state.begun;
        state.open.insert(number);
        drop(state);
        Commit { number, commits: self.clone() }
    }

    /// Waits until all commits that have begun by now have ended; what was read before the call is then on the disk.
    pub(crate) async fn settled(&self) {
        let last = self.state().begun;
        loop {
            let ended = self.0.ended.notified();
            if self.state().open.first().is_none_or(|first| *first > last) {
                return;
            }
            ended.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Commit {
    fn drop(&mut self) {
        self.commits.state().open.remove(&self.number);
        self.commits.0.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn whoever_read_waits_for_the_commits_that_had_begun_and_for_no_other() {
        let commits = Commits::default();
        assert!(commits.settled().now_or_never().is_some(), "nothing is under way");
        let (first, second) = (commits.begin(), commits.begin());
        let mut settled = Box::pin(commits.settled());
        assert!(settled.as_mut().now_or_never().is_none());
        let third = commits.begin();
        drop(second);
        assert!(settled.as_mut().now_or_never().is_none(), "the first is still under way");
        drop(first);
        assert!(settled.as_mut().now_or_never().is_some(), "the third began later");
        drop(third);
    }
}
