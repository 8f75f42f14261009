//! Reports of messages.

use chatapp_domain::report;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Message, Stamp};

/// A report as whoever made it sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FiledReport<'a> {
    #[schema(example = 3)]
    id: i64,
    /// The number of the message.
    #[schema(example = 42)]
    message: i64,
    reason: &'a str,
    created: Stamp,
}

impl<'a> From<&'a report::Report> for FiledReport<'a> {
    fn from(report: &'a report::Report) -> Self {
        let created = Stamp(report.created_at);
        Self { id: report.id.0, message: report.message_id.0, reason: &report.reason, created }
    }
}

/// A report as those who administer see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Report<'a> {
    #[schema(example = 3)]
    id: i64,
    /// Null: it was deleted.
    message: Option<Message<'a>>,
    /// The username of whoever made it.
    #[schema(example = "ada")]
    reporter: &'a str,
    reason: &'a str,
    created: Stamp,
    /// Null: it is open.
    closed: Option<Stamp>,
    /// The username of whoever closed it.
    closed_by: Option<&'a str>,
}

impl<'a> From<&'a report::Report> for Report<'a> {
    fn from(report: &'a report::Report) -> Self {
        Self {
            id: report.id.0,
            message: report.message.as_ref().map(|message| Message::seen_by(message.recipient.id, message)),
            reporter: report.reporter.as_str(),
            reason: &report.reason,
            created: Stamp(report.created_at),
            closed: report.closing.as_ref().map(|closing| Stamp(closing.at)),
            closed_by: report.closing.as_ref().map(|closing| closing.by.as_str()),
        }
    }
}

/// Reports, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportPage<'a> {
    /// The absolute URL of the next page.
    pub(crate) next: Option<String>,
    pub(crate) results: Vec<Report<'a>>,
}

/// Why a message is reported.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct ReportWish {
    /// At most 1,000 code points; may be empty or left out.
    reason: Option<String>,
}

/// What becomes of a report.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct ReportChange {
    closed: bool,
}
