//! What waits until there is less to file.
//!
//! A unit that finds every message files what waits first, in its own transaction, and so does the first message of a
//! conversation. If that were much, all sends would wait for it: so the thread that files does most of it beforehand, and other
//! sends go on meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Job;
use crate::intake::Filing;

/// So many are filed in a job's own transaction.
const FEW: i64 = 300;
/// How long a job waits at most: then everything is filed there and then.
const LONGEST: Duration = Duration::from_millis(500);
/// How often it is looked whether there is less, if nothing else happens.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Jobs that wait for the filer.
pub(super) struct Deferred {
    filing: Arc<Filing>,
    /// How many may.
    most: usize,
    jobs: Vec<Job>,
    /// Since when some do.
    since: Option<Instant>,
}

impl Deferred {
    /// None yet, and hardly more than `most`.
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
        if self.is_empty() {
            self.since = None;
        }
        std::mem::take(&mut self.jobs)
    }

    /// The same, and from now on none may wait.
    pub(super) fn end(&mut self) -> Vec<Job> {
        self.most = 0;
        self.take()
    }

    /// Whether a job that needs everything filed should wait.
    pub(super) fn may_wait(&self) -> bool {
        let is_patient = self.since.is_none_or(|since| since.elapsed() < LONGEST);
        is_patient && self.filing.waiting() > FEW && self.jobs.len() < self.most
    }

    /// Keeps units out of a batch if they should wait.
    pub(super) fn defer(&mut self, batch: &mut Vec<Job>) {
        let units = batch.iter().filter(|job| !job.is_append()).count();
        if (1..self.most).contains(&units) && self.may_wait() {
            let (messages, units) = batch.drain(..).partition(Job::is_append);
            self.keep(units);
            *batch = messages;
        }
    }

    /// Keeps these for later.
    pub(super) fn keep(&mut self, jobs: Vec<Job>) {
        self.jobs.extend(jobs);
        self.since.get_or_insert_with(Instant::now);
        self.filing.hurry();
    }
}
