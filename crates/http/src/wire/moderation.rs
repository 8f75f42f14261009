//! Messages as those who administer see them.

use chatapp_domain::calendar::Period;
use chatapp_domain::message;
use chatapp_domain::moderation::Count;
use serde::Serialize;
use utoipa::ToSchema;

use super::Stamp;

/// A message without its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListedMessage<'a> {
    #[schema(example = 123)]
    id: i64,
    /// The username of whoever sent it.
    #[schema(example = "ada")]
    sender: &'a str,
    /// The username of whoever received it.
    #[schema(example = "grace")]
    recipient: &'a str,
    timestamp: Stamp,
    /// Of its text, in Unicode code points.
    #[schema(example = 13)]
    length: usize,
    /// Whether it was deleted: then it has no text any more.
    deleted: bool,
}

impl<'a> From<&'a message::Message> for ListedMessage<'a> {
    fn from(message: &'a message::Message) -> Self {
        Self {
            id: message.id.0,
            sender: message.sender.username.as_str(),
            recipient: message.recipient.username.as_str(),
            timestamp: Stamp(message.at),
            length: message.body.as_str().chars().count(),
            deleted: message.is_deleted(),
        }
    }
}

/// Everybody's messages, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListedMessages<'a> {
    /// The absolute URL of the next page, if there is more to look through.
    pub(crate) next: Option<String>,
    pub(crate) results: Vec<ListedMessage<'a>>,
}

/// A message, with its text where that may be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct LookedAtMessage<'a> {
    #[serde(flatten)]
    message: ListedMessage<'a>,
    /// Not there: those who administer may not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
}

impl<'a> LookedAtMessage<'a> {
    pub(crate) fn of(message: &'a message::Message, may_read: bool) -> Self {
        Self { message: message.into(), body: may_read.then(|| message.body.as_str()) }
    }
}

/// How many messages there are of a year, of a month, or of a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct DateCount {
    #[schema(example = 2026)]
    year: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 11)]
    month: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 24)]
    day: Option<i64>,
    #[schema(example = 1000)]
    count: i64,
}

impl From<&Count> for DateCount {
    fn from(Count { period, messages }: &Count) -> Self {
        let (year, month, day) = match *period {
            Period::Year(year) => (year, None, None),
            Period::Month(year, month) => (year, Some(month), None),
            Period::Day(year, month, day) => (year, Some(month), Some(day)),
        };
        Self { year, month, day, count: *messages }
    }
}

/// The earliest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DateCounts {
    pub(crate) results: Vec<DateCount>,
}
