//! One node's way to Redis is cut, and neither side is told: both keep a connection on which nothing ever comes again.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "redis-cut",
    what: "the way of one of two nodes to Redis silently cut for 30 s",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let from = stage.now();
    stage.way()?.cut();
    sleep(Duration::from_secs(if stage.short { 7 } else { 30 })).await;
    stage.way()?.heal();
    stage.mended("the way to Redis is cut", from);
    Ok(())
}
