//! What is written.

use chatapp_domain::ports::StoreError;
use diesel::result::QueryResult;

use crate::append::{Append, Appender};
use crate::connection::AnyConnection;

/// Something to be done in a transaction.
pub(crate) enum Job {
    /// A message to save; neighbours are saved with common statements.
    Append(Append),
    /// Anything else.
    Unit(Box<dyn Unit>),
}

/// A unit of work that knows whom to answer.
pub(crate) trait Unit: Send {
    /// Does the work, in a savepoint; what the store itself refuses is kept for the answer. An error spoils the whole
    /// transaction.
    fn run(&mut self, connection: &mut AnyConnection) -> QueryResult<()>;

    /// Answers, after the commit or after the failure.
    fn settle(self: Box<Self>, committed: Result<(), StoreError>);

    /// Whether nobody waits any more, so that the work need not begin.
    fn is_abandoned(&self) -> bool;
}

impl Job {
    pub(super) fn is_append(&self) -> bool {
        matches!(self, Self::Append(_))
    }

    /// Whether it is the first message of a conversation, of those that could not be taken in just now.
    pub(super) fn begins(&self, appender: &Appender) -> bool {
        matches!(self, Self::Append(append) if appender.lacks_conversation_of(append))
    }

    pub(super) fn as_append(&mut self) -> Option<&mut Append> {
        match self {
            Self::Append(append) => Some(append),
            Self::Unit(_) => None,
        }
    }

    /// Whom a message is from and to.
    pub(super) fn people(&self) -> Vec<i64> {
        match self {
            Self::Append(append) => append.people().into(),
            Self::Unit(_) => Vec::new(),
        }
    }

    /// How long a message's text is.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Append(append) => append.bytes(),
            Self::Unit(_) => 0,
        }
    }

    /// Answers without having done it.
    pub(super) fn refuse(self, error: StoreError) {
        match self {
            Self::Append(append) => append.refuse(error),
            Self::Unit(unit) => unit.settle(Err(error)),
        }
    }

    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Append(append) => append.is_abandoned(),
            Self::Unit(unit) => unit.is_abandoned(),
        }
    }
}
