//! What the commands with access tokens take.

use clap::{Subcommand, ValueEnum};

/// What to do with a user's tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it
    Create {
        /// Whose
        username: String,
        /// What to call it
        #[arg(long)]
        name: String,
        /// What it is to be good for
        #[arg(long, value_enum, default_value_t = TokenScope::Read)]
        scope: TokenScope,
        /// For how many days; without it, until it is revoked
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
        /// Print JSON, as the API answers it
        #[arg(long)]
        json: bool,
    },
    /// List a user's tokens, without what is secret: number, beginning, scope, whether it counts, name
    List {
        /// Whose
        username: String,
        /// Print JSON, as the API answers it
        #[arg(long)]
        json: bool,
    },
    /// End a token, or all of them
    Revoke {
        /// Whose
        username: String,
        /// The number of the token
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<i64>,
        /// All of the user's tokens
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl TokenCommand {
    /// Whose tokens they are.
    pub(crate) fn username(&self) -> &str {
        match self {
            Self::Create { username, .. } | Self::List { username, .. } | Self::Revoke { username, .. } => username,
        }
    }
}

/// What a token is to be good for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TokenScope {
    /// Reading and listening
    Read,
    /// Everything but the account itself
    Write,
}
