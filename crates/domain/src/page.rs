//! How lists are cut into pages.

use thiserror::Error;

use crate::message::{Message, Seq};

/// How many entries a page has: 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(i64);

/// Not a number of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a page has at least one entry")]
pub struct PageSizeError;

impl PageSize {
    /// The most entries that a page may have.
    pub const MAX: i64 = 100;

    /// As many as a page may have.
    pub const FULL: Self = Self(Self::MAX);

    /// `wanted` entries, or [`Self::MAX`] if that is less.
    pub fn clamp(wanted: i64) -> Result<Self, PageSizeError> {
        if wanted < 1 {
            return Err(PageSizeError);
        }
        Ok(Self(wanted.min(Self::MAX)))
    }

    /// The number of entries.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// Which page of a numbered list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageNumber {
    /// The nth, from 1.
    Number(i64),
    /// The last one.
    Last,
}

/// A numbered page, as the original's list of messages has it.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// How many messages there are on all pages.
    pub count: i64,
    /// The number of this page, from 1.
    pub number: i64,
    /// Whether a page follows.
    pub has_next: bool,
    /// Newest first.
    pub messages: Vec<Message>,
}

/// There is no such page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no such page")]
pub struct NoSuchPage;

impl PageNumber {
    /// Resolves against `count` entries, as Django's paginator does: an empty list has one (empty) page.
    /// Gives the number and how many newer entries to skip.
    pub fn resolve(self, count: i64, size: PageSize) -> Result<(i64, i64), NoSuchPage> {
        let last = ((count + size.get() - 1) / size.get()).max(1);
        let number = match self {
            Self::Last => last,
            Self::Number(number) if (1..=last).contains(&number) => number,
            Self::Number(_) => return Err(NoSuchPage),
        };
        Ok((number, (number - 1) * size.get()))
    }
}

/// Where in a conversation to read, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// What comes after `Seq`, oldest first.
    After(Seq),
    /// What comes before `Seq`, newest first.
    Before(Seq),
}

/// A stretch of a conversation.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// In the order that the cursor asked for.
    pub messages: Vec<Message>,
    /// Up to where the oldest messages are gone; 0 where none is.
    pub forgotten_seq: Seq,
    /// The `seq` of the conversation's newest message; 0 where nothing was said yet.
    pub last_seq: Seq,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_numbered_as_django_numbers_them() {
        let size = PageSize::clamp(15).unwrap();
        assert_eq!(PageNumber::Number(1).resolve(0, size), Ok((1, 0)));
        assert_eq!(PageNumber::Last.resolve(0, size), Ok((1, 0)));
        assert_eq!(PageNumber::Number(2).resolve(15, size), Err(NoSuchPage));
        assert_eq!(PageNumber::Last.resolve(16, size), Ok((2, 15)));
        assert_eq!(PageNumber::Number(0).resolve(16, size), Err(NoSuchPage));
        assert_eq!(PageNumber::Number(i64::MAX).resolve(16, size), Err(NoSuchPage));
    }

    #[test]
    fn sizes_are_clamped() {
        assert_eq!(PageSize::clamp(1000).map(PageSize::get), Ok(100));
        assert_eq!(PageSize::clamp(0), Err(PageSizeError));
    }
}
