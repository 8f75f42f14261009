//! Where messages wait to be filed, on SQLite.
//!
//! A message changes about four pages of indexes, and nearly all of the time of a send went into writing them. So a send
//! first goes into a small database beside the main one, the intake: one row in one table without an index, flushed to the
//! disk before anybody is answered. Many of these rows together are filed a moment later, in one transaction of the main
//! database, where each page is then written once for all of them. What is filed is removed from the intake when the main
//! database has flushed it.
//!
//! - Whoever writes to the main database files first what waits, and holds the locks of both, so it finds every message and
//!   every counter as if there were no intake. It also counts up `touched`; the counters that a writer remembers are only
//!   good for as long as that number stays.
//! - Whoever reads waits until what was answered before is filed ([`Filing::caught_up`]), but for a message that is looked
//!   up by its number, which is found here too.
//! - Rows are filed in the order of their numbers, up to a mark that is kept in the main database. What is filed once is
//!   never filed again, even if it was deleted meanwhile.

mod entry;
mod filer;
mod filing;
mod opening;

use std::path::{Path, PathBuf};

use crate::schema::{sequences, users};

pub(crate) use self::entry::Entry;
pub(crate) use self::filer::Filer;
pub(crate) use self::filing::{Filing, Touched, file_all};
pub(crate) use self::opening::{attach, prepare, remove, settle};

/// The file beside a database's own: the same for all names that the database is known by.
pub(crate) fn file_of(database: &Path) -> PathBuf {
    let mut name = database.canonicalize().unwrap_or_else(|_| database.to_owned()).into_os_string();
    name.push("-intake");
    PathBuf::from(name)
}

diesel::table! {
    /// The messages that wait, with the columns of `messages`.
    unfiled_messages (id) {
        id -> BigInt,
        conversation_id -> BigInt,
        seq -> BigInt,
        sender_id -> BigInt,
        sender_pos -> BigInt,
        recipient_id -> BigInt,
        recipient_pos -> BigInt,
        low_sent -> BigInt,
        sent_at -> BigInt,
        client_key -> Nullable<Text>,
        body -> Text,
    }
}

/// Whether a row of the intake is not in the main database, and was not. What is filed stays there for a while, even if it
/// is deleted from the main database.
macro_rules! is_unfiled {
    () => {{
        use $crate::intake::{FILED, unfiled_messages};
        use $crate::schema::sequences;
        let filed = sequences::table.filter(sequences::name.eq(FILED)).select(sequences::next).single_value();
        unfiled_messages::id.nullable().gt(filed)
    }};
}
pub(crate) use is_unfiled;

/// The mark in `sequences` up to which everything is filed.
pub(crate) const FILED: &str = "filed";

diesel::allow_tables_to_appear_in_same_query!(unfiled_messages, users, sequences);
