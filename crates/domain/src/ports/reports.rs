//! The store of reports.

use async_trait::async_trait;
use thiserror::Error;

use crate::audit::Actor;
use crate::ports::StoreError;
use crate::report::{NewReport, Report, ReportId};

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It was kept.
    New(Report),
    /// The same person had reported the message before: the report of that time.
    Before(Report),
}

/// Why a report was not kept.
#[derive(Debug, Error)]
pub enum FileError {
    /// There is no such message for this person.
    #[error("no such message")]
    NoSuchMessage,
    /// They wrote it themselves.
    #[error("You cannot report your own message.")]
    Own,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which reports to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportQuery {
    /// Only open ones, or only closed ones.
    pub is_open: Option<bool>,
    /// Only those made before this one.
    pub before: Option<ReportId>,
    /// At most so many.
    pub limit: i64,
}

/// Keeps reports.
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// Keeps a report of a message by its recipient, once.
    async fn file(&self, report: NewReport) -> Result<Filed, FileError>;

    /// Reports, the newest first.
    async fn list(&self, query: ReportQuery) -> Result<Vec<Report>, StoreError>;

    /// Closes a report in somebody's name, or opens it again, and logs what this changed. Whoever closed it first has closed
    /// it. Nothing: there is no such report.
    async fn set_closed(&self, id: ReportId, closed: bool, by: Actor) -> Result<Option<Report>, StoreError>;
}
