//! What the server takes when nobody asks for anything, and how soon it is there.

use crate::Plan;
use crate::clock::during;
use crate::server::Server;
use crate::table::Table;

/// Memory and size, before any load.
pub(crate) fn measure(engine: &str, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    table.add(engine, "resident memory at rest", &[server.memory()?], "MiB", None);
    table.add(engine, "release binary", &[server.size()?], "MiB", None);
    Ok(())
}

/// From the start of the process to its first answer, on the database as it is by now; and what the load left behind.
pub(crate) async fn restart(plan: &Plan, engine: &str, mut server: Server, table: &mut Table) -> anyhow::Result<()> {
    table.add(engine, "resident memory after the load", &[server.memory()?], "MiB", None);
    let mut times = Vec::new();
    for _ in 0..plan.runs {
        times.push(during("restart", server.restart()).await?.as_secs_f64() * 1e3);
    }
    table.add(engine, "start to first answer", &times, "ms", None);
    Ok(())
}
