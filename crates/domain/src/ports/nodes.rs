//! What the nodes of one installation share besides the database.

use std::time::Duration;

use async_trait::async_trait;

/// How this node stands with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusState {
    /// There are no others.
    Alone,
    /// What happens here is told to the others at once, and the other way round.
    Connected,
    /// The others learn of it when they next look at the database.
    Away,
}

/// Something that all nodes count together: so much at once, and one more each time a while has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedLimit {
    /// What is counted, and for whom; the same on every node.
    pub key: String,
    /// How much at once.
    pub burst: u32,
    /// How long until there is one more.
    pub every: Duration,
}

/// This node's view of the others. Nothing here fails a request: whoever gets no answer goes on alone.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// How this node stands with the others.
    fn bus(&self) -> BusState;

    /// How many nodes there are, this one included, as far as it knows.
    fn count(&self) -> usize {
        1
    }

    /// Uses one of a limit, if one is left on any node; otherwise says for how long to wait. `None`: the others cannot be
    /// asked now, so that only the own count is known. It answers soon in either case.
    async fn take(&self, limit: &SharedLimit) -> Option<Result<(), Duration>>;

    /// Undoes one [`take`](Self::take) that succeeded, if the others can be told.
    async fn give_back(&self, limit: &SharedLimit);
}

/// The only node there is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

#[async_trait]
impl Nodes for Alone {
    fn bus(&self) -> BusState {
        BusState::Alone
    }

    async fn take(&self, _: &SharedLimit) -> Option<Result<(), Duration>> {
        None
    }

    async fn give_back(&self, _: &SharedLimit) {}
}
