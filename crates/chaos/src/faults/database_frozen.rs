//! The database's process stands still: connections are open and nothing answers.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "database-frozen",
    what: "the database stopped with SIGSTOP for 25 s",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let from = stage.now();
    stage.mariadb()?.freeze().await?;
    sleep(Duration::from_secs(if stage.short { 5 } else { 25 })).await;
    stage.mariadb()?.thaw()?;
    stage.mended("the database stands still", from);
    Ok(())
}
