//! Nothing breaks: the measure for everything else, and the run in which every notification is timed.

use std::time::Duration;

use tokio::time::sleep;

use super::{BOTH, Fault, Nodes};
use crate::stage::{Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "calm",
    what: "nothing breaks",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    sleep(Duration::from_secs(if stage.short { 4 } else { 20 })).await;
    Ok(())
}
