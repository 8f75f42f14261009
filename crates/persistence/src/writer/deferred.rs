//! What waits until there is less to file.
//!
//! A unit that finds every message files what waits first, in its own transaction. If that were much, all sends would wait for
//! it: so the thread that files does most of it beforehand, and sends go on meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Job;
use crate::intake::Filing;

/// So many are filed in a unit's own transaction.
const FEW: i64 = 300;
/// How long a unit waits at most: then everything is filed there and then.
const LONGEST: Duration = Duration::from_millis(500);
/// How often it is looked whether there is less, if nothing else happens.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Jobs that wait for the filer.
pub(super) struct Deferred {
    filing: Arc<Filing>,
    /// How many may.
    most: usize,
    jobs: Vec<Job>,
    since: Option<Instant>,
}

impl Deferred {
    /// None yet, and never more than `most`.
    pub(super) fn new(filing: Arc<Filing>, most: usize) -> Self {
        Self { filing, most, jobs: Vec::new(), since: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// How long to wait for something else before looking at these again.
    pub(super) fn patience(&self) -> Option<Duration> {
        (!self.is_empty()).then_some(LOOK_EVERY)
    }

    /// All of them, in their order.
    pub(super) fn take(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.jobs)
    }

    /// Keeps what must not be done yet out of a batch.
    pub(super) fn defer(&mut self, batch: &mut Vec<Job>) {
        let units = batch.iter().filter(|job| !job.is_append()).count();
        let are_patient = units < self.most && self.since.is_none_or(|since| since.elapsed() < LONGEST);
        if units == 0 || self.filing.waiting() <= FEW || !are_patient {
            self.since = None;
            return;
        }
        self.since.get_or_insert_with(Instant::now);
        self.filing.hurry();
        let (messages, units) = batch.drain(..).partition(Job::is_append);
        self.jobs = units;
        *batch = messages;
    }
}
