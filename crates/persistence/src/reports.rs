//! The store of reports.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::message::{Message, MessageId};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::reports::{FileError, Filed, ReportQuery, ReportStore};
use chatapp_domain::report::{Closing, NewReport, Report, ReportId};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::Username;
use diesel::prelude::*;

use crate::audit;
use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never, WriteError};
use crate::error::{UnitError, is_duplicate};
use crate::messages::by_ids;
use crate::schema::{messages, reports, users};

impl Database {
    /// The store of reports.
    pub fn reports(&self) -> Arc<dyn ReportStore> {
        Arc::new(Reports(self.clone()))
    }
}

struct Reports(Database);

/// The store's own refusals.
enum Refusal {
    NoSuchMessage,
    Own,
}

#[derive(Queryable)]
struct ReportRow {
    id: i64,
    message_id: i64,
    reporter: String,
    reason: String,
    created_at: i64,
    closed_at: Option<i64>,
    closer: Option<String>,
}

impl ReportRow {
    fn about(self, message: Option<Message>) -> Report {
        let closing = self.closed_at.zip(self.closer);
        let closing = closing.map(|(at, by)| Closing { at: Timestamp::from_micros(at), by: Username::from_store(by) });
        Report {
            id: ReportId(self.id),
            message_id: MessageId(self.message_id),
            message,
            reporter: Username::from_store(self.reporter),
            reason: self.reason,
            created_at: Timestamp::from_micros(self.created_at),
            closing,
        }
    }
}

/// Which rows to read.
enum Which {
    One(i64),
    Of { message: i64, reporter: i64 },
    Newest(ReportQuery),
}

#[async_trait]
impl ReportStore for Reports {
    async fn file(&self, new: NewReport) -> Result<Filed, FileError> {
        match self.0.write(move |connection| file(connection, &new), |_| ()).await {
            Ok((report, true)) => Ok(Filed::New(report)),
            Ok((report, false)) => Ok(Filed::Before(report)),
            Err(WriteError::Refused(Refusal::NoSuchMessage)) => Err(FileError::NoSuchMessage),
            Err(WriteError::Refused(Refusal::Own)) => Err(FileError::Own),
            Err(WriteError::Store(error)) => Err(error.into()),
        }
    }

    async fn list(&self, query: ReportQuery) -> Result<Vec<Report>, StoreError> {
        self.0.read(move |connection| load(connection, &Which::Newest(query))).await
    }

    async fn set_closed(&self, id: ReportId, closed: bool, by: Actor) -> Result<Option<Report>, StoreError> {
        let closed = self.0.write::<_, Never>(
            move |connection| {
                set_closed(connection, id, closed, by)?;
                Ok(load(connection, &Which::One(id.0))?.pop())
            },
            |_| (),
        );
        Ok(closed.await?)
    }
}

/// The report of a message by a person, and whether it is new.
fn file(connection: &mut AnyConnection, new: &NewReport) -> Result<(Report, bool), UnitError<Refusal>> {
    let (message, reporter) = (new.message.0, new.reporter.0);
    let people = messages::table.find(message).select((messages::sender_id, messages::recipient_id));
    let people: Option<(i64, i64)> = people.first(connection).optional()?;
    let refuse = |refusal| Err(UnitError::Refused(refusal));
    match people {
        Some((sender, _)) if sender == reporter => return refuse(Refusal::Own),
        Some((_, recipient)) if recipient == reporter => {}
        _ => return refuse(Refusal::NoSuchMessage),
    }
    let row = (
        reports::message_id.eq(message),
        reports::reporter_id.eq(reporter),
        reports::reason.eq(new.reason.as_str()),
        reports::created_at.eq(new.created_at.as_micros()),
    );
    let is_new = match diesel::insert_into(reports::table).values(row).execute(connection) {
        Ok(_) => true,
        Err(error) if is_duplicate(&error) => false,
        Err(error) => return Err(error.into()),
    };
    let report = load(connection, &Which::Of { message, reporter })?.pop();
    Ok((report.ok_or(diesel::result::Error::NotFound)?, is_new))
}

fn set_closed(connection: &mut AnyConnection, id: ReportId, closed: bool, by: Actor) -> QueryResult<()> {
    let other = reports::table.find(id.0).filter(reports::is_open.eq(closed));
    let closing = closed.then_some(by);
    let columns = (
        reports::is_open.eq(!closed),
        reports::closed_at.eq(closing.map(|by| by.at.as_micros())),
        reports::closed_by.eq(closing.and_then(|by| by.user).map(|user| user.0)),
    );
    let action = if closed { Action::ReportClose } else { Action::ReportReopen };
    match diesel::update(other).set(columns).execute(connection)? {
        0 => Ok(()),
        _ => audit::write(connection, &by.did(action, id.0)),
    }
}

/// The newest first, with their messages.
fn load(connection: &mut AnyConnection, which: &Which) -> QueryResult<Vec<Report>> {
    let rows = rows(connection, which)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.message_id).collect();
    let found = by_ids(connection, &ids)?;
    let there = found.into_iter().filter(|message| !message.is_deleted());
    let messages: HashMap<i64, Message> = there.map(|message| (message.id.0, message)).collect();
    let about = |row: ReportRow| {
        let message = messages.get(&row.message_id).cloned();
        row.about(message)
    };
    Ok(rows.into_iter().map(about).collect())
}

fn rows(connection: &mut AnyConnection, which: &Which) -> QueryResult<Vec<ReportRow>> {
    let (reporters, closers) = diesel::alias!(users as reporters, users as closers);
    let all = reports::table
        .inner_join(reporters.on(reporters.field(users::id).eq(reports::reporter_id)))
        .left_join(closers.on(closers.field(users::id).nullable().eq(reports::closed_by)))
        .select((
            reports::id,
            reports::message_id,
            reporters.field(users::username),
            reports::reason,
            reports::created_at,
            reports::closed_at,
            closers.field(users::username).nullable(),
        ));
    match *which {
        Which::One(id) => on_engine!(connection, c => all.filter(reports::id.eq(id)).load(c)),
        Which::Of { message, reporter } => {
            let this = reports::message_id.eq(message).and(reports::reporter_id.eq(reporter));
            on_engine!(connection, c => all.filter(this).load(c))
        }
        Which::Newest(ReportQuery { is_open, before, limit }) => {
            let earlier = reports::id.lt(before.map_or(i64::MAX, |id| id.0));
            let newest = all.filter(earlier).order(reports::id.desc()).limit(limit);
            match is_open {
                Some(is_open) => on_engine!(connection, c => newest.filter(reports::is_open.eq(is_open)).load(c)),
                None => on_engine!(connection, c => newest.load(c)),
            }
        }
    }
}
