//! What went wrong, in the words of stores.

use std::sync::Arc;

use chatapp_domain::ports::StoreError;
use diesel::result::Error;

use crate::error::store_error;

/// An error of many, for each of them.
pub(super) fn shared(error: &Arc<Error>) -> StoreError {
    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Shared(Arc<Error>);
    let copy = match &**error {
        Error::DatabaseError(kind, info) => Error::DatabaseError(kind_of(kind), Box::new(info.message().to_owned())),
        _ => return StoreError::Failed(Box::new(Shared(Arc::clone(error)))),
    };
    store_error(copy)
}

fn kind_of(kind: &diesel::result::DatabaseErrorKind) -> diesel::result::DatabaseErrorKind {
    use diesel::result::DatabaseErrorKind as Kind;
    match kind {
        Kind::ClosedConnection => Kind::ClosedConnection,
        Kind::SerializationFailure => Kind::SerializationFailure,
        Kind::UniqueViolation => Kind::UniqueViolation,
        Kind::ForeignKeyViolation => Kind::ForeignKeyViolation,
        Kind::NotNullViolation => Kind::NotNullViolation,
        Kind::CheckViolation => Kind::CheckViolation,
        _ => Kind::Unknown,
    }
}

/// A connection that could not be opened, as the transaction's error.
pub(crate) fn connection_error(error: diesel::r2d2::Error) -> Error {
    use diesel::result::DatabaseErrorKind::ClosedConnection;
    Error::DatabaseError(ClosedConnection, Box::new(error.to_string()))
}
