//! The program: parses the command line and runs one command.

use std::process::ExitCode;

use clap::Parser;

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

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
