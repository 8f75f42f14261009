//! Limits that all nodes count together, in Redis, by Redis's clock.

use std::time::Duration;

use chatapp_domain::ports::nodes::SharedLimit;
use redis::aio::ConnectionLike;
use redis::{RedisResult, Script};
use sha2::{Digest, Sha256};

use super::names::Names;

/// The generic cell rate algorithm: a key holds when all that was used will have been made up for, in microseconds, and
/// is gone by then. Gives -1 if there was one left, else for how long to wait. No use reaches further ahead than all of the
/// burst: a key that does is from before Redis's clock was put back.
const TAKE: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now), now + burst * every)
local wait = full_at + every - burst * every - now
if wait > 0 then return math.ceil(wait) end
full_at = full_at + every
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.max(1, math.ceil((full_at - now) / 1000)))
return -1
";

const GIVE_BACK: &str = r"
local full_at = tonumber(redis.call('GET', KEYS[1]) or 0)
if full_at > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', full_at - tonumber(ARGV[1])), 'KEEPTTL')
end
return -1
";

/// The scripts.
pub(super) struct Limits {
    take: Script,
    give_back: Script,
    names: Names,
}

impl Limits {
    pub(super) fn new(names: Names) -> Self {
        Self { take: Script::new(TAKE), give_back: Script::new(GIVE_BACK), names }
    }

    /// Uses one; or says for how long to wait.
    pub(super) async fn take(
        &self,
        connection: &mut (impl ConnectionLike + Send),
        limit: &SharedLimit,
    ) -> RedisResult<Result<(), Duration>> {
        let (key, every) = (self.key(limit), micros(limit.every));
        let wait: i64 = self.take.key(key).arg(every).arg(limit.burst.max(1)).invoke_async(connection).await?;
        Ok(u64::try_from(wait).map_or(Ok(()), |wait| Err(Duration::from_micros(wait))))
    }

    /// Undoes one.
    pub(super) async fn give_back(
        &self,
        connection: &mut (impl ConnectionLike + Send),
        limit: &SharedLimit,
    ) -> RedisResult<()> {
        let key = self.key(limit);
        self.give_back.key(key).arg(micros(limit.every)).invoke_async::<i64>(connection).await.map(drop)
    }

    /// The key that a limit is counted in: short, and without the name or address that it is about.
    pub(super) fn key(&self, limit: &SharedLimit) -> String {
        let hash = Sha256::digest(&limit.key);
        let short: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.names.limit(&short)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
