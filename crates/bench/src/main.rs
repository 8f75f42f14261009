//! `just bench`: what ChatApp does on this machine, each figure beside the floor that the machine itself sets, measured
//! in the same run. Ratios can be compared between machines; absolute times cannot.

mod clock;
mod flood;
mod floor;
mod flow;
mod growth;
mod hammer;
mod http;
mod idle;
mod latency;
mod nodes;
mod people;
mod plan;
mod process;
mod profile;
mod reads;
mod rest;
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
    let mut table = Table::default();
    let floor = Floor::measure(plan, &mut table).await?;
    let idle = if plan.has(Part::Idle) { idle::floor(plan, &mut table).await? } else { None };
    let engines = [("SQLite", None), ("MySQL", plan.mysql_url.as_deref())];
    for (name, url) in engines.into_iter().filter(|(name, url)| *name == "SQLite" || url.is_some()) {
        engine(plan, name, url, &floor, idle, &mut table).await?;
    }
    if let Some((database, redis)) = plan.nodes.as_ref().filter(|_| plan.has(Part::Nodes)) {
        nodes::measure(plan, database, redis, &mut table).await?;
    }
    println!("\n{table}");
    Ok(())
}

async fn engine(
    plan: &Plan,
    name: &str,
    url: Option<&str>,
    floor: &Floor,
    idle: Option<f64>,
    table: &mut Table,
) -> anyhow::Result<()> {
    let server = Server::start(&plan.server, url).await?;
    let crowd = Crowd::make(&server, "user", Crowd::SIZE).await?;
    let mut stage = Stage { plan, engine: name, floor, server, crowd, table };
    if plan.has(Part::Rest) {
        rest::measure(&mut stage)?;
    }
    if plan.has(Part::Engine) {
        floor::measure_engine(&mut stage).await?;
    }
    let top = if plan.has(Part::Sends) { sends::measure(&mut stage).await? } else { 0.0 };
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
