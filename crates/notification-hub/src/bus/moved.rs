//! Who came or went, until it is told.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chatapp_domain::user::UserId;
use tokio::sync::Notify;

/// People, each once, however often they come and go. Where they are is looked up when it is told.
#[derive(Default)]
pub(crate) struct Moved {
    /// `None`: nobody tells, and whoever begins to tell begins with everyone who is here.
    people: Mutex<Option<HashSet<UserId>>>,
    any: Notify,
}

impl Moved {
    /// Notes that somebody came here or left.
    pub(crate) fn note(&self, user: UserId) {
        if let Some(people) = &mut *self.lock() {
            people.insert(user);
            self.any.notify_one();
        }
    }

    /// From now on there is somebody who tells. Who moved before is forgotten: who is here is about to be told as a whole.
    pub(crate) fn begin(&self) {
        *self.lock() = Some(HashSet::new());
    }

    /// Nobody tells any more.
    pub(crate) fn end(&self) {
        *self.lock() = None;
    }

    /// Whoever came or went, as soon as there is somebody.
    pub(crate) async fn next(&self) -> HashSet<UserId> {
        loop {
            let moved = self.lock().as_mut().map(std::mem::take).unwrap_or_default();
            if !moved.is_empty() {
                return moved;
            }
            self.any.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<HashSet<UserId>>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_moved_is_told_once() {
        let moved = Moved::default();
        moved.note(UserId(1));
        moved.begin();
        (0..1000).for_each(|n| moved.note(UserId(2 + n % 3)));
        assert_eq!(moved.next().await, [UserId(2), UserId(3), UserId(4)].into());
        moved.note(UserId(2));
        moved.end();
        moved.note(UserId(3));
        moved.begin();
        assert!(moved.lock().as_ref().unwrap().is_empty());
    }
}
