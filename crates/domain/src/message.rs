//! Messages and their numbers.

use std::fmt;

use thiserror::Error;

use crate::text;
use crate::time::Timestamp;
use crate::user::Identity;

/// The public number of a message. Unique, below 2^53, and *not* in commit order: never a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub i64);

/// The place of a message in its conversation: 1, 2, 3, ... without a gap, in commit order. 0 is "before the first".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(pub i64);

/// What was said: visible text without white space around it, of bounded length, without U+0000.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageBody(String);

/// Why a text cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BodyError {
    /// A reader would see nothing.
    #[error("This field may not be blank.")]
    Blank,
    /// More code points than allowed.
    #[error("Ensure this field has no more than {max} characters.")]
    TooLong {
        /// The limit, in code points after stripping.
        max: usize,
    },
    /// U+0000, which not every database and client can carry.
    #[error("Null characters are not allowed.")]
    Null,
}

impl MessageBody {
    /// The most code points that a message may have unless configured otherwise.
    pub const DEFAULT_MAX_CHARS: usize = 4000;

    /// Strips the white space around `text` and checks the rest against `max_chars` code points.
    pub fn parse(text: &str, max_chars: usize) -> Result<Self, BodyError> {
        let body = text::strip(text);
        if text::is_blank(body) {
            return Err(BodyError::Blank);
        }
        // Bytes bound code points from above, so most texts are never counted.
        if body.len() > max_chars && body.chars().count() > max_chars {
            return Err(BodyError::TooLong { max: max_chars });
        }
        if body.contains('\0') {
            return Err(BodyError::Null);
        }
        Ok(Self(body.to_owned()))
    }

    /// A body that was checked before it was stored. For stores only.
    pub fn from_store(body: String) -> Self {
        Self(body)
    }

    /// What is left of a text that was deleted: nothing. Nobody can send it.
    pub fn deleted() -> Self {
        Self(String::new())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageBody {
    /// Bodies are private: a log line or a failed assertion shows the length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageBody({} bytes)", self.0.len())
    }
}

/// A client's own name for one send, 1 to 64 visible ASCII characters: the same key from the same sender means the
/// same message, however often it arrives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(Box<str>);

/// The text is not an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("An idempotency key has 1 to 64 visible ASCII characters.")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// The longest key, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Checks a key.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::MAX_CHARS || !visible {
            return Err(IdempotencyKeyError);
        }
        Ok(Self(text.into()))
    }

    /// A key that was checked before it was stored. For stores only.
    pub fn from_store(key: String) -> Self {
        Self(key.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message that has not been saved yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who says it.
    pub sender: Identity,
    /// To whom; may be the sender.
    pub recipient: Identity,
    /// What is said.
    pub body: MessageBody,
    /// The client's name for this send, if it gave one.
    pub key: Option<IdempotencyKey>,
    /// When it arrived here. A store never lets time run backwards in a conversation, so it may keep a later one.
    pub at: Timestamp,
}

/// A saved message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its public number.
    pub id: MessageId,
    /// Its place in the conversation.
    pub seq: Seq,
    /// Who said it.
    pub sender: Identity,
    /// To whom.
    pub recipient: Identity,
    /// What was said; empty once the message is deleted.
    pub body: MessageBody,
    /// When; never before the previous message of the conversation.
    pub at: Timestamp,
    /// The sender's name for the send, if it gave one.
    pub key: Option<IdempotencyKey>,
}

impl Message {
    /// Whether it was deleted: it has its place, its people and its time, and says nothing any more.
    pub fn is_deleted(&self) -> bool {
        self.body.as_str().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Result<String, BodyError> {
        MessageBody::parse(text, 10).map(|body| body.as_str().to_owned())
    }

    #[test]
    fn a_body_is_stripped_and_otherwise_left_alone() {
        assert_eq!(body(" \u{3000}a  b\n"), Ok("a  b".into()));
        assert_eq!(body("👨\u{200d}👩\u{200d}👧"), Ok("👨\u{200d}👩\u{200d}👧".into()));
        assert_eq!(body("\u{202e}gpj"), Ok("\u{202e}gpj".into()));
    }

    #[test]
    fn length_is_counted_in_code_points_after_stripping() {
        assert!(body(&format!("  {}  ", "😀".repeat(10))).is_ok());
        assert_eq!(body(&"a".repeat(11)), Err(BodyError::TooLong { max: 10 }));
    }

    #[test]
    fn what_cannot_be_seen_is_blank_and_null_is_refused() {
        assert_eq!(body("\u{a0}\u{200b}"), Err(BodyError::Blank));
        assert_eq!(body("a\0b"), Err(BodyError::Null));
    }

    #[test]
    fn keys_are_short_visible_ascii() {
        assert!(IdempotencyKey::parse("0190-abc~!").is_ok());
        assert!(IdempotencyKey::parse(&"k".repeat(64)).is_ok());
        for bad in ["", " ", "a b", "é", "a\n", &"k".repeat(65)] {
            assert!(IdempotencyKey::parse(bad).is_err(), "{bad:?}");
        }
    }
}
