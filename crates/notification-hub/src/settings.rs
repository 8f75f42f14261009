//! The limits of a hub.

/// How much a hub takes on. Plain numbers: where they come from is the caller's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubSettings {
    /// Into how many separately locked parts people are divided; rounded up to a power of two.
    pub shards: usize,
    /// How many events wait for one connection before it is told to read them from the store; at least 1.
    pub outbox: usize,
    /// How many connections one user may have here before the oldest is displaced; at least 1.
    pub connections_per_user: usize,
    /// How many connections there may be here altogether.
    pub connections: usize,
}

impl Default for HubSettings {
    fn default() -> Self {
        Self { shards: 16, outbox: 64, connections_per_user: 10, connections: 10_000 }
    }
}
