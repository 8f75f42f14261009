//! A member of the cluster dies that nobody writes to, and joins again; those who go on have to find out that it is gone.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "member-killed",
    what: "a Galera member that is not written to killed with -9, two nodes",
    engines: &[Engine::Galera],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    settings: &[],
    clock: false,
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 1 } else { 3 } {
        let from = stage.now();
        stage.galera()?.kill(2).await?;
        sleep(Duration::from_secs(if stage.short { 3 } else { 10 })).await;
        stage.galera()?.rejoin(2).await?;
        stage.mended("a member of the cluster is dead", from);
        stage.note_silence(from, "the last member killed and joined again");
        sleep(Duration::from_secs(if stage.short { 1 } else { 8 })).await;
    }
    Ok(())
}
