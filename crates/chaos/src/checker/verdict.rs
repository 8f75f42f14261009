//! What the checker found: how much of it there was, and the first rows.

use std::collections::BTreeMap;
use std::fmt;

/// How many offending rows of a kind are kept.
const ROWS: usize = 5;

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breach {
    /// I1: an acknowledged message is gone or changed.
    Lost,
    /// I2: a key has two messages, or a place in a conversation has.
    Doubled,
    /// I3: a hole in the places of a conversation or of a person's events.
    Hole,
    /// I3: a message that was sent after another's acknowledgement comes before it.
    OutOfOrder,
    /// I4: two people, or two ways to read, differ.
    Diverged,
    /// I4: a message that nobody sent.
    Invented,
    /// I5: told of before it could be read.
    Early,
    /// I5: told of too late in good times.
    Late,
    /// I6: not told of after catching up, told of twice on one socket, or told otherwise than it is.
    Missed,
    /// I7: something of a conversation reached somebody else.
    Leaked,
    /// I9: no answer within 12 s.
    Slow,
    /// I9: an answer that the request did not deserve, or a 503 that does not say when to come again.
    Dishonest,
}

/// What the checker found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    breaches: BTreeMap<Breach, (usize, Vec<String>)>,
    /// Messages that clients tried to send.
    pub sent: usize,
    /// Messages that were acknowledged.
    pub acked: usize,
    /// Attempts, repetitions included.
    pub attempts: usize,
    /// Notifications that came.
    pub told: usize,
    /// Notifications whose delay in good times was looked at.
    pub timed: usize,
    /// The longest delay of a notification in good times, in microseconds.
    pub longest_delay: u64,
    /// The longest delay of one in other times that came in the end, on a socket that stayed open.
    pub longest_bad_delay: u64,
    /// Answers by status; those without one under their reason.
    pub answers: BTreeMap<String, usize>,
    /// The longest wait for an answer, in microseconds.
    pub longest_answer: u64,
    /// The longest time from the end of a cause to the next acknowledgement, in microseconds.
    pub longest_outage: u64,
}

impl Verdict {
    /// Notes a broken promise.
    pub(super) fn add(&mut self, breach: Breach, row: impl FnOnce() -> String) {
        let (count, rows) = self.breaches.entry(breach).or_default();
        *count += 1;
        if rows.len() < ROWS {
            rows.push(row());
        }
    }

    /// How often a promise was broken.
    pub fn count(&self, breach: Breach) -> usize {
        self.breaches.get(&breach).map_or(0, |(count, _)| *count)
    }

    /// Whether every promise was kept.
    pub fn is_clean(&self) -> bool {
        self.breaches.is_empty()
    }

    /// The kinds of broken promises.
    pub fn kinds(&self) -> impl Iterator<Item = Breach> {
        self.breaches.keys().copied()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} messages in {} attempts, {} acknowledged", self.sent, self.attempts, self.acked)?;
        writeln!(f, "{} notifications, {} timed, longest {} ms", self.told, self.timed, self.longest_delay / 1000)?;
        for (breach, (count, rows)) in &self.breaches {
            writeln!(f, "BROKEN {breach:?}: {count}")?;
            for row in rows {
                writeln!(f, "    {row}")?;
            }
        }
        if self.is_clean() { writeln!(f, "every promise was kept") } else { Ok(()) }
    }
}
