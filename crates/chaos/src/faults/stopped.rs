//! The server is asked to stop while hundreds are connected and write.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::{BOTH, Fault, Nodes, sockets};
use crate::stage::{Kind, Stage};

/// What the server promises to take at most.
const LIMIT: Duration = Duration::from_secs(15);
/// How many sockets each person opens besides the three that they have.
const EACH: usize = 16;

pub(super) const FAULT: Fault = Fault {
    name: "stopped",
    what: "SIGTERM with 200 more sockets open, then started again",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[("CHATAPP_SOCKETS_PER_USER", "100")],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let mut open = Vec::new();
    for person in &stage.people {
        for _ in 0..EACH {
            open.push(sockets::open(person).await?);
        }
    }
    let from = stage.now();
    let asked = Instant::now();
    stage.server.terminate()?;
    // They must be read to hear the end; a stopped server does not wait for those that are not.
    let codes = join_all(open.iter_mut().map(sockets::closing_code));
    let (codes, ended) = tokio::join!(codes, stage.server.ended(LIMIT));
    let (took, status) = (asked.elapsed(), ended?);
    anyhow::ensure!(status.success(), "the server ended with {status}");
    let told = codes.iter().filter(|code| **code == Some(1012)).count();
    anyhow::ensure!(told == codes.len(), "{told} of {} sockets were closed with 1012: {codes:?}", codes.len());
    stage.notes.push(format!("all {told} sockets closed with 1012; ended after {} ms", took.as_millis()));
    stage.mended("the server has stopped", from);
    stage.server.start().await
}
