//! The disk below the database is full, and later it is not. SQLite refuses to write meanwhile; MariaDB may end itself, and
//! is then started again by whoever gives it space.

use std::time::Duration;

use tokio::time::sleep;

use super::{BOTH, Fault, Nodes};
use crate::stage::{Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "disk-full",
    what: "the database's disk full for 10 s",
    engines: BOTH,
    ground: Kind::SmallDisk,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let from = stage.now();
    stage.ground.fill().await?;
    sleep(Duration::from_secs(if stage.short { 4 } else { 10 })).await;
    stage.ground.empty()?;
    if let Some(mariadb) = &mut stage.mariadb {
        match mariadb.ended()? {
            Some(status) => {
                mariadb.start().await?;
                stage.notes.push(format!("MariaDB ended itself ({status}) and was started again"));
            }
            None => stage.notes.push("MariaDB went on, and refused to write".to_owned()),
        }
    }
    stage.mended("the disk is full", from);
    Ok(())
}
