//! The database dies and comes back a few seconds later; the server must not.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "database-killed",
    what: "the database killed with -9 three times, back after 5 s",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 1 } else { 3 } {
        let from = stage.now();
        stage.mariadb()?.kill().await?;
        sleep(Duration::from_secs(if stage.short { 2 } else { 5 })).await;
        stage.mariadb()?.start().await?;
        stage.mended("the database is dead", from);
        sleep(Duration::from_secs(if stage.short { 1 } else { 6 })).await;
    }
    Ok(())
}
