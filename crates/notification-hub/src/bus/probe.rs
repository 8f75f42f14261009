//! Whether a Redis answers, without becoming a node.

use std::time::Duration;

use redis::cmd;
use tokio::time::timeout;

use super::link::{self, LinkError};
use super::look::{look, named};
use super::server::Server;
use super::settings::RedisUrl;

/// How long that may take altogether.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one server may take.
const ANSWERING: Duration = Duration::from_secs(2);

/// Whether a Redis answers, in a cluster each master of it, and what it is.
pub async fn probe(url: &RedisUrl) -> Result<String, LinkError> {
    timeout(PATIENCE, probe_all(url)).await.map_err(|_| LinkError::Silent)?
}

async fn probe_all(url: &RedisUrl) -> Result<String, LinkError> {
    let topology = look(url, named(url)).await?;
    let mut version = String::new();
    for master in topology.masters() {
        version = timeout(ANSWERING, probe_one(master)).await.map_err(|_| LinkError::Silent)??;
    }
    match topology.masters() {
        [] => Err(LinkError::Unserved),
        masters if topology.is_cluster() => Ok(format!("{version}, a cluster with {} masters,", masters.len())),
        _ => Ok(version),
    }
}

async fn probe_one(server: &Server) -> Result<String, LinkError> {
    let mut connection = link::ask(server).await?;
    cmd("PING").exec_async(&mut connection).await?;
    Ok(link::version(&mut connection).await)
}
