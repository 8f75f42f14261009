//! Statements of our own on SQLite that are prepared once.

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
