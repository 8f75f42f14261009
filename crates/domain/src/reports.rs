//! Reporting messages, and dealing with reports.

use std::sync::Arc;

use crate::audit::Actor;
use crate::message::MessageId;
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::ports::reports::{FileError, Filed, ReportQuery, ReportStore};
use crate::report::{NewReport, Reason, Report, ReportId};
use crate::time::Clock;
use crate::user::Identity;

/// Lets people show messages that they got to those who administer.
#[derive(Clone)]
pub struct Reports {
    store: Arc<dyn ReportStore>,
    clock: Arc<dyn Clock>,
}

/// One page of a list of reports.
#[derive(Clone, Debug)]
pub struct ReportPage {
    /// The newest first.
    pub reports: Vec<Report>,
    /// Where the next page starts, if there is one.
    pub next: Option<ReportId>,
}

impl Reports {
    /// A service over the given store.
    pub fn new(store: Arc<dyn ReportStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// `me` reports a message that somebody else wrote to them. Once more gives the first report.
    pub async fn file(&self, me: &Identity, message: MessageId, reason: Reason) -> Result<Filed, FileError> {
        self.store.file(NewReport { message, reporter: me.id, reason, created_at: self.clock.now() }).await
    }

    /// A page of reports, all of them or only open or closed ones, from the cursor that the page before gave.
    pub async fn list(
        &self,
        is_open: Option<bool>,
        before: Option<ReportId>,
        size: PageSize,
    ) -> Result<ReportPage, StoreError> {
        let mut reports = self.store.list(ReportQuery { is_open, before, limit: size.get() + 1 }).await?;
        let limit = usize::try_from(size.get()).unwrap_or(usize::MAX);
        let more = reports.len() > limit;
        reports.truncate(limit);
        let next = reports.last().filter(|_| more).map(|last| last.id);
        Ok(ReportPage { reports, next })
    }

    /// Somebody has dealt with a report, or has not after all. Nothing: there is no such report.
    pub async fn set_closed(&self, id: ReportId, closed: bool, by: Actor) -> Result<Option<Report>, StoreError> {
        self.store.set_closed(id, closed, by).await
    }
}
