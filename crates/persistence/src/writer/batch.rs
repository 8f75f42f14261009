//! What is saved together.

use std::sync::Arc;

use diesel::result::{Error, QueryResult};

use super::failure::shared;
use super::job::Job;
#[cfg(feature = "planted-faults")]
use crate::append::announce_early;
use crate::append::{Append, Appender};
use crate::connection::AnyConnection;
#[cfg(feature = "planted-faults")]
use crate::planted;

/// How many bytes of text one transaction saves, about: MySQL takes no statement above `max_allowed_packet`, where a text is
/// twice as long.
const MOST_BYTES: usize = 1 << 20;

/// Takes a batch apart so that none has much more text than one transaction saves.
pub(super) fn pieces(batch: Vec<Job>) -> Vec<Vec<Job>> {
    let mut pieces: Vec<Vec<Job>> = Vec::new();
    let mut bytes = MOST_BYTES;
    for job in batch {
        bytes += job.bytes();
        match pieces.last_mut() {
            Some(piece) if bytes <= MOST_BYTES => piece.push(job),
            _ => {
                bytes = job.bytes();
                pieces.push(vec![job]);
            }
        }
    }
    pieces
}

/// Does all of it in the open transaction of SQLite's connection.
pub(super) fn run_all(connection: &mut AnyConnection, appender: &mut Appender, batch: &mut [Job]) -> QueryResult<()> {
    for run in batch.chunk_by_mut(|one, next| one.is_append() && next.is_append()) {
        if let [Job::Unit(unit)] = run {
            appender.forget_counters();
            unit.run(connection)?;
        } else {
            appender.run(connection, &mut appends(run))?;
        }
    }
    #[cfg(feature = "planted-faults")]
    {
        planted::panic_now_and_then();
        announce_early(&mut appends(batch));
    }
    Ok(())
}

/// The messages in it.
pub(super) fn appends(batch: &mut [Job]) -> Vec<&mut Append> {
    batch.iter_mut().filter_map(Job::as_append).collect()
}

/// Answers everybody.
pub(super) fn settle_all(batch: Vec<Job>, error: Option<Error>) {
    let error = error.map(Arc::new);
    let outcome = || match &error {
        None => Ok(()),
        Some(error) => Err(shared(error)),
    };
    let mut done: Vec<Append> = Vec::new();
    for job in batch {
        match job {
            Job::Append(append) => done.push(append),
            Job::Unit(unit) => {
                Append::settle_all(std::mem::take(&mut done), outcome);
                unit.settle(outcome());
            }
        }
    }
    Append::settle_all(done, outcome);
}

#[cfg(test)]
mod tests {
    use chatapp_domain::message::{Draft, MessageBody};
    use chatapp_testkit::builders::a_draft_between;
    use tokio::sync::oneshot;

    use super::*;

    fn message(bytes: usize) -> Job {
        let body = MessageBody::from_store("x".repeat(bytes));
        let draft = Draft { body, ..a_draft_between(1, 2) };
        Job::Append(Append::new(draft, Box::new(|_| ()), oneshot::channel().0))
    }

    fn sizes(of: &[usize]) -> Vec<Vec<usize>> {
        let pieces = pieces(of.iter().map(|bytes| message(*bytes)).collect());
        pieces.iter().map(|piece| piece.iter().map(Job::bytes).collect()).collect()
    }

    #[test]
    fn no_piece_has_much_more_text_than_one_transaction_saves() {
        const HALF: usize = MOST_BYTES / 2;
        assert_eq!(sizes(&[]), Vec::<Vec<usize>>::new());
        assert_eq!(sizes(&[1, 2, 3]), [[1, 2, 3]]);
        assert_eq!(sizes(&[HALF, HALF, 1, HALF]), [vec![HALF, HALF], vec![1, HALF]]);
        assert_eq!(sizes(&[3 * HALF, 1, MOST_BYTES]), [vec![3 * HALF], vec![1], vec![MOST_BYTES]]);
    }
}
