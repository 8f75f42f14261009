//! The channels and keys of an installation.

use chatapp_domain::user::UserId;

use super::envelope::NodeId;
use super::settings::Prefix;

/// Into how many channels the news of all people is divided, so that a server that shards can spread them. Every node
/// listens to all of them: no news falls between a socket's opening and a subscription. The same on all nodes.
pub(super) const CHANNELS: u64 = 64;

/// Names things in Redis.
#[derive(Clone, Debug)]
pub(super) struct Names(String);

impl Names {
    pub(super) fn new(prefix: &Prefix) -> Self {
        Self(prefix.as_str().to_owned())
    }

    /// Where news of a user is told.
    pub(super) fn of_user(&self, user: UserId) -> String {
        let spread = user.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        self.channel(spread % CHANNELS)
    }

    /// Where news of nodes is told.
    pub(super) fn of_all(&self) -> String {
        format!("{}:nodes", self.0)
    }

    /// Everything to listen to.
    pub(super) fn channels(&self) -> impl Iterator<Item = String> {
        (0..CHANNELS).map(|number| self.channel(number)).chain([self.of_all()])
    }

    fn channel(&self, number: u64) -> String {
        format!("{}:users:{number}", self.0)
    }

    /// A set: the nodes that there may be. In one slot with what is written together with it, should Redis have slots.
    pub(super) fn nodes(&self) -> String {
        format!("{{{}}}:nodes", self.0)
    }

    /// A number that expires unless the node writes it again and again: its last change of presence.
    pub(super) fn alive(&self, node: NodeId) -> String {
        format!("{{{}}}:node:{node}", self.0)
    }

    /// A set: who is connected on the node.
    pub(super) fn people(&self, node: NodeId) -> String {
        format!("{{{}}}:node:{node}:people", self.0)
    }

    /// A limit's state.
    pub(super) fn limit(&self, key: &str) -> String {
        format!("{}:limit:{key}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn people_are_spread_over_channels_that_are_all_listened_to() {
        let names = Names::new(&Prefix::parse("chat").unwrap());
        let all: HashSet<String> = names.channels().collect();
        assert_eq!(all.len(), 65);
        for step in [1, 2, 3, 64, 1 << 20] {
            let used: HashSet<String> = (1..=2000).map(|n| names.of_user(UserId(n * step))).collect();
            assert!(used.len() > 60 && used.is_subset(&all), "ids in steps of {step}: {} channels", used.len());
        }
    }
}
