//! Messages to and from people whose rows somebody else keeps locked on MySQL: a node that stopped in the middle of a
//! transaction, say. They wait aside, in their order, so that nobody else waits with them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::Job;

/// How often it is looked whether the rows are free.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The messages that wait, and for whom.
pub(super) struct Held {
    /// How many may wait.
    most: usize,
    /// For whose rows a transaction has waited in vain.
    stuck: BTreeSet<i64>,
    /// Those, and whose rows were locked when somebody looked meanwhile.
    people: BTreeSet<i64>,
    jobs: Vec<Job>,
    look_at: Instant,
}

impl Held {
    /// None yet, and never more than `most`.
    pub(super) fn new(most: usize) -> Self {
        Self { most, stuck: BTreeSet::new(), people: BTreeSet::new(), jobs: Vec::new(), look_at: Instant::now() }
    }

    /// How long to wait for something else before [looking](Held::is_due).
    pub(super) fn patience(&self) -> Option<Duration> {
        (!self.people.is_empty()).then_some(LOOK_EVERY)
    }

    /// Whether to look which rows are free by now. The answer counts for a while.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = !self.people.is_empty() && Instant::now() >= self.look_at;
        if is_due {
            self.look_at = Instant::now() + LOOK_EVERY;
        }
        is_due
    }

    /// Whose rows are kept locked.
    pub(super) fn people(&self) -> &BTreeSet<i64> {
        &self.people
    }

    /// Whether some of these would have to wait.
    pub(super) fn concerns(&self, jobs: &[Job]) -> bool {
        jobs.iter().any(|job| self.holds(job))
    }

    /// A transaction has waited for these people's rows in vain.
    pub(super) fn begin(&mut self, people: BTreeSet<i64>) {
        self.people.extend(&people);
        self.stuck.extend(people);
    }

    /// These people's rows are locked, too, perhaps for no longer than a transaction takes.
    pub(super) fn add(&mut self, people: BTreeSet<i64>) {
        self.people.extend(people);
    }

    /// Only these people's rows still are. If nobody is among them for whom a transaction has waited, it is over for all: among
    /// many who write, somebody's rows are locked at any moment. Gives the messages that wait for nobody any more, in their order.
    pub(super) fn keep_only(&mut self, people: BTreeSet<i64>) -> Vec<Job> {
        self.stuck.retain(|person| people.contains(person));
        self.people = if self.stuck.is_empty() { BTreeSet::new() } else { people };
        self.jobs.retain(|job| !job.is_abandoned());
        let waiting = std::mem::take(&mut self.jobs);
        let (waiting, free) = waiting.into_iter().partition(|job| self.holds(job));
        self.jobs = waiting;
        free
    }

    /// Keeps those that must wait out of a batch. Gives those that found no room.
    pub(super) fn set_aside(&mut self, batch: &mut Vec<Job>) -> Vec<Job> {
        if self.people.is_empty() {
            return Vec::new();
        }
        let (waiting, free): (Vec<Job>, Vec<Job>) = batch.drain(..).partition(|job| self.holds(job));
        *batch = free;
        self.jobs.extend(waiting);
        self.jobs.split_off(self.most.min(self.jobs.len()))
    }

    /// All that wait: there is no more time.
    pub(super) fn end(&mut self) -> Vec<Job> {
        self.keep_only(BTreeSet::new())
    }

    fn holds(&self, job: &Job) -> bool {
        job.people().iter().any(|person| self.people.contains(person))
    }
}

#[cfg(test)]
mod tests {
    use chatapp_domain::message::Draft;
    use chatapp_domain::ports::messages::{AppendError, Saved};
    use chatapp_testkit::builders::a_draft_between;
    use tokio::sync::oneshot;

    use super::*;
    use crate::append::Append;

    type Answer = oneshot::Receiver<Result<Saved, AppendError>>;

    fn message(from: i64, to: i64) -> (Job, Answer) {
        let (reply, answer) = oneshot::channel();
        let draft: Draft = a_draft_between(from, to);
        (Job::Append(Append::new(draft, Box::new(|_| ()), reply)), answer)
    }

    fn people(jobs: &[Job]) -> Vec<Vec<i64>> {
        jobs.iter().map(Job::people).collect()
    }

    #[test]
    fn messages_wait_for_their_people_in_their_order_and_nobody_elses_do() {
        let (mut batch, _answers): (Vec<Job>, Vec<Answer>) =
            [(1, 2), (3, 4), (2, 3), (1, 4)].map(|(from, to)| message(from, to)).into_iter().unzip();
        let mut held = Held::new(10);
        assert!(!held.concerns(&batch));
        held.begin(BTreeSet::from([1, 2]));
        assert!(held.concerns(&batch));
        assert!(held.set_aside(&mut batch).is_empty());
        assert_eq!(people(&batch), [[3, 4]]);
        assert_eq!(people(&held.keep_only(BTreeSet::from([1]))), [[2, 3]]);
        assert_eq!(people(&held.end()), [[1, 2], [1, 4]]);
        assert!(held.patience().is_none());
    }

    #[test]
    fn when_nobody_is_stuck_any_more_nobody_waits() {
        let (mut batch, _answers): (Vec<Job>, Vec<Answer>) =
            [(1, 2), (3, 4)].map(|(from, to)| message(from, to)).into_iter().unzip();
        let mut held = Held::new(10);
        held.begin(BTreeSet::from([1]));
        held.add(BTreeSet::from([3]));
        assert!(held.set_aside(&mut batch).is_empty());
        assert!(held.keep_only(BTreeSet::from([1, 3])).is_empty());
        assert_eq!(people(&held.keep_only(BTreeSet::from([3]))), [[1, 2], [3, 4]]);
        assert!(held.people().is_empty());
    }

    #[test]
    fn no_more_wait_than_may_and_nobody_for_whom_no_one_waits() {
        let (first, answer) = message(1, 2);
        let (second, _kept) = message(1, 3);
        let (third, _refused) = message(4, 1);
        let mut held = Held::new(2);
        held.begin(BTreeSet::from([1]));
        let mut batch = vec![first, second, third];
        assert_eq!(people(&held.set_aside(&mut batch)), [[4, 1]]);
        drop(answer);
        assert_eq!(people(&held.end()), [[1, 3]]);
    }
}
