//! One connection to a server of Redis: it publishes, listens and asks. It is thrown away as soon as there is doubt about
//! it.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::{AsyncPushSender, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, Pipeline, PushInfo, PushKind, RedisError, ServerErrorKind, Value, cmd};
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::doubts::Doubts;
use super::server::Server;

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
    /// What was listened to there is with another server of the cluster now.
    #[error("it no longer has all of its channels")]
    Moved,
    /// Several servers are named, and this one is not in a cluster.
    #[error("{0} is not in a cluster, so it cannot be one server of several")]
    NoCluster(String),
    /// The servers that answer do not know who has a channel or a key.
    #[error("no server of the cluster has some of the slots")]
    Unserved,
}

impl LinkError {
    /// The server is there, and says that it is its cluster that cannot do this now, or that another member should.
    pub(super) fn is_of_cluster(&self) -> bool {
        use ServerErrorKind::{Ask, ClusterDown, MasterDown, Moved, ReadOnly, TryAgain};
        let is_of_cluster =
            |kind: &_| matches!(kind, Some(Ask | ClusterDown | MasterDown | Moved | ReadOnly | TryAgain));
        match self {
            Self::Redis(error) => kinds(error).is_some_and(|kinds| kinds.iter().any(is_of_cluster)),
            _ => false,
        }
    }
}

/// An open connection that listens to its channels. Clones are the same connection.
#[derive(Clone)]
pub(super) struct Link {
    connection: MultiplexedConnection,
    sharded: bool,
    doubts: Arc<Doubts>,
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
}

struct Push {
    listener: Arc<dyn Listener>,
    doubts: Arc<Doubts>,
}

impl AsyncPushSender for Push {
    fn send(&self, push: PushInfo) -> Result<(), redis::aio::SendError> {
        match (push.kind, push.data.as_slice()) {
            (PushKind::Message | PushKind::SMessage, [_, Value::BulkString(bytes)]) => {
                self.listener.published(bytes);
            }
            (PushKind::Disconnection, _) => self.doubts.raise(LinkError::Closed),
            // Nobody here has asked for it: the server says so of a slot that it had.
            (PushKind::SUnsubscribe, _) => self.doubts.raise(LinkError::Moved),
            _ => {}
        }
        Ok(())
    }
}

impl Link {
    /// Connects, and listens to the channels.
    pub(super) async fn open(
        server: &Server,
        channels: &[String],
        listener: Arc<dyn Listener>,
    ) -> Result<Self, LinkError> {
        timeout(CONNECTING, Self::try_to_open(server, channels, listener)).await.map_err(|_| LinkError::Silent)?
    }

    async fn try_to_open(server: &Server, channels: &[String], listener: Arc<dyn Listener>) -> Result<Self, LinkError> {
        let doubts = Arc::new(Doubts::default());
        let push = Push { listener, doubts: Arc::clone(&doubts) };
        let mut link = Self { connection: connect(server, Some(push)).await?, sharded: true, doubts };
        // Older servers do not know the sharded form. All nodes find the same, because they ask the same server.
        if let Err(error) = link.subscribe(channels).await {
            if !is_refusal(&error) {
                return Err(error.into());
            }
            link.sharded = false;
            link.subscribe(channels).await?;
        }
        Ok(link)
    }

    async fn subscribe(&mut self, channels: &[String]) -> Result<(), RedisError> {
        let command = if self.sharded { "SSUBSCRIBE" } else { "SUBSCRIBE" };
        // One by one: in a cluster a command names one slot only.
        let mut all = Pipeline::new();
        for channel in channels {
            all.cmd(command).arg(channel).ignore();
        }
        if all.is_empty() { Ok(()) } else { all.exec_async(&mut self.connection).await }
    }

    /// Something is wrong with it: whoever keeps it throws it away.
    pub(super) fn doubt(&self, error: LinkError) {
        self.doubts.raise(error);
    }

    /// Resolves when there is doubt. For the one who keeps it.
    pub(super) async fn doubted(&self) -> LinkError {
        self.doubts.first().await
    }

    /// Tells connections apart, as long as both are there.
    pub(super) fn identity(&self) -> *const Doubts {
        Arc::as_ptr(&self.doubts)
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
    pub(super) async fn watch(&self, mut note: impl FnMut(Pulse)) -> LinkError {
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

/// The server knows no such command, or allows it to somebody else only.
pub(super) fn is_refusal(error: &RedisError) -> bool {
    kinds(error).is_some_and(|kinds| {
        kinds.iter().all(|kind| matches!(kind, Some(ServerErrorKind::ResponseError | ServerErrorKind::NoPerm)))
    })
}

/// The kind of each error that a server answered with; nothing if it is not the server that says so.
fn kinds(error: &RedisError) -> Option<Vec<Option<ServerErrorKind>>> {
    let errors = error.clone().into_server_errors()?;
    Some(errors.iter().map(|(_, error)| error.kind()).collect())
}

async fn connect(server: &Server, push: Option<Push>) -> Result<MultiplexedConnection, RedisError> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECTING)).set_response_timeout(Some(ANSWERING));
    let config = match push {
        Some(push) => config.set_push_sender(push),
        None => config,
    };
    Client::open(server.info())?.get_multiplexed_async_connection_with_config(&config).await
}

/// A connection that only asks.
pub(super) async fn ask(server: &Server) -> Result<MultiplexedConnection, RedisError> {
    connect(server, None).await
}

/// What a server is.
pub(super) async fn version(connection: &mut MultiplexedConnection) -> String {
    // Whoever may not ask this can still use the rest.
    let info: String = cmd("INFO").arg("server").query_async(connection).await.unwrap_or_default();
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
    format!("Redis {}", version.unwrap_or("of an unknown version"))
}
