//! Every connection to the database waits for a lock that another holds, reads included: nobody gets one any more.

use std::time::Duration;

use anyhow::Context;
use tokio::time::timeout;

use super::{Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "pool-exhausted",
    what: "all connections to the database wait for a lock for 15 s",
    // SQLite's readers wait for nobody.
    engines: &[Engine::Mariadb],
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let seconds = if stage.short { 4 } else { 15 };
    let from = stage.now();
    let tables = ["messages", "feeds", "conversations", "users", "sessions"].map(|name| format!("chat.{name} WRITE"));
    let statements = format!("LOCK TABLES {}; SELECT SLEEP({seconds})", tables.join(", "));
    let mut client = stage.mariadb()?.begin(&statements)?;
    let ended = timeout(Duration::from_secs(60), client.wait()).await.context("the lock does not end")??;
    anyhow::ensure!(ended.success(), "the tables could not be locked: {ended}");
    stage.mended("nobody gets a connection", from);
    Ok(())
}
