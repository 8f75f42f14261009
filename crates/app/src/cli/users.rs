//! `users`, as people type it.

use clap::{Args, Subcommand, ValueEnum};

/// What to do with people.
#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// List people: number, name, state, when they joined and last logged in, address, display name
    List(ListUsers),
    /// Show one person
    Show(OneUser),
    /// Make an account
    Create(CreateMember),
    /// Let somebody log in again
    Activate(OneUser),
    /// Let somebody log in no longer, and end all their sessions and tokens
    Deactivate(OneUser),
    /// Let somebody administer
    MakeSuperuser(OneUser),
    /// Let somebody administer no longer
    UnmakeSuperuser(OneUser),
    /// Give somebody another password, and end all their sessions and tokens
    SetPassword(OneUser),
    /// Log somebody out everywhere
    EndSessions(OneUser),
}

/// Which people to list.
#[derive(Debug, Args)]
pub(crate) struct ListUsers {
    /// Only those whose name, address or a word of whose display name begins so
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only those
    #[arg(long, value_enum)]
    pub(crate) state: Option<UserState>,
    /// Print JSON, as the API answers it
    #[arg(long)]
    pub(crate) json: bool,
}

/// What became of an account.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum UserState {
    /// Who can log in
    Active,
    /// Who cannot
    Inactive,
    /// Who may administer
    Superuser,
    /// What is left of deleted accounts
    Deleted,
}

/// Whom it is about.
#[derive(Debug, Args)]
pub(crate) struct OneUser {
    /// Whom
    pub(crate) username: String,
    /// Print JSON, as the API answers it
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whom to make.
#[derive(Debug, Args)]
pub(crate) struct CreateMember {
    /// The name to log in with
    pub(crate) username: String,
    /// The address
    #[arg(long, default_value = "")]
    pub(crate) email: String,
    /// The name that others see
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) display_name: String,
    /// Whether they may administer
    #[arg(long)]
    pub(crate) superuser: bool,
    /// Print JSON, as the API answers it
    #[arg(long)]
    pub(crate) json: bool,
}
