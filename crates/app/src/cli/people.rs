//! What the commands that make people, and invite them, take.

use std::path::PathBuf;

use clap::Args;

/// Whom to make.
#[derive(Debug, Args)]
pub(crate) struct Person {
    /// The name to log in with
    #[arg(long)]
    pub(crate) username: Option<String>,
    /// May be empty
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Do not ask: take the password from `CHATAPP_PASSWORD`
    #[arg(long, visible_alias = "no-input", requires = "username")]
    pub(crate) noinput: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whom to make, one or many.
#[derive(Debug, Args)]
pub(crate) struct CreateUser {
    #[command(flatten)]
    pub(crate) person: Person,
    /// Import username,email,password lines from this file; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["username", "email", "noinput"])]
    pub(crate) from_csv: Option<PathBuf>,
}

/// Whom to invite.
#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// Only for this address; otherwise for whoever has the link
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// For how many days
    #[arg(long, value_name = "NUMBER", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub(crate) days: u32,
    /// Print JSON, as the API answers it
    #[arg(long)]
    pub(crate) json: bool,
}
