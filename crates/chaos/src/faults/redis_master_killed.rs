//! A master of what is between the nodes dies: its replica takes over, and it comes back as the replica of that one.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "redis-master-killed",
    what: "each of the three masters of the Redis Cluster between two nodes killed with -9 in turn, replaced, and back after 10 s",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::TwoOnCluster,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for number in 0..if stage.short { 1 } else { 3 } {
        let from = stage.now();
        stage.redis_cluster()?.kill(number).await?;
        sleep(Duration::from_secs(if stage.short { 6 } else { 10 })).await;
        stage.redis_cluster()?.start(number).await?;
        stage.mended("a master of the cluster is dead", from);
        sleep(Duration::from_secs(if stage.short { 1 } else { 8 })).await;
    }
    Ok(())
}
