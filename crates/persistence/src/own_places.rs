//! Places among people's events that this process has taken besides those of messages.
//!
//! On MySQL whoever saves messages remembers where everybody's events end. Somebody who reads what was said moves that, mostly
//! on the same node and just before they answer; told of it, the memory stays right.

use std::sync::{Arc, Mutex, PoisonError};

use chatapp_domain::event::Pos;
use chatapp_domain::user::UserId;

/// More than are taken between two transactions. What is left out is found out in the database.
const MOST: usize = 10_000;

/// What was taken since somebody asked. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnPlaces(Arc<Mutex<Vec<(UserId, Pos)>>>);

impl OwnPlaces {
    /// To be called after the commit, by whoever took the place for what is no message.
    pub(crate) fn note(&self, user: UserId, pos: Pos) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() < MOST {
            places.push((user, pos));
        }
    }

    /// All that were noted, in that order.
    pub(crate) fn take(&self) -> Vec<(UserId, Pos)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
