//! One connection to Redis: it publishes, listens and asks. It is thrown away as soon as there is doubt about it.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::{AsyncPushSender, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, Pipeline, PushInfo, PushKind, RedisError, Value, cmd};
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::names::Names;
use super::settings::RedisUrl;

/// How long connecting, logging in and subscribing may take together.
const CONNECTING: Duration = Duration::from_secs(2);
/// How long Redis may take to answer a batch.
const ANSWERING: Duration = Duration::from_secs(3);
/// How often the connection is tried. Without this a connection on which nothing comes any more, because something
/// between here and there has forgotten it, is never noticed: its owner only listens.
const PING_EVERY: Duration = Duration::from_secs(2);
const PONG_WITHIN: Duration = Duration::from_secs(1);
/// So many pings without an answer end a connection.
const MOST_MISSES: u32 = 2;

/// Why there is no connection, or none any more.
#[derive(Debug, Error)]
pub enum LinkError {
    /// Redis said no, or the connection broke.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// Redis did not answer in time.
    #[error("no answer in time")]
    Silent,
    /// The connection was closed.
    #[error("the connection was closed")]
    Closed,
}

/// An open connection that listens to all channels. Clones are the same connection.
#[derive(Clone)]
pub(super) struct Link {
    connection: MultiplexedConnection,
    sharded: bool,
}

/// Whether a connection is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pulse {
    Good,
    Missed,
}

/// Takes what is published: called on the connection's own task, so it must not wait.
pub(super) trait Listener: Send + Sync + 'static {
    fn published(&self, bytes: &[u8]);
    fn closed(&self);
}

struct Push(Arc<dyn Listener>);

impl AsyncPushSender for Push {
    fn send(&self, push: PushInfo) -> Result<(), redis::aio::SendError> {
        match (push.kind, push.data.as_slice()) {
            (PushKind::Message | PushKind::SMessage, [_, Value::BulkString(bytes)]) => self.0.published(bytes),
            (PushKind::Disconnection, _) => self.0.closed(),
            _ => {}
        }
        Ok(())
    }
}

impl Link {
    /// Connects, and listens to all channels.
    pub(super) async fn open(url: &RedisUrl, names: &Names, listener: Arc<dyn Listener>) -> Result<Self, LinkError> {
        timeout(CONNECTING, Self::try_to_open(url, names, listener)).await.map_err(|_| LinkError::Silent)?
    }

    async fn try_to_open(url: &RedisUrl, names: &Names, listener: Arc<dyn Listener>) -> Result<Self, LinkError> {
        let connection = connect(url, Some(listener)).await?;
        let mut link = Self { connection, sharded: true };
        // Older servers do not know the sharded form. All nodes find the same, because they ask the same server.
        if let Err(error) = link.subscribe(names).await {
            if error.is_unrecoverable_error() {
                return Err(error.into());
            }
            link.sharded = false;
            link.subscribe(names).await?;
        }
        Ok(link)
    }

    async fn subscribe(&mut self, names: &Names) -> Result<(), RedisError> {
        let command = if self.sharded { "SSUBSCRIBE" } else { "SUBSCRIBE" };
        let mut all = Pipeline::new();
        names.channels().for_each(|channel| {
            all.cmd(command).arg(channel).ignore();
        });
        all.exec_async(&mut self.connection).await
    }

    pub(super) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }

    /// Adds the publishing of something.
    pub(super) fn publish(&self, pipeline: &mut Pipeline, channel: String, bytes: Vec<u8>) {
        pipeline.cmd(if self.sharded { "SPUBLISH" } else { "PUBLISH" }).arg(channel).arg(bytes).ignore();
    }

    /// Sends commands, and waits for their answers.
    pub(super) async fn send<T: redis::FromRedisValue>(&self, pipeline: &Pipeline) -> Result<T, LinkError> {
        let mut connection = self.connection();
        let answer = timeout(ANSWERING, pipeline.query_async(&mut connection)).await;
        Ok(answer.map_err(|_| LinkError::Silent)??)
    }

    /// Pings for ever; gives why that cannot go on.
    pub(super) async fn watch(&self, note: impl Fn(Pulse)) -> LinkError {
        let mut connection = self.connection();
        let mut beat = interval(PING_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut misses = 0;
        loop {
            beat.tick().await;
            match timeout(PONG_WITHIN, cmd("PING").exec_async(&mut connection)).await {
                Ok(Ok(())) => {
                    misses = 0;
                    note(Pulse::Good);
                }
                Ok(Err(error)) => return error.into(),
                Err(_) => {
                    misses += 1;
                    note(Pulse::Missed);
                    if misses >= MOST_MISSES {
                        return LinkError::Silent;
                    }
                }
            }
        }
    }

    /// What to call the server in the log.
    pub(super) async fn describe(&self) -> String {
        let form = if self.sharded { "sharded" } else { "plain" };
        format!("{}, {form} channels", version(&mut self.connection()).await)
    }
}

async fn connect(url: &RedisUrl, listener: Option<Arc<dyn Listener>>) -> Result<MultiplexedConnection, RedisError> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECTING)).set_response_timeout(Some(ANSWERING));
    let config = match listener {
        Some(listener) => config.set_push_sender(Push(listener)),
        None => config,
    };
    Client::open(url.info())?.get_multiplexed_async_connection_with_config(&config).await
}

async fn version(connection: &mut MultiplexedConnection) -> String {
    // Whoever may not ask this can still use the rest.
    let info: String = cmd("INFO").arg("server").query_async(connection).await.unwrap_or_default();
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
    format!("Redis {}", version.unwrap_or("of an unknown version"))
}

/// Whether a Redis answers, and what it is.
pub async fn probe(url: &RedisUrl) -> Result<String, LinkError> {
    let probing = async {
        let mut connection = connect(url, None).await?;
        cmd("PING").exec_async(&mut connection).await?;
        Ok(version(&mut connection).await)
    };
    timeout(CONNECTING, probing).await.map_err(|_| LinkError::Silent)?
}
