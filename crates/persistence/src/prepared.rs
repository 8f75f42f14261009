//! Statements that stay prepared although diesel would prepare them anew.

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sqlite::SqliteConnection;

use crate::mysql_connection::MysqlConnection;

/// A query with a fixed number of places for values. diesel prepares one with a list of values anew each time, because the
/// list may have another length; this one's has not.
pub(crate) struct StaysPrepared<Q, const N: usize>(pub(crate) Q);

/// Makes a list as long as the places for it: the last value once more is no matter.
pub(crate) fn fill<const N: usize>(values: &mut Vec<i64>) {
    values.resize(N, values.last().copied().unwrap_or_default());
}

/// Runs a query with a list of values as a statement that stays prepared: there is one for each of some lengths, in ascending
/// order, and a list is filled up to the next of them. A longer one gets a statement of its own.
macro_rules! with_places {
    ($values:ident, [$($places:literal)+], $query:expr, $statement:ident => $run:expr) => {
        match $values.len() {
            $(..=$places => {
                $crate::prepared::fill::<$places>(&mut $values);
                let $statement = $crate::prepared::StaysPrepared::<_, $places>($query);
                $run
            })+
            _ => {
                let $statement = $query;
                $run
            }
        }
    };
}
pub(crate) use with_places;

impl<Q: 'static, const N: usize> QueryId for StaysPrepared<Q, N> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Q: Query, const N: usize> Query for StaysPrepared<Q, N> {
    type SqlType = Q::SqlType;
}

impl<Q, const N: usize> RunQueryDsl<MysqlConnection> for StaysPrepared<Q, N> {}
impl<Q, const N: usize> RunQueryDsl<SqliteConnection> for StaysPrepared<Q, N> {}

impl<DB: Backend, Q: QueryFragment<DB>, const N: usize> QueryFragment<DB> for StaysPrepared<Q, N> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// Lets a statement of our own run, and stay prepared. diesel prepares each UPDATE, and each INSERT of an optional
/// value, anew, because its text may differ from one time to the next; these texts do not.
macro_rules! stays_prepared {
    ($statement:ty, $id:ty) => {
        impl diesel::query_builder::QueryId for $statement {
            type QueryId = $id;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::RunQueryDsl<diesel::sqlite::SqliteConnection> for $statement {}
    };
}
pub(crate) use stays_prepared;
