//! Where Redis is, and how much waits for it.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use super::server::Server;

/// The longest prefix.
const LONGEST_PREFIX: usize = 64;

/// What a bus is told. Plain values: where they come from is the caller's business.
#[derive(Clone, Debug)]
pub struct BusSettings {
    /// Where Redis is.
    pub url: RedisUrl,
    /// What every channel and key begins with; the same on all nodes of an installation, and only there.
    pub prefix: Prefix,
    /// How much news waits for each server of Redis; what does not fit is found in the database by the other nodes.
    pub queue: usize,
    /// How long whoever logs in waits for the count of all nodes; after that only this node's counts.
    pub limit_patience: Duration,
}

impl BusSettings {
    /// How much news waits by default.
    pub const QUEUE: usize = 10_000;
    /// How long a count is waited for by default.
    pub const LIMIT_PATIENCE: Duration = Duration::from_millis(300);

    /// The default settings for a Redis.
    pub fn new(url: RedisUrl) -> Self {
        Self { url, prefix: Prefix::default(), queue: Self::QUEUE, limit_patience: Self::LIMIT_PATIENCE }
    }
}

/// The address of a Redis, or of some members of a cluster, with what is needed to log in there. Shown without the latter.
#[derive(Clone)]
pub struct RedisUrl(Vec<Server>);

/// The text is not the address of a Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "must be redis://[user:password@]host[:port][/database], rediss://... for TLS, or unix:///path; several host[:port] \
     between commas are members of one cluster"
)]
pub struct RedisUrlError;

impl RedisUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, RedisUrlError> {
        each_host(text).iter().map(|text| Server::parse(text)).collect::<Result<_, _>>().map(Self)
    }

    /// Each server that is named; at least one.
    pub(super) fn servers(&self) -> &[Server] {
        &self.0
    }
}

/// A text for each host.
fn each_host(text: &str) -> Vec<String> {
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| *scheme != "unix") else {
        return vec![text.to_owned()];
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if authority.contains('@') { "@" } else { "" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{}{path}", host.trim())).collect()
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<String> = self.0.iter().map(Server::address).collect();
        write!(f, "{}://{}", self.0.first().map_or("redis", Server::scheme), addresses.join(","))
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the channels and keys of one installation begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

/// The text is no prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 1 to 64 letters, digits, '-', '_' or '.'")]
pub struct PrefixError;

impl Prefix {
    /// Checks a prefix.
    pub fn parse(text: &str) -> Result<Self, PrefixError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_prefix = !text.is_empty() && text.len() <= LONGEST_PREFIX && text.bytes().all(good);
        is_prefix.then(|| Self(text.to_owned())).ok_or(PrefixError)
    }

    /// The prefix as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self("chatapp".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_secrets() {
        let shown = |text| RedisUrl::parse(text).map(|url| format!("{url} {url:?}"));
        assert_eq!(
            shown("redis://me:hunter2@cache.example:6380/3").unwrap(),
            "redis://cache.example:6380 redis://cache.example:6380"
        );
        assert_eq!(shown("rediss://:hunter2@cache").unwrap(), "rediss://cache:6379 rediss://cache:6379");
        assert_eq!(shown("unix:///run/redis.sock?pass=hunter2").unwrap().matches("hunter2").count(), 0);
        assert_eq!(
            shown("redis://me:hunter2,@one:7000, two,[::1]:7002?protocol=resp2").unwrap(),
            "redis://one:7000,two:6379,::1:7002 redis://one:7000,two:6379,::1:7002"
        );
        for bad in
            ["", "cache:6379", "redis://a,,b", "redis://a,b:x", "http://cache", "redis://host:port", "redis://h/x"]
        {
            assert!(RedisUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_prefix_cannot_mean_anything_else() {
        assert!(Prefix::parse("chat.example_2-b").is_ok());
        for bad in ["", "a b", "a:b", "{a}", "a*", "ä", &"a".repeat(65)] {
            assert!(Prefix::parse(bad).is_err(), "{bad}");
        }
    }
}
