//! What the commands with whole databases take.

use clap::Args;

/// What to copy where.
#[derive(Debug, Args)]
pub(crate) struct CopyDatabase {
    /// The database that there is; @FILE reads the URL from a file
    #[arg(long, value_name = "URL")]
    pub(crate) from: String,
    /// The one to fill; @FILE reads the URL from a file
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Print what was copied as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where to move in from.
#[derive(Debug, Args)]
pub(crate) struct ImportDjango {
    /// The original's database: sqlite:PATH or mysql://USER:PASSWORD@HOST:PORT/NAME
    #[arg(long, value_name = "URL")]
    pub(crate) from: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is old, and what to do with it.
#[derive(Debug, Args)]
pub(crate) struct RetentionWish {
    /// How many days messages are kept; without it, the setting `retention_days`
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) days: Option<u32>,
    /// Only count them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask whether it is meant
    #[arg(long, visible_alias = "noinput")]
    pub(crate) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
