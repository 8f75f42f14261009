//! What changed for one person, in the order in which it was committed.

use std::fmt;

use crate::message::{IdempotencyKey, MessageId, Seq};
use crate::user::Username;

/// A place in one user's events: 1, 2, 3, ... without a gap, in commit order. The only resume cursor there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pos(pub i64);

impl Pos {
    /// The place after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Names one unbroken history of a database. A restored backup starts another, so that cursors of the lost future are
/// refused instead of silently skipping what comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch(pub String);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something that concerns one user. It is a hint: bodies never travel in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place among the user's events.
    pub pos: Pos,
    /// The other person of the conversation it happened in.
    pub peer: Username,
    /// What happened.
    pub change: Change,
}

/// What can happen in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A message was saved, in either direction.
    Message {
        /// Its public number.
        id: MessageId,
        /// Its place in the conversation.
        seq: Seq,
        /// The key it was sent with; told to its sender only.
        key: Option<IdempotencyKey>,
    },
    /// Somebody read up to `seq`: the other person, or oneself on another device.
    Read {
        /// Who.
        reader: Username,
        /// Up to where.
        seq: Seq,
    },
    /// A message was deleted, for both people. Its place stays taken.
    Delete {
        /// Its public number.
        id: MessageId,
        /// Its place in the conversation.
        seq: Seq,
    },
}
