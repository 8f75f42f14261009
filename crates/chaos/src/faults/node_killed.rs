//! One of two nodes is killed again and again; the people of the other go on, and both come together again.

use std::time::Duration;

use anyhow::Context;
use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "node-killed",
    what: "one of two nodes killed with -9 ten times",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 2 } else { 10 } {
        sleep(Duration::from_millis(rand::random_range(500..2000))).await;
        let from = stage.now();
        let node = stage.other_servers().last_mut().context("no other node")?;
        node.kill().await?;
        sleep(Duration::from_millis(rand::random_range(0..1500))).await;
        node.start().await?;
        stage.mended("a node is dead", from);
    }
    Ok(())
}
