//! The member of the cluster that all nodes write to dies: they go on at the next one, and go back once it is good again.

use std::time::Duration;

use tokio::time::sleep;

use super::Fault;
use crate::stage::{Engine, Kind, Stage};

/// Longer than a node waits until it goes back to a member that it prefers.
const BACK_AFTER: Duration = Duration::from_secs(20);

pub(super) const FAULT: Fault = Fault {
    name: "writer-killed",
    what: "the Galera member that two nodes write to killed with -9, and again once they are back",
    engines: &[Engine::Galera],
    ground: Kind::Folder,
    nodes: 2,
    settings: &[],
    clock: false,
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 1 } else { 3 } {
        let from = stage.now();
        stage.galera()?.kill(0).await?;
        sleep(Duration::from_secs(if stage.short { 3 } else { 10 })).await;
        stage.galera()?.rejoin(0).await?;
        stage.mended("the member that is written to is dead", from);
        stage.note_silence(from, "the first member killed and joined again");
        sleep(if stage.short { Duration::from_secs(1) } else { BACK_AFTER }).await;
    }
    Ok(())
}
