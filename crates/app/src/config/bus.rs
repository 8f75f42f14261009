//! The way to other nodes.

use std::time::Duration;

use chatapp_notification_hub::{BusSettings, Prefix, RedisUrl};

use crate::config::storage::Storage;
use crate::config::values::Values;

/// How often connections are compared with the database: the longest that a lost wake-up can cost. Where other nodes have
/// news while Redis is away, people must not wait longer than five seconds for it.
const COMPARE_EVERY: Duration = Duration::from_secs(4);

/// The settings about other nodes.
#[derive(Clone, Debug)]
pub(crate) struct Nodes {
    /// `None`: there are no others.
    pub(crate) bus: Option<BusSettings>,
    pub(crate) compare_every: Duration,
}

impl Nodes {
    pub(crate) fn read(values: &mut Values, storage: &Storage) -> Self {
        let url = redis_url(values);
        let default = Prefix::default();
        let prefix = values.parsed("redis_prefix", default.as_str(), "word", |text| {
            Prefix::parse(text).map_err(|error| error.to_string())
        });
        let queue = values.number("redis_queue", BusSettings::QUEUE, "events", 1..=1_000_000);
        let compare_every = values.seconds("compare_every", COMPARE_EVERY, 1..=300);
        if url.is_some() && storage.secret_key.is_none() {
            values.warn(
                "redis_url is set but secret_key is not: nodes with data directories of their own do not accept each \
                 other's sessions",
            );
        }
        let bus = url.map(|url| BusSettings { prefix: prefix.unwrap_or(default), queue, ..BusSettings::new(url) });
        Self { bus, compare_every }
    }
}

fn redis_url(values: &mut Values) -> Option<RedisUrl> {
    let given = values.secret("redis_url", "redis_url_file", "URL")?;
    match RedisUrl::parse(&given) {
        Ok(url) => {
            values.show("redis_url", url.to_string());
            Some(url)
        }
        Err(error) => {
            values.problem_of_secret("redis_url", error.to_string());
            None
        }
    }
}
