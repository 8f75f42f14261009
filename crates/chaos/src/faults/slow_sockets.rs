//! Some sockets never read, others read a frame now and then: nobody else may notice, and memory must not grow.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{BOTH, Fault, Nodes, sockets};
use crate::stage::{Kind, Stage};

/// How many of each kind a person has.
const EACH: usize = 5;

pub(super) const FAULT: Fault = Fault {
    name: "slow-sockets",
    what: "65 sockets that never read and 65 that read one frame a second",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[("CHATAPP_SOCKETS_PER_USER", "100")],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let before = stage.server.peaks().rss;
    let (mut deaf, mut slow) = (Vec::new(), JoinSet::new());
    for person in &stage.people {
        for _ in 0..EACH {
            deaf.push(sockets::open(person).await?);
            let mut socket = sockets::open(person).await?;
            slow.spawn(async move {
                while socket.next().await.is_some() {
                    sleep(Duration::from_secs(1)).await;
                }
            });
        }
    }
    sleep(Duration::from_secs(if stage.short { 5 } else { 30 })).await;
    let after = stage.server.peaks().rss;
    stage.notes.push(format!("peak RSS {} KiB before, {} KiB with them", before, after));
    // Ends the tasks, and closes the sockets.
    slow.shutdown().await;
    drop(deaf);
    Ok(())
}
