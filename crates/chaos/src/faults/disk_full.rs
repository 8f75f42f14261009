//! The disk below the database is full, and later it is not.

use std::time::Duration;

use tokio::time::sleep;

use super::Fault;
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "disk-full",
    what: "the database's disk full for 10 s",
    // MariaDB ends itself when its disk is full: then it is the database that was killed.
    engines: &[Engine::Sqlite],
    ground: Kind::SmallDisk,
    nodes: 1,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let from = stage.now();
    stage.ground.fill()?;
    sleep(Duration::from_secs(if stage.short { 4 } else { 10 })).await;
    stage.ground.empty()?;
    stage.mended("the disk is full", from);
    Ok(())
}
