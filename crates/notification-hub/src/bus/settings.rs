//! Where Redis is, and how much waits for it.

use std::fmt;

use redis::{ConnectionInfo, IntoConnectionInfo, ProtocolVersion};
use thiserror::Error;

/// The longest prefix.
const LONGEST_PREFIX: usize = 64;

/// What a bus is told. Plain values: where they come from is the caller's business.
#[derive(Clone, Debug)]
pub struct BusSettings {
    /// Where Redis is.
    pub url: RedisUrl,
    /// What every channel and key begins with; the same on all nodes of an installation, and only there.
    pub prefix: Prefix,
    /// How much news waits for Redis; what does not fit is found in the database by the other nodes.
    pub queue: usize,
}

impl BusSettings {
    /// How much news waits by default.
    pub const QUEUE: usize = 10_000;

    /// The default settings for a Redis.
    pub fn new(url: RedisUrl) -> Self {
        Self { url, prefix: Prefix::default(), queue: Self::QUEUE }
    }
}

/// The address of a Redis, with what is needed to log in there. Shown without the latter.
#[derive(Clone)]
pub struct RedisUrl(ConnectionInfo);

/// The text is not the address of a Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be redis://[user:password@]host[:port][/database], rediss://... for TLS, or unix:///path")]
pub struct RedisUrlError;

impl RedisUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, RedisUrlError> {
        let info = text.into_connection_info().map_err(|_| RedisUrlError)?;
        // The newer protocol tells news on the connection that is also asked.
        let redis = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(Self(info.set_redis_settings(redis)))
    }

    pub(super) fn info(&self) -> ConnectionInfo {
        self.0.clone()
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.0.addr() {
            redis::ConnectionAddr::TcpTls { .. } => "rediss",
            redis::ConnectionAddr::Unix(_) => "unix",
            _ => "redis",
        };
        write!(f, "{scheme}://{}", self.0.addr())
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
        for bad in ["", "cache:6379", "http://cache", "redis://host:port", "redis://h/x"] {
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
