//! The member of the cluster that all nodes write to dies: they go on together at another one, and stay there until that
//! one dies.

use std::time::Duration;

use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "writer-killed",
    what: "the Galera member that two nodes write to killed with -9, then the one that they went to, then the first again",
    engines: &[Engine::Galera],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    settings: &[],
    clock: false,
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for round in 0..if stage.short { 1 } else { 3 } {
        // Of those that are good, the nodes agree on the one that comes first.
        let writer = round % 2;
        let from = stage.now();
        stage.galera()?.kill(writer).await?;
        sleep(Duration::from_secs(if stage.short { 3 } else { 10 })).await;
        stage.galera()?.rejoin(writer).await?;
        stage.mended("the member that is written to is dead", from);
        stage.note_silence(from, "the member that is written to killed and joined again");
        sleep(Duration::from_secs(if stage.short { 1 } else { 8 })).await;
    }
    Ok(())
}
