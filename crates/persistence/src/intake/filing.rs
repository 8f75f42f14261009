//! What waits to be filed: the statements that file it, and who waits for that.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chatapp_domain::ports::StoreError;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Bool};
use diesel::sqlite::Sqlite;
use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::watch;

use super::{FILED, unfiled_messages};
use crate::prepared::stays_prepared;
use crate::schema::sequences;

/// How far the filing of one database has got, between the writer, the filer and whoever reads. Of numbers of messages.
#[derive(Debug)]
pub(crate) struct Filing {
    /// The newest message that was taken in.
    taken: AtomicI64,
    progress: watch::Sender<Progress>,
    /// Somebody waits, so that filing must not.
    is_urgent: AtomicBool,
    has_stopped: AtomicBool,
    /// Only for sleeping and waking.
    sleep: Mutex<()>,
    alarm: Condvar,
    /// Numbers for messages that are reserved beforehand: the writer need not touch the main database for more.
    spare: Mutex<Option<Range<i64>>>,
    /// Held by whoever in this process writes to the main database: SQLite's own way of waiting is to look now and then.
    turn: Mutex<()>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Progress {
    /// Up to which message everything is filed, and on the disk there.
    filed: i64,
    /// How often filing has failed.
    failures: u64,
}

impl Default for Filing {
    fn default() -> Self {
        Self {
            taken: AtomicI64::new(0),
            progress: watch::Sender::new(Progress::default()),
            is_urgent: AtomicBool::new(false),
            has_stopped: AtomicBool::new(false),
            sleep: Mutex::default(),
            alarm: Condvar::default(),
            spare: Mutex::default(),
            turn: Mutex::default(),
        }
    }
}

impl Filing {
    /// Waits until what was taken in before this call is filed, but not longer than `patience`.
    pub(crate) async fn caught_up(&self, patience: Duration) -> Result<(), StoreError> {
        let taken = self.taken();
        let failures = {
            let progress = self.progress.borrow();
            if progress.filed >= taken {
                return Ok(());
            }
            progress.failures
        };
        let mut progress = self.progress.subscribe();
        self.hurry();
        let ended = progress.wait_for(|progress| progress.filed >= taken || progress.failures > failures);
        match tokio::time::timeout(patience, ended).await {
            Ok(Ok(progress)) if progress.filed >= taken => Ok(()),
            _ => Err(StoreError::Unavailable("messages that were taken in cannot be filed".into())),
        }
    }

    /// Lets what waits be filed now.
    pub(crate) fn hurry(&self) {
        self.is_urgent.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Whether the message with this number may wait. Whoever looks for it among those that do, and then where it is filed,
    /// finds it.
    pub(crate) fn may_wait(&self, number: i64) -> bool {
        number > self.filed()
    }

    /// Lets nobody else of this process write to the main database meanwhile.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock()
    }

    /// Numbers that were reserved beforehand, once.
    pub(crate) fn take_spare(&self) -> Option<Range<i64>> {
        self.spare.lock().take()
    }

    pub(super) fn has_spare(&self) -> bool {
        self.spare.lock().is_some()
    }

    pub(super) fn put_spare(&self, numbers: Range<i64>) {
        *self.spare.lock() = Some(numbers);
    }

    /// How many messages wait, more or less: numbers may have holes.
    pub(crate) fn waiting(&self) -> i64 {
        (self.taken() - self.filed()).max(0)
    }

    pub(super) fn taken(&self) -> i64 {
        self.taken.load(Ordering::SeqCst)
    }

    pub(super) fn filed(&self) -> i64 {
        self.progress.borrow().filed
    }

    /// Whether there is something to file.
    pub(super) fn has_work(&self) -> bool {
        self.taken() > self.filed()
    }

    /// Messages up to this one were taken in.
    pub(super) fn take(&self, newest: i64) {
        let before = self.taken.fetch_max(newest, Ordering::SeqCst);
        // Whoever files while something waits looks by itself now and then.
        if before <= self.filed() {
            self.wake();
        }
    }

    /// A transaction has filed all that was taken in before. Only for who takes in: nothing was since.
    pub(crate) fn note_all_filed(&self) {
        self.note_filed(self.taken());
    }

    /// Messages up to this one are filed.
    pub(super) fn note_filed(&self, newest: i64) {
        self.progress.send_if_modified(|progress| {
            let is_news = newest > progress.filed;
            progress.filed = progress.filed.max(newest);
            is_news
        });
    }

    pub(super) fn note_failure(&self) {
        self.progress.send_modify(|progress| progress.failures += 1);
    }

    pub(super) fn is_urgent(&self) -> bool {
        self.is_urgent.load(Ordering::SeqCst)
    }

    /// Whoever comes from now on is not helped by what is filed next.
    pub(super) fn hear_the_urgent(&self) {
        self.is_urgent.store(false, Ordering::SeqCst);
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.has_stopped.load(Ordering::SeqCst)
    }

    pub(super) fn stop(&self) {
        self.has_stopped.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Sleeps until there is something to do, or for so long.
    pub(super) fn doze(&self, at_most: Option<Duration>, has_work: impl Fn(&Self) -> bool) {
        let until = at_most.map(|at_most| Instant::now() + at_most);
        let mut sleep = self.sleep.lock();
        while !self.has_stopped() && !has_work(self) {
            match until {
                None => self.alarm.wait(&mut sleep),
                Some(until) if self.alarm.wait_until(&mut sleep, until).timed_out() => return,
                Some(_) => {}
            }
        }
    }

    fn wake(&self) {
        // Whoever is about to sleep has looked before or will hear this.
        drop(self.sleep.lock());
        self.alarm.notify_all();
    }
}

/// After which message and up to which one some wait, if any do.
pub(super) fn waiting(connection: &mut SqliteConnection) -> QueryResult<Option<(i64, i64)>> {
    let newest: Option<i64> = unfiled_messages::table.select(max(unfiled_messages::id)).first(connection)?;
    let Some(newest) = newest else { return Ok(None) };
    let filed = sequences::table.find(FILED).select(sequences::next).first::<i64>(connection).optional()?;
    let filed = filed.unwrap_or_default();
    Ok((newest > filed).then_some((filed, newest)))
}

/// Files everything that waits, in the open transaction of a connection that has the locks of both databases, and lets every
/// other writer know that what it remembers may be old. Does nothing if there is no intake.
pub(crate) fn file_all(connection: &mut SqliteConnection) -> QueryResult<()> {
    if Intakes.get_result::<bool>(connection)? {
        Touch.get_result::<i64>(connection)?;
        file(connection, i64::MAX)?;
    }
    Ok(())
}

/// Files what waits, the oldest messages first and so many at most, in the open transaction. Gives the newest of them.
pub(super) fn file(connection: &mut SqliteConnection, at_most: i64) -> QueryResult<Option<i64>> {
    let Some((after, newest)) = waiting(connection)? else { return Ok(None) };
    let beyond = unfiled_messages::table
        .filter(unfiled_messages::id.gt(after))
        .order(unfiled_messages::id)
        .offset(at_most - 1)
        .select(unfiled_messages::id);
    let to = if at_most == i64::MAX { None } else { beyond.first::<i64>(connection).optional()? }.unwrap_or(newest);
    for statement in [FILE, COUNT, MARK] {
        diesel::sql_query(statement).bind::<BigInt, _>(after).bind::<BigInt, _>(to).execute(connection)?;
    }
    Ok(Some(to))
}

const FILE: &str = "
    INSERT INTO messages (id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, low_sent, sent_at,
        client_key, body)
    SELECT id, conversation_id, seq, sender_id, sender_pos, recipient_id, recipient_pos, low_sent, sent_at, client_key, body
    FROM intake.unfiled_messages WHERE id > ?1 AND id <= ?2 ORDER BY id";

/// A note to oneself has one place.
const COUNT: &str = "
    UPDATE feeds SET last_pos = filed.newest_pos, message_count = message_count + filed.added
    FROM (
        SELECT user_id, max(pos) AS newest_pos, count(*) AS added
        FROM (
            SELECT sender_id AS user_id, sender_pos AS pos FROM intake.unfiled_messages WHERE id > ?1 AND id <= ?2
            UNION ALL
            SELECT recipient_id, recipient_pos FROM intake.unfiled_messages
            WHERE id > ?1 AND id <= ?2 AND recipient_id <> sender_id
        )
        GROUP BY user_id
    ) AS filed
    WHERE feeds.user_id = filed.user_id";

/// A number that was reserved before a power cut, and used, is not given out again.
const MARK: &str = "
    INSERT INTO sequences (name, next) VALUES ('filed', max(?1, ?2)), ('message', ?2 + 1)
    ON CONFLICT (name) DO UPDATE SET next = max(next, excluded.next)";

/// Whether the connection has an intake attached.
struct Intakes;

/// Counts up for everybody who remembers something, and gives the count.
pub(crate) struct Touch;

/// The count.
pub(crate) struct Touched;

/// A statement without parameters that gives one value.
macro_rules! statement {
    ($statement:ident, $result:ty, $sql:literal) => {
        stays_prepared!($statement, $statement);

        impl diesel::query_builder::Query for $statement {
            type SqlType = $result;
        }

        impl QueryFragment<Sqlite> for $statement {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql($sql);
                Ok(())
            }
        }
    };
}

statement!(Intakes, Bool, "SELECT EXISTS (SELECT 1 FROM pragma_database_list WHERE name = 'intake')");
statement!(Touch, BigInt, "UPDATE intake_state SET touched = touched + 1 WHERE id = 1 RETURNING touched");
statement!(Touched, BigInt, "SELECT touched FROM intake_state WHERE id = 1");
