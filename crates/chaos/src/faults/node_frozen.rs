//! One of two nodes stands still, now and then in the middle of a transaction, with locks that nobody else gets past.

use std::time::Duration;

use anyhow::Context;
use tokio::time::sleep;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "node-frozen",
    what: "one of two nodes stopped with SIGSTOP for 8 s, three times",
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::Two,
    clock: false,
    // A request that had come halfway meanwhile is too slow by the node's own clock (408), which is right but not the point.
    settings: &[("CHATAPP_HEADER_TIMEOUT", "30"), ("CHATAPP_BODY_TIMEOUT", "30")],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 1 } else { 3 } {
        sleep(Duration::from_millis(rand::random_range(500..2000))).await;
        let from = stage.now();
        stage.other_servers().last().context("no other node")?.freeze().await?;
        sleep(Duration::from_secs(if stage.short { 6 } else { 8 })).await;
        stage.note_silence(from, "longest time without an acknowledged message while a node stood still");
        stage.other_servers().last().context("no other node")?.thaw()?;
        stage.mended("a node stands still", from);
    }
    Ok(())
}
