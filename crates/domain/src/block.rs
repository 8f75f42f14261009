//! Who wants to have nothing to do with whom.

use std::collections::HashSet;

use crate::user::UserId;

/// The blocks around one person. A block keeps both apart, whoever made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Whom the person blocks.
    pub blocked: HashSet<UserId>,
    /// Who blocks the person.
    pub blockers: HashSet<UserId>,
}

impl Blocks {
    /// How many people one may block.
    pub const MOST: usize = 1000;

    /// Whether the person and `peer` are kept apart.
    pub fn keep_apart(&self, peer: UserId) -> bool {
        self.blocked.contains(&peer) || self.blockers.contains(&peer)
    }
}
