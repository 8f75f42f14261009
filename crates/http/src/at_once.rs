//! Big things that only so many people may have under way at once, and each person only one of: what is refused at the
//! door costs no memory.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chatapp_domain::user::UserId;

use crate::error::ApiError;

/// Who has one of these under way.
#[derive(Clone)]
pub(crate) struct AtOnce {
    most: usize,
    people: Arc<Mutex<HashSet<UserId>>>,
}

impl AtOnce {
    /// At most so many.
    pub(crate) fn at_most(most: usize) -> Self {
        Self { most, people: Arc::default() }
    }

    /// Begins one. Somebody who has one under way already is told to wait, and so is everybody while there are too many.
    pub(crate) fn begin(&self, user: UserId) -> Result<UnderWay, ApiError> {
        let mut people = self.lock();
        if people.contains(&user) {
            return Err(ApiError::Throttled { retry_after: 2 });
        }
        if people.len() >= self.most {
            return Err(ApiError::BUSY_HASHING);
        }
        people.insert(user);
        Ok(UnderWay { of: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<UserId>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of them. Dropping it ends it.
pub(crate) struct UnderWay {
    of: AtOnce,
    user: UserId,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.of.lock().remove(&self.user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_and_all_have_so_many() {
        let uploads = AtOnce::at_most(2);
        let first = uploads.begin(UserId(1)).ok();
        assert!(matches!(uploads.begin(UserId(1)), Err(ApiError::Throttled { .. })));
        let _second = uploads.begin(UserId(2)).ok();
        assert!(matches!(uploads.begin(UserId(3)), Err(ApiError::Unavailable { .. })));
        drop(first);
        assert!(uploads.begin(UserId(3)).is_ok(), "its place is free");
        assert!(uploads.begin(UserId(1)).is_ok());
    }
}
