//! Nothing breaks, between two nodes: the run in which notifications from one to the other are timed.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "two-nodes",
    what: "two nodes, and nothing breaks",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    sleep(Duration::from_secs(if stage.short { 4 } else { 20 })).await;
    Ok(())
}
