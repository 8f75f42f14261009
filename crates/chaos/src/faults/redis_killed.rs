//! What is between the nodes dies, and comes back with nothing in it.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "redis-killed",
    what: "the Redis between two nodes killed with -9 three times, back empty after 10 s",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 1 } else { 3 } {
        let from = stage.now();
        stage.redis()?.kill().await?;
        sleep(Duration::from_secs(if stage.short { 3 } else { 10 })).await;
        stage.redis()?.start().await?;
        stage.mended("Redis is dead", from);
        sleep(Duration::from_secs(if stage.short { 1 } else { 8 })).await;
    }
    Ok(())
}
