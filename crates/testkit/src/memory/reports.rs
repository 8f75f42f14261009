//! Reports in memory.

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::message::MessageId;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::reports::{FileError, Filed, ReportQuery, ReportStore};
use chatapp_domain::report::{Closing, NewReport, Report, ReportId};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::UserId;

use super::{MemoryStores, State, count};

pub(super) struct Kept {
    new: NewReport,
    closed: Option<(Timestamp, UserId)>,
}

#[async_trait]
impl ReportStore for MemoryStores {
    async fn file(&self, new: NewReport) -> Result<Filed, FileError> {
        self.unit(|state| {
            state.may_report(new.reporter, new.message)?;
            let same = |kept: &Kept| kept.new.message == new.message && kept.new.reporter == new.reporter;
            if let Some(id) = state.reports.iter().find(|(_, kept)| same(kept)).map(|(id, _)| *id) {
                return state.report(id).map(Filed::Before).ok_or(FileError::NoSuchMessage);
            }
            let last = state.reports.last_key_value().map_or(0, |(id, _)| id.0);
            let id = ReportId(last + 1);
            state.reports.insert(id, Kept { new, closed: None });
            state.report(id).map(Filed::New).ok_or(FileError::NoSuchMessage)
        })?
    }

    async fn list(&self, query: ReportQuery) -> Result<Vec<Report>, StoreError> {
        self.unit(|state| {
            let newest_first = state.reports.iter().rev();
            let before = newest_first.filter(|(id, _)| query.before.is_none_or(|before| **id < before));
            let wanted = before.filter(|(_, kept)| query.is_open.is_none_or(|open| open == kept.closed.is_none()));
            wanted.filter_map(|(id, _)| state.report(*id)).take(count(query.limit)).collect()
        })
    }

    async fn set_closed(&self, id: ReportId, closed: bool, by: Actor) -> Result<Option<Report>, StoreError> {
        self.unit(|state| {
            let kept = state.reports.get_mut(&id)?;
            if kept.closed.is_some() != closed {
                kept.closed = by.user.filter(|_| closed).map(|user| (by.at, user));
                let action = if closed { Action::ReportClose } else { Action::ReportReopen };
                state.log.push(by.did(action, id.0));
            }
            state.report(id)
        })
    }
}

impl State {
    fn may_report(&self, reporter: UserId, message: MessageId) -> Result<(), FileError> {
        let message = self.messages.get(&message).ok_or(FileError::NoSuchMessage)?;
        if message.sender.id == reporter {
            return Err(FileError::Own);
        }
        if message.recipient.id == reporter { Ok(()) } else { Err(FileError::NoSuchMessage) }
    }

    fn report(&self, id: ReportId) -> Option<Report> {
        let Kept { new, closed } = self.reports.get(&id)?;
        let name = |user| self.users.get(&user).map(|person| person.user.username.clone());
        Some(Report {
            id,
            message_id: new.message,
            message: self.messages.get(&new.message).filter(|message| !message.is_deleted()).cloned(),
            reporter: name(new.reporter)?,
            reason: new.reason.as_str().to_owned(),
            created_at: new.created_at,
            closing: closed.and_then(|(at, by)| Some(Closing { at, by: name(by)? })),
        })
    }
}

impl Kept {
    pub(super) fn is_of(&self, message: MessageId) -> bool {
        self.new.message == message
    }
}
