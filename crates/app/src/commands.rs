//! What each command does, one file for one command.

mod backup;
mod change_password;
mod check;
mod copy_database;
mod create_user;
mod delete_user;
mod demo;
mod doctor;
mod import_django;
mod import_users;
mod invite;
mod migrate;
mod new_password;
mod outcome;
mod progress;
mod retention;
mod token;
mod users;
mod verify;

use std::io::Write;

use anyhow::Context;
use chatapp_domain::audit::Actor;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::user::{User, UsernameKey};
use chatapp_notification_hub::Messenger;
use chatapp_persistence::Database;

use crate::cli::{Cli, Command};
use crate::config::layers::Outside;
use crate::config::{self, Settings};
use crate::failure::{Failure, chain};
use crate::{logging, serve};

/// Runs the command of a command line.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let outside = cli.outside();
    match cli.command {
        Command::Serve(_) => Ok(serve::run(&start_with_log(&outside, config::logging::DEFAULT)?)?),
        Command::Migrate { check, json } => migrate::run(&start(&outside)?, check, json),
        Command::CreateSuperuser(person) => create_user::run(&start(&outside)?, person, true),
        Command::CreateUser(wish) => match wish.from_csv {
            Some(file) => import_users::run(&start(&outside)?, &file, wish.person.json),
            None => create_user::run(&start(&outside)?, wish.person, false),
        },
        Command::ChangePassword { username, noinput, json } => {
            change_password::run(&start(&outside)?, &username, noinput, json)
        }
        Command::DeleteUser { username, noinput, json } => {
            delete_user::run(&start(&outside)?, &username, noinput, json)
        }
        Command::Users(command) => users::run(&start(&outside)?, &command),
        Command::Invite(wish) => invite::run(&start(&outside)?, &wish),
        Command::CopyDatabase(wish) => {
            start(&outside)?;
            copy_database::run(&wish)
        }
        Command::Token(command) => token::run(&start(&outside)?, &command),
        Command::Backup { file, json } => backup::back_up(&start(&outside)?, &file, json),
        Command::Restore { file, end_sessions, json } => backup::restore(&start(&outside)?, &file, end_sessions, json),
        Command::ImportDjango(wish) => import_django::run(&start(&outside)?, &wish),
        Command::Verify { json } => verify::run(&start(&outside)?, json),
        Command::Retention(wish) => retention::run(&start(&outside)?, &wish),
        Command::Openapi => openapi(),
        Command::Check { json } => check::run(&outside, json),
        Command::Doctor(wish) => doctor::run(&outside, &wish),
        Command::Demo { force, json } => demo::run(&start(&outside)?, force, json),
    }
}

/// Reads the settings, which must be right, and starts the log. A command says itself what it did.
fn start(outside: &Outside) -> Result<Settings, Failure> {
    start_with_log(outside, "warn")
}

fn start_with_log(outside: &Outside, default: &str) -> Result<Settings, Failure> {
    let reading = config::read(outside);
    if !reading.problems.is_empty() {
        return Err(Failure::Configuration(reading.problems));
    }
    logging::start(reading.settings.log.as_deref().unwrap_or(default), reading.settings.log_format);
    for warning in &reading.warnings {
        log::warn!("{warning}");
    }
    Ok(reading.settings)
}

/// Runs a command's asynchronous part.
fn block_on<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}

/// Whom a command line names, in any case and form.
async fn person(database: &Database, username: &str) -> anyhow::Result<User> {
    let found = database.users().credentials(&UsernameKey::of(username)).await?;
    let (user, _) = found.with_context(|| format!("there is no user \"{username}\""))?;
    Ok(user)
}

/// Who does what a command does.
fn by_command() -> Actor {
    Actor::command_line(SystemClock.now())
}

/// Tells the nodes of the installation what was done, if they can be told.
async fn tell_nodes(messenger: &Messenger) {
    if let Err(error) = messenger.deliver().await {
        log::warn!("the nodes find out by themselves within seconds: Redis does not answer: {}", chain(&error));
    }
}

fn openapi() -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{}", chatapp_http::openapi())?)
}
