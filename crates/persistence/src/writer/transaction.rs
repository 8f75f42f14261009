//! One transaction, on either engine.

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::result::Error;

use crate::connection::AnyConnection;
use crate::intake::file_all;

/// Runs `work` between BEGIN and COMMIT; anything that fails rolls back.
///
/// SQLite's transaction takes the write lock at once: one that starts reading and then wants to write is refused
/// whenever another process wrote in between, however long it is willing to wait. Messages that wait in the intake are
/// filed before the work begins.
pub(crate) fn in_transaction<T, E: From<Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?,
        AnyConnection::Mysql(_) => Transactions::begin_transaction(connection)?,
    }
    let ready = match connection {
        AnyConnection::Sqlite(sqlite) => file_all(sqlite),
        AnyConnection::Mysql(_) => Ok(()),
    };
    let outcome = ready.map_err(E::from).and_then(|()| work(connection)).and_then(|value| {
        Transactions::commit_transaction(connection)?;
        Ok(value)
    });
    if outcome.is_err() && has_open_transaction(connection) {
        // An engine that has rolled back by itself (a full disk, a deadlock) refuses this one, which is as good.
        let _ = Transactions::rollback_transaction(connection);
    }
    outcome
}

type Transactions = <AnyConnection as diesel::Connection>::TransactionManager;

fn has_open_transaction(connection: &mut AnyConnection) -> bool {
    let status = Transactions::transaction_manager_status_mut(connection);
    status.transaction_depth().is_ok_and(|depth| depth.is_some())
}
