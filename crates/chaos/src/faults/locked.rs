//! Another process holds the database's locks: all writes wait, and so does whatever waits behind them.

use std::time::Duration;

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tokio::time::{sleep, timeout};

use super::{BOTH, Fault, Nodes};
use crate::stage::{Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "locked",
    what: "another process keeps all writes locked out for 15 s",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let seconds = if stage.short { 4 } else { 15 };
    let from = stage.now();
    match &stage.mariadb {
        Some(mariadb) => {
            let statements = format!("FLUSH TABLES WITH READ LOCK; SELECT SLEEP({seconds}); UNLOCK TABLES");
            let mut client = mariadb.begin(&statements)?;
            let ended = timeout(Duration::from_secs(60), client.wait()).await.context("the lock does not end")??;
            anyhow::ensure!(ended.success(), "the tables could not be locked: {ended}");
        }
        None => {
            let mut file = SqliteConnection::establish(stage.sqlite().to_str().context("a path that is no text")?)?;
            file.batch_execute("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE")?;
            sleep(Duration::from_secs(seconds)).await;
            file.batch_execute("ROLLBACK")?;
        }
    }
    stage.mended("writes are locked out", from);
    Ok(())
}
