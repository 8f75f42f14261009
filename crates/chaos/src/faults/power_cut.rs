//! The power of the disk below the database is cut: what was not flushed is gone.

use std::time::Duration;

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tokio::time::sleep;

use super::{BOTH, Fault, Nodes};
use crate::stage::{Engine, Kind, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "power-cut",
    what: "the power of the database's disk cut five times",
    engines: BOTH,
    ground: Kind::Volume,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 1 } else { 5 } {
        sleep(Duration::from_millis(rand::random_range(1500..4000))).await;
        let from = stage.now();
        // Processes and disk cannot end in the same instant. The processes are first, because nobody hears of anything
        // after a power cut, while the file system lets a flush succeed that was under way.
        stage.server.freeze().await?;
        if let Some(mariadb) = &stage.mariadb {
            mariadb.freeze().await?;
        }
        stage.ground.cut_power()?;
        stage.server.kill().await?;
        if let Some(mariadb) = &mut stage.mariadb {
            mariadb.kill().await?;
        }
        stage.ground.restore_power()?;
        if let Some(mariadb) = &mut stage.mariadb {
            mariadb.start().await?;
        }
        stage.mended("there is no power", from);
        stage.server.start().await?;
    }
    if stage.engine() == Engine::Sqlite {
        check_integrity(stage)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

fn check_integrity(stage: &mut Stage) -> anyhow::Result<()> {
    let mut file = SqliteConnection::establish(stage.sqlite().to_str().context("a path that is no text")?)?;
    file.batch_execute("PRAGMA busy_timeout = 5000")?;
    let answer: Answer = diesel::sql_query("PRAGMA integrity_check").get_result(&mut file)?;
    anyhow::ensure!(answer.integrity_check == "ok", "the file is damaged: {}", answer.integrity_check);
    stage.notes.push("integrity_check: ok".to_owned());
    Ok(())
}
