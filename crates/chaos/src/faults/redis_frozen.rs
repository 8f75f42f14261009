//! What is between the nodes stands still: connections are open and nothing answers.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "redis-frozen",
    what: "the Redis between two nodes stopped with SIGSTOP for 20 s",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let from = stage.now();
    stage.redis()?.freeze().await?;
    sleep(Duration::from_secs(if stage.short { 5 } else { 20 })).await;
    stage.redis()?.thaw()?;
    stage.mended("Redis stands still", from);
    Ok(())
}
