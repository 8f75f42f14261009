//! How messages get their numbers: many drafts in one transaction.
//!
//! The people's feed rows are locked first, in ascending order; whoever writes to a conversation holds both of its
//! people's, so nothing else needs a lock. The numbers are then counted out in memory, and the new messages and the
//! changed counters are written. All locks last until the commit: no number is visible before a smaller one, and a
//! rollback leaves no hole.

mod counting;
mod draft;
mod mysql;
mod sqlite;

use diesel::connection::SimpleConnection;
use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::{Error, QueryResult};

use self::counting::{Counters, decide, worth_a_look};
pub(crate) use self::draft::Append;
#[cfg(feature = "planted-faults")]
pub(crate) use self::draft::announce_early;
use crate::connection::AnyConnection;
use crate::mysql_connection::MysqlConnection;
#[cfg(feature = "planted-faults")]
use crate::planted;

/// Writes drafts, and remembers between transactions what spares a look into the database.
#[derive(Default)]
pub(crate) struct Appender {
    ids: mysql::IdBlock,
    known: mysql::Known,
    remembered: sqlite::Remembered,
    /// Whether the drafts' keys are looked up first. They seldom were used before, and if one was its index says so:
    /// the transaction is then repeated, with a look.
    expects_repeats: bool,
}

impl Appender {
    /// Forgets what it remembers: a transaction failed, or something else wrote in it.
    pub(crate) fn forget(&mut self) {
        self.remembered.clear();
        self.known.clear();
    }

    /// Whether a transaction that failed so will do if it is repeated, with a look at the keys first.
    pub(crate) fn expect_repeats_after(&mut self, error: &Error) -> bool {
        let is_news = !self.expects_repeats && matches!(error, Error::DatabaseError(UniqueViolation, _));
        self.expects_repeats = is_news;
        is_news
    }

    /// The next transaction is another one: its keys are likely new again.
    pub(crate) fn expect_no_repeats(&mut self) {
        self.expects_repeats = false;
    }

    /// Saves drafts in the open transaction of SQLite's connection.
    pub(crate) fn run(&mut self, connection: &mut AnyConnection, drafts: &mut [&mut Append]) -> QueryResult<()> {
        let AnyConnection::Sqlite(connection) = connection else { return Err(Error::NotInTransaction) };
        let look = self.expects_repeats;
        let counters = self.remembered.counters(connection, drafts)?;
        let earlier = sqlite::earlier(connection, &worth_a_look(drafts, counters, look))?;
        let wanted = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
        let mut ids = sqlite::take_ids(connection, wanted)?;
        decide(drafts, &earlier, counters, || ids.next());
        sqlite::save(connection, drafts, counters)
    }

    /// Saves drafts in a transaction of their own on MySQL. `has_reached_commit` says, if it fails, whether it got so far.
    pub(crate) fn transact(
        &mut self,
        connection: &mut MysqlConnection,
        drafts: &mut [&mut Append],
        has_reached_commit: &mut bool,
    ) -> QueryResult<()> {
        let outcome = self.write(connection, drafts).and_then(|counters| {
            *has_reached_commit = true;
            connection.commit()?;
            self.known.keep(&counters);
            Ok(())
        });
        if outcome.is_err() {
            // Whatever holds locks must let go. If this fails too, the connection is of no more use.
            let _ = connection.batch_execute("ROLLBACK");
        }
        outcome
    }

    fn write(&mut self, connection: &mut MysqlConnection, drafts: &mut [&mut Append]) -> QueryResult<Counters> {
        self.ids.fill(connection, drafts.len())?;
        let mut counters = self.known.counters(connection, drafts)?;
        let earlier = mysql::earlier(connection, &worth_a_look(drafts, &counters, self.expects_repeats))?;
        decide(drafts, &earlier, &mut counters, || self.ids.next());
        mysql::save(connection, drafts, &counters)?;
        #[cfg(feature = "planted-faults")]
        {
            planted::panic_now_and_then();
            announce_early(drafts);
        }
        Ok(counters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_looked_up_once_after_each_refusal() {
        let refusal = Error::DatabaseError(UniqueViolation, Box::new("messages_by_client_key".to_owned()));
        let mut appender = Appender::default();
        assert!(appender.expect_repeats_after(&refusal), "repeated with a look");
        assert!(!appender.expect_repeats_after(&refusal), "a look did not help: repeating would not end");
        assert!(appender.expect_repeats_after(&refusal));
        appender.expect_no_repeats();
        assert!(!appender.expects_repeats, "what comes next is not looked up");
        assert!(!appender.expect_repeats_after(&Error::NotFound));
    }
}
