//! The program: parses the command line and runs one command.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

mod avatars;
mod background;
mod cli;
mod commands;
mod compose;
mod config;
mod console;
mod failure;
mod logging;
mod machine;
mod passwords;
mod prompt;
mod secret_key;
mod secrets;
mod serve;
mod upgrade;
mod workers;

/// Measured in docs/benchmark-history.md: most of what a request allocates lives for as long as the request.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
