//! Messages that their recipients show to those who administer.

use thiserror::Error;

use crate::message::{Message, MessageId};
use crate::text;
use crate::time::Timestamp;
use crate::user::{UserId, Username};

/// The number of a report. The later of two has the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId(pub i64);

/// Why somebody reports a message: at most 1,000 code points; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason(String);

/// Why a text is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReasonError {
    /// More than [`Reason::MAX_CHARS`] code points.
    #[error("Ensure this field has no more than 1000 characters.")]
    TooLong,
    /// U+0000, which no text has.
    #[error("Null characters are not allowed.")]
    Null,
}

impl Reason {
    /// The longest reason, in code points.
    pub const MAX_CHARS: usize = 1000;

    /// Strips and checks a text.
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        let reason = text::strip(text);
        if reason.contains('\0') {
            return Err(ReasonError::Null);
        }
        if reason.chars().count() > Self::MAX_CHARS {
            return Err(ReasonError::TooLong);
        }
        Ok(Self(reason.to_owned()))
    }

    /// The reason as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A report as its maker and those who administer see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub id: ReportId,
    /// Which message it is about.
    pub message_id: MessageId,
    /// The message, unless it was deleted.
    pub message: Option<Message>,
    /// Who made it.
    pub reporter: Username,
    /// Why; may be empty.
    pub reason: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// That it was dealt with.
    pub closing: Option<Closing>,
}

/// When and by whom a report was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Username,
}

/// A report about to be made.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// About which message.
    pub message: MessageId,
    /// By whom.
    pub reporter: UserId,
    /// Why.
    pub reason: Reason,
    /// Now.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_may_be_empty_and_has_an_end() {
        assert_eq!(Reason::parse(" \n ").unwrap(), Reason::default());
        assert_eq!(Reason::parse(" spam,\nagain ").unwrap().as_str(), "spam,\nagain");
        assert!(Reason::parse(&"😀".repeat(1000)).is_ok());
        assert_eq!(Reason::parse(&"a".repeat(1001)), Err(ReasonError::TooLong));
        assert_eq!(Reason::parse("a\0b"), Err(ReasonError::Null));
    }
}
