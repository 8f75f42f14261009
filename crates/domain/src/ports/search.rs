//! The store of messages as they are looked for.

use async_trait::async_trait;

use crate::event::Pos;
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::search::{Found, SearchQuery};
use crate::user::{Identity, UserId};

/// How many of a person's events are indexed together, once the last of them is there. Until then they are read.
pub const BLOCK: i64 = 64;

/// Some people, of whom some have full blocks that are not indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Those.
    pub lagging: Vec<UserId>,
    /// After whom to go on, unless that was everyone.
    pub next: Option<UserId>,
}

/// Finds messages by what they say.
#[async_trait]
pub trait SearchStore: Send + Sync {
    /// Messages that `me` sent or received and the query finds, newest first in the order of my events, from those before
    /// `before`; only those exchanged with `peer` if one is given. Whatever was committed is found, indexed or not.
    ///
    /// The work is bounded, however many messages there are: if the bound is met first, [`Found::next`] says where to go
    /// on, and nothing from there on has been looked at.
    async fn search(
        &self,
        me: &Identity,
        query: &SearchQuery,
        peer: Option<UserId>,
        before: Option<Pos>,
        size: PageSize,
    ) -> Result<Found, StoreError>;

    /// Indexes the next full block of a person, if there is one. Gives whether there was. Several may do it at once.
    async fn index_next(&self, user: UserId) -> Result<bool, StoreError>;

    /// Looks for people who have something to index, among at most `limit` whose numbers come after `after`.
    async fn lagging(&self, after: UserId, limit: i64) -> Result<Walked, StoreError>;
}
