//! A unit of work: what a store does in one transaction, and what becomes of it.

use chatapp_domain::ports::StoreError;
use diesel::Connection;
use diesel::result::{Error, QueryResult};
use tokio::sync::oneshot;

use crate::connection::AnyConnection;
use crate::error::{UnitError, is_conflict, store_error};
use crate::writer::{CONFLICT_RETRIES, Unit, in_transaction, pause_before_retry, writer_is_gone};

/// Why a unit of work was not kept.
#[derive(Debug)]
pub(crate) enum WriteError<E> {
    /// The unit's own refusal.
    Refused(E),
    /// The store failed.
    Store(StoreError),
}

impl<E> From<StoreError> for WriteError<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A unit that refuses nothing.
pub(crate) type Never = std::convert::Infallible;

impl From<WriteError<Never>> for StoreError {
    fn from(error: WriteError<Never>) -> Self {
        match error {
            WriteError::Refused(never) => match never {},
            WriteError::Store(error) => error,
        }
    }
}

impl<E> From<UnitError<E>> for WriteError<E> {
    fn from(error: UnitError<E>) -> Self {
        match error {
            UnitError::Refused(refusal) => Self::Refused(refusal),
            UnitError::Database(error) => Self::Store(store_error(error)),
        }
    }
}

pub(super) fn repeat_on_conflict<T, E>(
    connection: &mut AnyConnection,
    mut unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<E>>,
    then: impl FnOnce(&T),
) -> Result<T, WriteError<E>> {
    let mut attempt = 0;
    loop {
        match in_transaction(connection, &mut unit) {
            Ok(value) => {
                then(&value);
                return Ok(value);
            }
            Err(UnitError::Database(error)) if is_conflict(&error) && attempt < CONFLICT_RETRIES => {
                std::thread::sleep(pause_before_retry(attempt));
                attempt += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// A unit of work on its way through the writer.
pub(super) struct PlainUnit<F, A, T, E> {
    unit: F,
    then: A,
    reply: oneshot::Sender<Result<T, WriteError<E>>>,
    result: Option<Result<T, UnitError<E>>>,
}

impl<F, A, T, E> PlainUnit<F, A, T, E> {
    /// One whose outcome is told to whoever waits for `reply`.
    pub(super) fn new(unit: F, then: A, reply: oneshot::Sender<Result<T, WriteError<E>>>) -> Self {
        Self { unit, then, reply, result: None }
    }
}

impl<F, A, T, E> Unit for PlainUnit<F, A, T, E>
where
    F: FnMut(&mut AnyConnection) -> Result<T, UnitError<E>> + Send,
    A: FnOnce(&T) + Send,
    T: Send,
    E: Send,
{
    fn run(&mut self, connection: &mut AnyConnection) -> QueryResult<()> {
        match connection.transaction(&mut self.unit) {
            Err(UnitError::Database(error)) if !is_clean(&error) => Err(error),
            result => {
                self.result = Some(result);
                Ok(())
            }
        }
    }

    fn settle(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (committed, self.result) {
            (Ok(()), Some(Ok(value))) => {
                (self.then)(&value);
                Ok(value)
            }
            (_, Some(Err(refusal))) => Err(refusal.into()),
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(writer_is_gone().into()),
        };
        // Nobody may be waiting any more, which is their choice.
        let _ = self.reply.send(answer);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

/// Whether an error leaves the transaction around its savepoint intact.
fn is_clean(error: &Error) -> bool {
    use diesel::result::DatabaseErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation};
    matches!(
        error,
        Error::DatabaseError(UniqueViolation | ForeignKeyViolation | NotNullViolation | CheckViolation, _)
            | Error::NotFound
    )
}
