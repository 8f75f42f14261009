//! `just bench`: what ChatApp does on this machine, each figure beside the floor that the machine itself sets, measured
//! in the same run. Ratios can be compared between machines; absolute times cannot.

mod clock;
mod figure;
mod flood;
mod floor;
mod flow;
mod growth;
mod hammer;
mod http;
mod idle;
mod latency;
mod nodes;
mod overload;
mod people;
mod plan;
mod process;
mod profile;
mod reads;
mod rest;
mod results;
mod scrapes;
mod sends;
mod server;
mod sockets;
mod stage;
mod table;
mod websocket;

use clap::Parser;

use self::floor::Floor;
use self::people::Crowd;
use self::plan::{Arguments, Command, Part, Plan};
use self::results::Results;
use self::server::Server;
use self::stage::Stage;
use self::table::Table;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if matches!(arguments.command, Some(Command::Floor)) {
        return floor::serve();
    }
    let plan = arguments.plan();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(&plan))
}

async fn measure(plan: &Plan) -> anyhow::Result<()> {
    let (results, mut table) = (Results::among(&plan.results)?, Table::default());
    let outcome = measure_all(plan, &results, &mut table).await;
    // What was measured before something failed is of use.
    results.keep(&table)?;
    outcome
}

async fn measure_all(plan: &Plan, results: &Results, table: &mut Table) -> anyhow::Result<()> {
    let floor = Floor::measure(plan, table).await?;
    let idle = if plan.has(Part::Idle) { idle::floor(plan, table).await? } else { None };
    for (name, url) in plan.engines() {
        let server = Server::start(&plan.server, url).await?;
        let crowd = Crowd::make(&server, "user", Crowd::SIZE).await?;
        engine(Stage { plan, results, engine: name, floor: &floor, server, crowd, table: &mut *table }, idle).await?;
    }
    if let Some((database, redis)) = plan.nodes.as_ref().filter(|_| plan.has(Part::Nodes)) {
        nodes::measure(plan, database, redis, table).await?;
    }
    Ok(())
}

/// Everything that is measured on one engine; `idle` is what an idle socket of a bare server takes.
async fn engine(mut stage: Stage<'_>, idle: Option<f64>) -> anyhow::Result<()> {
    let plan = stage.plan;
    if plan.has(Part::Rest) {
        rest::measure(&mut stage).await?;
    }
    let alone = if plan.has(Part::Engine) { floor::measure_engine(&mut stage).await? } else { None };
    let top = if plan.has(Part::Sends) { sends::measure(&mut stage, alone).await?.rate } else { 0.0 };
    if plan.has(Part::Latency) && top > 0.0 {
        latency::measure(&mut stage, top).await?;
    }
    if plan.has(Part::Flow) {
        flow::measure(&mut stage).await?;
    }
    if plan.has(Part::Reads) {
        reads::measure(&mut stage).await?;
    }
    if plan.has(Part::Flood) {
        flood::measure(&mut stage).await?;
    }
    if plan.has(Part::Overload) {
        overload::measure(&mut stage).await?;
    }
    if let Some(floor) = idle {
        idle::measure(&mut stage, floor, top).await?;
    }
    if plan.has(Part::Rest) {
        rest::restart(&mut stage).await?;
    }
    if plan.has(Part::Scrapes) {
        scrapes::measure(&mut stage).await?;
    }
    if plan.growth > 0 {
        growth::measure(&mut stage).await?;
    }
    Ok(())
}
