//! How messages get their numbers: many drafts in one transaction.
//!
//! The people's feed rows are locked first, in ascending order; whoever writes to a conversation holds both of its
//! people's, so nothing else needs a lock. The numbers are then counted out in memory, and the new messages and the
//! changed counters are written. All locks last until the commit: no number is visible before a smaller one, and a
//! rollback leaves no hole. On MySQL the numbers may be counted out first, from what is remembered: the counters are then
//! moved, which locks them, only if they are still what they were.

mod counting;
mod draft;
mod mysql;
mod sqlite;

use std::collections::BTreeSet;
use std::ops::Range;

use chatapp_domain::event::Pos;
use chatapp_domain::user::UserId;
use diesel::connection::SimpleConnection;
use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::{Error, QueryResult};
use diesel::sqlite::SqliteConnection;

use self::counting::{Counters, Earlier, decide, worth_a_look};
pub(crate) use self::draft::Append;
#[cfg(feature = "planted-faults")]
pub(crate) use self::draft::announce_early;
pub(crate) use self::sqlite::{reserve_numbers, take_in};
use crate::connection::AnyConnection;
use crate::error::is_conflict;
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

    /// A transaction failed. Forgets what it may have changed; and everything unless the reason has nothing to do with what is
    /// remembered, so that nothing wrong is remembered for ever.
    pub(crate) fn heed_failure(&mut self, error: &Error) {
        self.remembered.clear();
        if is_conflict(error) || is_used_key(error) { self.known.undo() } else { self.known.clear() }
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

    /// Forgets what everybody has got to: something else changed it in this transaction.
    pub(crate) fn forget_counters(&mut self) {
        self.remembered.clear_counters();
        self.known.clear();
    }

    /// Takes note of places that others in this process took for what is no message.
    pub(crate) fn heed(&mut self, places: Vec<(UserId, Pos)>) {
        self.known.heed(places);
    }

    /// Goes by what the intake's `touched` is now that this writer has counted it up once; forgets if it was not the only
    /// one who did. Gives whether it was. Numbers that `spare` has are only good together with those that it has already.
    pub(crate) fn note_touched(&mut self, touched: i64, spare: impl FnOnce() -> Option<Range<i64>>) -> bool {
        let is_ours = self.remembered.note_touched(touched);
        if !is_ours {
            self.remembered.add_numbers(spare());
        }
        is_ours
    }

    /// A transaction has filed everything, and is committed.
    pub(crate) fn note_filed(&mut self) {
        self.remembered.note_filed();
    }

    /// Gives back what numbers are left, and those that are spare, in the open transaction.
    pub(crate) fn return_numbers(
        &mut self,
        connection: &mut SqliteConnection,
        spare: Option<Range<i64>>,
    ) -> QueryResult<()> {
        self.remembered.return_numbers(connection, spare)
    }

    /// Decides what becomes of drafts without writing anything, from the main database as it is and from memory. Gives
    /// whether that could be done: the conversations must exist, and `is_waiting` knows the keys that must not be among
    /// these. `more_numbers` has some if those that are left are not enough.
    pub(crate) fn decide_alone(
        &mut self,
        connection: &mut SqliteConnection,
        drafts: &mut [&mut Append],
        is_waiting: impl Fn(&(i64, String)) -> bool,
        more_numbers: impl FnOnce() -> Option<Range<i64>>,
    ) -> QueryResult<bool> {
        self.remembered.forget_missing();
        if self.expects_repeats || drafts.iter().any(|append| append.number.is_some()) {
            return Ok(false);
        }
        let keys: Vec<(i64, String)> = drafts.iter().filter_map(|append| append.key()).collect();
        if keys.iter().any(is_waiting) {
            return Ok(false);
        }
        let wanted = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
        let Some(mut numbers) = self.remembered.reserved(wanted, more_numbers) else { return Ok(false) };
        // One look at the database instead of one for each statement.
        connection.batch_execute("BEGIN")?;
        let known = self.remembered.counters_of_known(connection, drafts).and_then(|known| {
            let Some(counters) = known else { return Ok(None) };
            Ok(Some((counters, sqlite::earlier(connection, &keys)?)))
        });
        connection.batch_execute("COMMIT")?;
        let known = known?;
        let are_known = known.is_some();
        if let Some((counters, earlier)) = known {
            decide(drafts, &earlier, counters, || numbers.next());
        }
        self.remembered.put_back(numbers);
        Ok(are_known)
    }

    /// Whether the draft is one for which the last ones could not be decided alone: its conversation does not exist yet.
    pub(crate) fn lacks_conversation_of(&self, append: &Append) -> bool {
        self.remembered.missing().contains(&append.pair())
    }

    /// Saves drafts in the open transaction of SQLite's connection, in which everything is filed.
    pub(crate) fn run(&mut self, connection: &mut AnyConnection, drafts: &mut [&mut Append]) -> QueryResult<()> {
        let AnyConnection::Sqlite(connection) = connection else { return Err(Error::NotInTransaction) };
        let look = self.expects_repeats;
        let mut numbers = self.remembered.numbers(connection, drafts.len())?;
        let counters = self.remembered.counters(connection, drafts)?;
        let earlier = sqlite::earlier(connection, &worth_a_look(drafts, counters, look))?;
        decide(drafts, &earlier, counters, || numbers.next());
        sqlite::save(connection, drafts, counters)?;
        self.remembered.put_back(numbers);
        Ok(())
    }

    /// Those of these people whose rows somebody else keeps locked, on MySQL.
    pub(crate) fn locked_elsewhere(
        connection: &mut MysqlConnection,
        people: &BTreeSet<i64>,
    ) -> QueryResult<BTreeSet<i64>> {
        mysql::locked_elsewhere(connection, people)
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
        let counters = match self.write_by_guess(connection, drafts)? {
            Some(counters) => counters,
            None => self.write_locked(connection, drafts)?,
        };
        #[cfg(feature = "planted-faults")]
        {
            planted::panic_now_and_then();
            announce_early(drafts);
        }
        Ok(counters)
    }

    /// Counts from what this node remembers, and writes if it is still so. If not, nothing has happened.
    fn write_by_guess(
        &mut self,
        connection: &mut MysqlConnection,
        drafts: &mut [&mut Append],
    ) -> QueryResult<Option<Counters>> {
        if self.expects_repeats {
            return Ok(None);
        }
        let Some(mut counters) = self.known.guess(drafts) else { return Ok(None) };
        let (before, ids) = (counters.feeds.clone(), self.ids.clone());
        decide(drafts, &Earlier::new(), &mut counters, || self.ids.next());
        let was_right = mysql::save_if_unmoved(connection, drafts, &before, &counters)?;
        self.known.was_guessed(was_right);
        if was_right {
            return Ok(Some(counters));
        }
        connection.batch_execute("ROLLBACK")?;
        self.ids = ids;
        Ok(None)
    }

    /// Locks, looks, counts and writes.
    fn write_locked(&mut self, connection: &mut MysqlConnection, drafts: &mut [&mut Append]) -> QueryResult<Counters> {
        let mut counters = self.known.counters(connection, drafts)?;
        let earlier = mysql::earlier(connection, &worth_a_look(drafts, &counters, self.expects_repeats))?;
        decide(drafts, &earlier, &mut counters, || self.ids.next());
        mysql::save(connection, drafts, &counters)?;
        Ok(counters)
    }
}

/// Whether a key had been used before.
fn is_used_key(error: &Error) -> bool {
    const INDEX: &str = "messages_by_client_key";
    matches!(error, Error::DatabaseError(UniqueViolation, info) if info.message().contains(INDEX))
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
