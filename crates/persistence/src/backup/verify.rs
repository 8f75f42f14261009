//! Whether a file is a whole database, and what is in it.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{BackupError, Contents, open};
use crate::connection::{AnyConnection, Purpose, on_engine};
use crate::schema::{messages, users};

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// How many bytes a database has, free pages left out.
pub(super) fn size(file: &mut SqliteConnection) -> QueryResult<u64> {
    let query = "SELECT (page_count - freelist_count) * page_size AS bytes
                 FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    let Size { bytes } = diesel::sql_query(query).get_result(file)?;
    Ok(bytes.unsigned_abs())
}

/// Reads the whole file: every page, and every row that names another one.
pub(super) fn check(path: &Path) -> Result<Contents, BackupError> {
    let mut file = open(path, Purpose::Read)?;
    let damaged = |what: String| BackupError::Damaged { path: path.to_owned(), what };
    if let AnyConnection::Sqlite(sqlite) = &mut file {
        let found = "SELECT integrity_check AS said FROM pragma_integrity_check";
        let said: Vec<Said> = diesel::sql_query(found).load(sqlite)?;
        if let Some(Said { said }) = said.into_iter().find(|said| said.said != "ok") {
            return Err(damaged(said));
        }
        let found = "SELECT \"table\" AS said FROM pragma_foreign_key_check LIMIT 1";
        if let Some(Said { said }) = diesel::sql_query(found).get_result::<Said>(sqlite).optional()? {
            return Err(damaged(format!("a row of {said} names one that is not there")));
        }
    }
    Ok(contents(&mut file)?)
}

/// How much is in a database.
pub(super) fn contents(connection: &mut AnyConnection) -> QueryResult<Contents> {
    Ok(Contents {
        users: on_engine!(connection, c => users::table.count().get_result(c))?,
        messages: on_engine!(connection, c => messages::table.count().get_result(c))?,
    })
}
