//! The server is killed again and again, in the middle of whatever it does.

use std::time::Duration;

use tokio::time::sleep;

use super::{BOTH, Fault, Nodes};
use crate::stage::{Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "server-killed",
    what: "the server killed with -9 twenty times",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 3 } else { 20 } {
        let uptime = rand::random_range(300..2000);
        sleep(Duration::from_millis(uptime)).await;
        let from = stage.now();
        stage.server.kill().await?;
        sleep(Duration::from_millis(rand::random_range(0..1000))).await;
        stage.mended("the server is dead", from);
        stage.server.start().await?;
    }
    Ok(())
}
