//! Whether a database is older or newer than this program. Versions are compared as text: all of them have the same length.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::MigrationHarness;

use super::{Failure, SQLITE};
use crate::connection::{AnyConnection, on_engine};
use crate::schema::settings;

/// The setting that a migration writes with which programs from before cannot work: the version they must know.
const DEMANDED: &str = "oldest_schema";

/// How a database stands to this program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Age {
    /// Whether any migration has run.
    pub is_new: bool,
    /// The versions of migrations that ran here and that this program does not know: a newer one was here.
    pub unknown: Vec<String>,
    /// The version that a program must know to work with it, if this one does not.
    pub demanded: Option<String>,
}

pub(crate) fn of(connection: &mut AnyConnection) -> Result<Age, Failure> {
    let applied: BTreeSet<String> = match connection {
        AnyConnection::Sqlite(sqlite) => versions(sqlite.applied_migrations()?),
        AnyConnection::Mysql(mysql) => versions(mysql.applied_migrations()?),
    };
    if applied.is_empty() {
        return Ok(Age { is_new: true, ..Age::default() });
    }
    // Both engines have the same steps.
    let known: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations()?;
    let known: BTreeSet<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    let wish = settings::table.find(DEMANDED).select(settings::value);
    let demanded: Option<String> = on_engine!(connection, c => wish.first(c).optional())?;
    Ok(Age {
        is_new: false,
        unknown: applied.difference(&known).cloned().collect(),
        demanded: demanded.filter(|version| !known.contains(version)),
    })
}

fn versions(applied: Vec<diesel::migration::MigrationVersion<'_>>) -> BTreeSet<String> {
    applied.iter().map(ToString::to_string).collect()
}
