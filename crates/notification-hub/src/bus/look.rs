//! Asks the servers how the work is divided between them.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Value, cmd};
use tokio::time::timeout;

use super::link::{self, LinkError};
use super::server::Server;
use super::settings::RedisUrl;
use super::topology::Topology;

/// How long one server may take.
const ANSWERING: Duration = Duration::from_secs(1);

/// Somebody to ask, with a connection to them if there is one.
pub(super) struct Witness {
    pub(super) server: Server,
    pub(super) connection: Option<MultiplexedConnection>,
}

/// Those who are named, for whoever knows nobody else.
pub(super) fn named(url: &RedisUrl) -> Vec<Witness> {
    url.servers().iter().map(|server| Witness { server: server.clone(), connection: None }).collect()
}

/// Asks one after the other, until one says that its cluster works; otherwise it takes the word of the first that
/// answered. A member that is cut off from the others does not know of their changes, but knows that it is cut off.
pub(super) async fn look(url: &RedisUrl, witnesses: Vec<Witness>) -> Result<Topology, LinkError> {
    let mut doubtful = None;
    let mut failure = LinkError::Silent;
    for witness in witnesses {
        let asked = timeout(ANSWERING, ask(url, witness)).await.unwrap_or(Err(LinkError::Silent));
        match asked {
            Ok((topology, true)) => return Ok(topology),
            Ok((topology, false)) => doubtful = doubtful.or(Some(topology)),
            Err(error) => failure = error,
        }
    }
    doubtful.ok_or(failure)
}

/// What one server says, and whether its cluster works.
async fn ask(url: &RedisUrl, witness: Witness) -> Result<(Topology, bool), LinkError> {
    let Witness { server, connection } = witness;
    let mut connection = match connection {
        Some(connection) => connection,
        None => link::ask(&server).await?,
    };
    let slots: Value = match cmd("CLUSTER").arg("SLOTS").query_async(&mut connection).await {
        Ok(slots) => slots,
        Err(error) if link::is_refusal(&error) => return alone(url, server).map(|topology| (topology, true)),
        Err(error) => return Err(error.into()),
    };
    let info: String = cmd("CLUSTER").arg("INFO").query_async(&mut connection).await?;
    let topology = Topology::of_cluster(&slots, &server).ok_or(LinkError::Unserved)?;
    Ok((topology, info.contains("cluster_state:ok")))
}

/// A server that is in no cluster has everything, if it is the only one that is named.
fn alone(url: &RedisUrl, server: Server) -> Result<Topology, LinkError> {
    if url.servers() == [server.clone()] {
        return Ok(Topology::of_one(server));
    }
    Err(LinkError::NoCluster(server.to_string()))
}
