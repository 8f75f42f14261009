//! `chatapp-chaos`: plays runs in which things break, and says whether every promise was kept.

use std::path::PathBuf;
use std::process::ExitCode;

use chatapp_chaos::faults::{FAULTS, Fault};
use chatapp_chaos::inputs::try_all;
use chatapp_chaos::report::{Report, Table};
use chatapp_chaos::run::{Plan, play};
use chatapp_chaos::self_test::self_test;
use chatapp_chaos::stage::Engine;
use clap::{Args, Parser, Subcommand};

/// Breaks what ChatApp stands on while people chat, and proves that its promises hold.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the faults.
    List,
    /// Plays every fault, or some.
    Run {
        /// Only these faults.
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
        /// On MariaDB and Galera, which must be installed, as well as on SQLite.
        #[arg(long)]
        mysql: bool,
        #[command(flatten)]
        how: How,
    },
    /// Sends input that nobody should send, and says what comes back.
    Inputs {
        /// On MariaDB, which must be installed, as well as on SQLite.
        #[arg(long)]
        mysql: bool,
        #[command(flatten)]
        how: How,
    },
    /// Shows that the checker finds planted faults, with a server built with the feature `planted-faults`.
    SelfTest {
        #[command(flatten)]
        how: How,
    },
}

#[derive(Args)]
struct How {
    /// The server's binary.
    #[arg(long, default_value = "target/release/chatapp")]
    server: PathBuf,
    /// A folder in which histories and logs are kept.
    #[arg(long)]
    records: Option<PathBuf>,
    /// Repeats the randomness of an earlier run.
    #[arg(long)]
    seed: Option<u64>,
    /// Seconds instead of minutes.
    #[arg(long)]
    short: bool,
}

impl From<How> for Plan {
    fn from(how: How) -> Self {
        let seed = how.seed.unwrap_or_else(|| rand::random_range(1..1_000_000));
        Self { binary: how.server, records: how.records, seed, short: how.short, settings: Vec::new() }
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let good = runtime.block_on(async {
        tokio::select! {
            good = obey(arguments.command) => good,
            // Everything that was started ends with what is dropped here.
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
        }
    })?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn obey(command: Command) -> anyhow::Result<bool> {
    match command {
        Command::List => {
            FAULTS.iter().for_each(|fault| println!("{:24}{}", fault.name, fault.what));
            Ok(true)
        }
        Command::Inputs { mysql, how } => {
            let engines = [Engine::Sqlite, Engine::Mariadb];
            let inputs = try_all(&how.into(), if mysql { &engines } else { &engines[..1] }).await?;
            println!("{inputs}");
            Ok(inputs.is_good())
        }
        Command::SelfTest { how } => Ok(self_test(&how.into()).await),
        Command::Run { only, mysql, how } => {
            if let Some(unknown) = only.iter().find(|name| FAULTS.iter().all(|fault| fault.name != **name)) {
                anyhow::bail!("there is no fault {unknown}; `list` names them");
            }
            run(&how.into(), &only, mysql).await
        }
    }
}

async fn run(plan: &Plan, only: &[String], mysql: bool) -> anyhow::Result<bool> {
    let wanted = |fault: &&Fault| only.is_empty() || only.iter().any(|name| name == fault.name);
    let engines = |fault: &'static Fault| fault.engines.iter().filter(|engine| mysql || **engine == Engine::Sqlite);
    let runs: Vec<(&Fault, Engine)> =
        FAULTS.iter().filter(wanted).flat_map(|fault| engines(fault).map(move |engine| (fault, *engine))).collect();
    let mut reports: Vec<Report> = Vec::new();
    for (place, (fault, engine)) in runs.iter().enumerate() {
        eprintln!("[{}/{}] {} on {}: {}", place + 1, runs.len(), fault.name, engine.name(), fault.what);
        let report = play(plan, fault, *engine).await;
        eprintln!("{report}");
        reports.push(report);
    }
    println!("{}", Table(&reports));
    println!("Seed {}.", plan.seed);
    Ok(reports.iter().all(Report::is_good))
}
