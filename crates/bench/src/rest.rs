//! What the server takes when nobody asks for anything, and how soon it is there.

use std::time::Duration;

use crate::clock::during;
use crate::figure::Figure;
use crate::figure::Wanted::AtMost;
use crate::stage::Stage;

/// For how long a server that was just started is left alone.
const SETTLING: Duration = Duration::from_secs(5);

/// Memory and size, before any load but that everybody has logged in; and memory once more of a server that was just
/// started on that database.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let after_log_ins = [stage.server.process().memory()?];
    stage.server.restart().await?;
    during("rest", tokio::time::sleep(SETTLING)).await;
    let (memory, size) = (stage.server.process().memory()?, stage.server.size()?);
    stage.add(Figure::new("resident memory at rest", &[memory], "MiB").wanted(AtMost(20.0)));
    let what = format!("resident memory after {} log-ins", stage.crowd.people.len());
    stage.add(Figure::new(what, &after_log_ins, "MiB").wanted(AtMost(20.0)));
    stage.add(Figure::new("release binary", &[size], "MiB").wanted(AtMost(20.0)));
    Ok(())
}

/// From the start of the process to its first answer, on the database as it is by now; and what the load left behind.
pub(crate) async fn restart(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let memory = stage.server.process().memory()?;
    stage.add(Figure::new("resident memory after the load", &[memory], "MiB"));
    let mut times = Vec::new();
    for _ in 0..stage.plan.runs {
        times.push(during("restart", stage.server.restart()).await?.as_secs_f64() * 1e3);
    }
    let wanted = stage.either(AtMost(150.0), AtMost(400.0));
    stage.add(Figure::new("start to first answer", &times, "ms").wanted(wanted));
    Ok(())
}
