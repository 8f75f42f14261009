//! From diesel's errors to the domain's.

use chatapp_domain::ports::StoreError;
use diesel::result::{DatabaseErrorKind, Error};

/// How MySQL says that it waited for a lock in vain.
pub(crate) const LOCK_WAIT: &str = "Lock wait timeout exceeded";

/// A unit of work failed underneath.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnitError<E> {
    /// The database said so.
    #[error(transparent)]
    Database(#[from] Error),
    /// The store's own answer.
    #[error("refused")]
    Refused(E),
}

/// What a store's caller is told of a database error.
pub(crate) fn store_error(error: Error) -> StoreError {
    match &error {
        Error::DatabaseError(kind, info) if is_outage(kind, info.message()) => StoreError::Unavailable(error.into()),
        Error::BrokenTransactionManager => StoreError::Unavailable(error.into()),
        _ => StoreError::Failed(error.into()),
    }
}

/// Whether repeating the whole transaction may succeed: it lost against another one.
pub(crate) fn is_conflict(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _))
}

/// Whether it waited for a lock in vain, on MySQL: the only one of the conflicts in which somebody else goes on.
pub(crate) fn is_lock_wait(error: &Error) -> bool {
    is_conflict(error) && matches!(error, Error::DatabaseError(_, info) if info.message().starts_with(LOCK_WAIT))
}

/// Whether a unique key refused a row.
pub(crate) fn is_duplicate(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// What lies with the database and not with us: away, frozen, full, locked, shutting down, read-only.
fn is_outage(kind: &DatabaseErrorKind, message: &str) -> bool {
    const SIGNS: [&str; 18] = [
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
        "readonly database",
        "Input/output error",
        "Connection",
        "connection",
        "Broken pipe",
        "timed out",
        "Server shutdown",
        "server has gone away",
        "not yet prepared",
        "Too many connections",
        "max_statement_time",
        "Driver error",
        "The table",
        "read-only",
    ];
    matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::SerializationFailure)
        || matches!(kind, DatabaseErrorKind::Unknown) && SIGNS.iter().any(|sign| message.contains(sign))
}
