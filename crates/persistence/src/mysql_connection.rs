//! A blocking diesel connection to MySQL that needs no C library.
//!
//! diesel-async speaks the protocol in pure Rust; its wrapper makes that a `diesel::Connection`. The newtype adds what
//! the wrapper lacks: a place in [`AnyConnection`](crate::connection::AnyConnection), a runtime that also has timers,
//! errors told apart as conflicts, and the knowledge that the line is dead.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::{
    CacheSize, Connection, ConnectionSealed, Instrumentation, LoadConnection, SimpleConnection, TransactionManager,
    TransactionManagerStatus,
};
use diesel::internal::derives::multiconnection::MultiConnectionHelper;
use diesel::migration::{CREATE_MIGRATIONS_TABLE, MigrationConnection};
use diesel::mysql::Mysql;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::result::{ConnectionResult, DatabaseErrorKind, Error, QueryResult};
use diesel::sql_types::TypeMetadata;
use diesel_async::AsyncMysqlConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::{Builder, Runtime};

use crate::commits::Commits;
use crate::error::LOCK_WAIT;

type Inner = AsyncConnectionWrapper<AsyncMysqlConnection, OwnRuntime>;
type InnerTransactions = <Inner as Connection>::TransactionManager;

/// One connection to MySQL or MariaDB. Use it on a thread that may block, never on an async worker.
pub struct MysqlConnection {
    inner: Inner,
    is_lost: bool,
    given_up: Retirement,
    commits: Commits,
}

/// Says to all connections to a member of a cluster, wherever they are used, that nothing goes there any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retirement(Arc<AtomicBool>);

impl Retirement {
    /// From now on connections refuse every statement.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl MysqlConnection {
    /// Ties the connection to a member.
    pub(crate) fn belong_to(&mut self, retirement: Retirement, commits: Commits) {
        self.given_up = retirement;
        self.commits = commits;
    }

    /// Commits what was done on a connection that commits nothing by itself.
    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        let _under_way = self.commits.begin();
        self.batch_execute("COMMIT")
    }

    /// A statement that hung until its member was given up must not be followed by others there.
    fn refuse_if_retired(&mut self) -> QueryResult<()> {
        if !self.given_up.has_begun() {
            return Ok(());
        }
        self.is_lost = true;
        let why = "the connection's member of the cluster was given up".to_owned();
        Err(Error::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(why)))
    }

    fn watch<T>(&mut self, result: QueryResult<T>) -> QueryResult<T> {
        result.map_err(|error| {
            let error = classify(error);
            self.is_lost |= is_lost(&error);
            error
        })
    }
}

/// diesel knows few of MySQL's error numbers and drops the rest; their texts tell.
fn classify(error: Error) -> Error {
    const CONFLICTS: [&str; 4] =
        ["Deadlock found", LOCK_WAIT, "Record has changed since last read", "WSREP detected deadlock/conflict"];
    // How a statement of ours says that what it was to check is not so.
    const OUT_OF_RANGE: &str = "BIGINT value is out of range";
    match error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, info)
            if CONFLICTS.iter().any(|conflict| info.message().starts_with(conflict)) =>
        {
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, info)
        }
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) if info.message().starts_with(OUT_OF_RANGE) => {
            Error::DatabaseError(DatabaseErrorKind::CheckViolation, info)
        }
        error => error,
    }
}

/// Whether the connection is of no more use. Erring on this side only costs a new connection.
fn is_lost(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::Unknown | DatabaseErrorKind::ClosedConnection, _))
}

/// The runtime that drives one connection, on the thread that uses the connection.
pub struct OwnRuntime(Option<Runtime>);

impl BlockOn for OwnRuntime {
    #[expect(clippy::expect_used, reason = "the runtime is taken out by drop alone")]
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.as_ref().expect("the runtime lives as long as its connection").block_on(future)
    }

    #[expect(
        clippy::expect_used,
        reason = "the trait knows no failure; without threads or descriptors we cannot go on"
    )]
    fn get_runtime() -> Self {
        Self(Some(Builder::new_current_thread().enable_all().build().expect("a runtime for a MySQL connection")))
    }
}

impl Drop for OwnRuntime {
    /// A plain drop of a runtime panics on an async thread, which is where the last owner of a pool may die.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl SimpleConnection for MysqlConnection {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.refuse_if_retired()?;
        let result = self.inner.batch_execute(query);
        self.watch(result)
    }
}

impl ConnectionSealed for MysqlConnection {}

impl Connection for MysqlConnection {
    type Backend = Mysql;
    type TransactionManager = Transactions;

    fn establish(database_url: &str) -> ConnectionResult<Self> {
        let (given_up, commits) = Default::default();
        Ok(Self { inner: Inner::establish(database_url)?, is_lost: false, given_up, commits })
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Mysql> + QueryId,
    {
        self.refuse_if_retired()?;
        let result = self.inner.execute_returning_count(source);
        self.watch(result)
    }

    fn transaction_state(&mut self) -> &mut <Transactions as TransactionManager<Self>>::TransactionStateData {
        self.inner.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.inner.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.inner.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.inner.set_prepared_statement_cache_size(size);
    }
}

impl LoadConnection for MysqlConnection {
    type Cursor<'conn, 'query> = Rows<<Inner as LoadConnection>::Cursor<'conn, 'query>>;
    type Row<'conn, 'query> = <Inner as LoadConnection>::Row<'conn, 'query>;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<Mysql> + QueryId + 'query,
        Mysql: diesel::expression::QueryMetadata<T::SqlType>,
    {
        self.refuse_if_retired()?;
        match LoadConnection::load(&mut self.inner, source) {
            Ok(rows) => Ok(Rows(rows)),
            Err(error) => {
                let error = classify(error);
                self.is_lost |= is_lost(&error);
                Err(error)
            }
        }
    }
}

/// The rows of a query, with errors told apart.
pub struct Rows<C>(C);

impl<R, C: Iterator<Item = QueryResult<R>>> Iterator for Rows<C> {
    type Item = QueryResult<R>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|row| row.map_err(classify))
    }
}

/// Transactions, as the wrapper keeps them.
pub struct Transactions;

impl TransactionManager<MysqlConnection> for Transactions {
    type TransactionStateData = <InnerTransactions as TransactionManager<Inner>>::TransactionStateData;

    fn begin_transaction(connection: &mut MysqlConnection) -> QueryResult<()> {
        connection.refuse_if_retired()?;
        let result = InnerTransactions::begin_transaction(&mut connection.inner);
        connection.watch(result)
    }

    fn rollback_transaction(connection: &mut MysqlConnection) -> QueryResult<()> {
        let result = InnerTransactions::rollback_transaction(&mut connection.inner);
        connection.watch(result)
    }

    fn commit_transaction(connection: &mut MysqlConnection) -> QueryResult<()> {
        connection.refuse_if_retired()?;
        let _under_way = connection.commits.begin();
        let result = InnerTransactions::commit_transaction(&mut connection.inner);
        connection.watch(result)
    }

    fn transaction_manager_status_mut(connection: &mut MysqlConnection) -> &mut TransactionManagerStatus {
        InnerTransactions::transaction_manager_status_mut(&mut connection.inner)
    }

    fn is_broken_transaction_manager(connection: &mut MysqlConnection) -> bool {
        InnerTransactions::is_broken_transaction_manager(&mut connection.inner)
    }
}

impl MigrationConnection for MysqlConnection {
    fn setup(&mut self) -> QueryResult<usize> {
        self.batch_execute(CREATE_MIGRATIONS_TABLE).map(|()| 0)
    }
}

impl diesel::r2d2::R2D2Connection for MysqlConnection {
    fn ping(&mut self) -> QueryResult<()> {
        self.batch_execute("DO 1")
    }

    fn is_broken(&mut self) -> bool {
        self.is_lost || Transactions::is_broken_transaction_manager(self)
    }
}

impl MultiConnectionHelper for MysqlConnection {
    fn to_any<'a>(lookup: &mut <Mysql as TypeMetadata>::MetadataLookup) -> &mut (dyn Any + 'a) {
        lookup
    }

    fn from_any(lookup: &mut dyn Any) -> Option<&mut <Mysql as TypeMetadata>::MetadataLookup> {
        lookup.downcast_mut()
    }
}
