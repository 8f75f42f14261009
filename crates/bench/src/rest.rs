//! What the server takes when nobody asks for anything, and how soon it is there.

use crate::clock::during;
use crate::figure::Figure;
use crate::figure::Wanted::AtMost;
use crate::stage::Stage;

/// Memory and size, before any load.
pub(crate) fn measure(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let (memory, size) = (stage.server.process().memory()?, stage.server.size()?);
    stage.add(Figure::new("resident memory at rest", &[memory], "MiB").wanted(AtMost(20.0)));
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
