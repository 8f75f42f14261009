//! What waits for one connection: bounded, and never waited for.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use chatapp_domain::credential::Credential;
use chatapp_domain::event::{Event, Pos};
use chatapp_domain::ports::notifications::{Delivery, Whisper};

/// How many passing whispers wait. More than the people one connection may watch, so that what is said last of each of
/// them survives.
const PASSING: usize = 256;

/// The queue between the hub and one connection.
pub(crate) struct Outbox {
    number: u64,
    credential: Option<Credential>,
    capacity: usize,
    waiting: Mutex<Waiting>,
}

/// Each kind has its own place: what may be dropped is bounded by a length, what may not by being kept once.
#[derive(Default)]
struct Waiting {
    state: State,
    credential_ended: bool,
    sharing_changed: bool,
    behind: bool,
    events: VecDeque<Arc<Event>>,
    latest: Option<Pos>,
    passing: VecDeque<Whisper>,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// Displaced, and not told yet.
    Displaced,
    /// Nothing will come any more.
    Over,
}

impl Outbox {
    /// An empty outbox; `number` tells it from all others of its hub.
    pub(crate) fn new(number: u64, credential: Option<Credential>, capacity: usize) -> Self {
        Self { number, credential, capacity: capacity.max(1), waiting: Mutex::default() }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn credential(&self) -> Option<Credential> {
        self.credential
    }

    /// Puts an event in, or marks the connection as behind. Gives whom to wake.
    pub(crate) fn push(&self, event: &Arc<Event>) -> Option<Waker> {
        let mut waiting = self.lock();
        // Whoever is told to be behind reads the store afterwards, and finds there whatever was dropped until then.
        if waiting.state != State::Open || waiting.behind {
            return None;
        }
        if waiting.events.len() == self.capacity {
            waiting.events.clear();
            waiting.behind = true;
        } else {
            waiting.events.push_back(Arc::clone(event));
        }
        waiting.waker.take()
    }

    /// Puts a whisper in. Gives whom to wake.
    pub(crate) fn whisper(&self, whisper: &Whisper) -> Option<Waker> {
        let mut waiting = self.lock();
        if waiting.state != State::Open {
            return None;
        }
        match whisper {
            Whisper::CredentialsEnded(ended) if !self.credential.is_some_and(|own| ended.contains(&own)) => {
                return None;
            }
            Whisper::CredentialsEnded(_) => waiting.credential_ended = true,
            Whisper::Latest(pos) => waiting.latest = waiting.latest.max(Some(*pos)),
            Whisper::SharingChanged => waiting.sharing_changed = true,
            Whisper::Typing { .. } | Whisper::Delivered { .. } | Whisper::Presence { .. } => waiting.pass_on(whisper),
        }
        waiting.waker.take()
    }

    /// Leaves the connection nothing to hear but that it was displaced. Gives whom to wake.
    pub(crate) fn displace(&self) -> Option<Waker> {
        let mut waiting = self.lock();
        let waker = waiting.waker.take();
        *waiting = Waiting { state: State::Displaced, ..Waiting::default() };
        waker
    }

    /// The connection is gone. A waker may own a task, so it is dropped outside of the lock.
    pub(crate) fn close(&self) {
        let left = mem::replace(&mut *self.lock(), Waiting { state: State::Over, ..Waiting::default() });
        drop(left);
    }

    /// What comes next, or a promise to wake.
    pub(crate) fn poll_next(&self, context: &Context<'_>) -> Poll<Option<Delivery>> {
        let mut waiting = self.lock();
        if let Some(delivery) = waiting.next(self.credential) {
            return Poll::Ready(Some(delivery));
        }
        if waiting.state == State::Over {
            return Poll::Ready(None);
        }
        let known = waiting.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker()));
        let outdated = if known { None } else { waiting.waker.replace(context.waker().clone()) };
        drop(waiting);
        drop(outdated);
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// The most urgent first; the latest position after the events, which may well make it old news.
    fn next(&mut self, credential: Option<Credential>) -> Option<Delivery> {
        if self.state == State::Displaced {
            self.state = State::Over;
            return Some(Delivery::Displaced);
        }
        if mem::take(&mut self.credential_ended) {
            return Some(Delivery::Whisper(Whisper::CredentialsEnded(credential.into_iter().collect())));
        }
        if mem::take(&mut self.behind) {
            return Some(Delivery::Behind);
        }
        if let Some(event) = self.events.pop_front() {
            return Some(Delivery::Event(event));
        }
        if let Some(pos) = self.latest.take() {
            return Some(Delivery::Whisper(Whisper::Latest(pos)));
        }
        if mem::take(&mut self.sharing_changed) {
            return Some(Delivery::Whisper(Whisper::SharingChanged));
        }
        self.passing.pop_front().map(Delivery::Whisper)
    }

    /// Only the last word on a subject counts.
    fn pass_on(&mut self, whisper: &Whisper) {
        self.passing.retain(|earlier| !same_subject(earlier, whisper));
        if self.passing.len() == PASSING {
            self.passing.pop_front();
        }
        self.passing.push_back(whisper.clone());
    }
}

fn same_subject(one: &Whisper, other: &Whisper) -> bool {
    match (one, other) {
        (Whisper::Typing { peer: one, .. }, Whisper::Typing { peer: other, .. })
        | (Whisper::Presence { user: one, .. }, Whisper::Presence { user: other, .. }) => one == other,
        // The furthest counts, in whatever order they come.
        (Whisper::Delivered { peer: one, seq: from }, Whisper::Delivered { peer: other, seq: to }) => {
            one == other && from <= to
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use chatapp_domain::session::SessionId;

    use chatapp_domain::event::Change;
    use chatapp_domain::message::Seq;
    use chatapp_domain::user::Username;

    use super::*;

    fn event(pos: i64) -> Arc<Event> {
        let reader = Username::from_store("ada");
        Arc::new(Event { pos: Pos(pos), peer: reader.clone(), change: Change::Read { reader, seq: Seq(1) } })
    }

    fn all(outbox: &Outbox) -> Vec<String> {
        let context = Context::from_waker(Waker::noop());
        let mut all = Vec::new();
        while let Poll::Ready(Some(delivery)) = outbox.poll_next(&context) {
            all.push(match delivery {
                Delivery::Event(event) => format!("event {}", event.pos.0),
                Delivery::Whisper(Whisper::Latest(_)) => "latest".to_owned(),
                Delivery::Whisper(Whisper::CredentialsEnded(_)) => "ended".to_owned(),
                Delivery::Whisper(_) => "passing".to_owned(),
                Delivery::Behind => "behind".to_owned(),
                Delivery::Displaced => "displaced".to_owned(),
            });
        }
        all
    }

    #[test]
    fn the_most_urgent_comes_first() {
        let outbox = Outbox::new(1, Some(SessionId(1).into()), 2);
        outbox.whisper(&Whisper::Typing { peer: Username::from_store("bob"), typing: true });
        outbox.whisper(&Whisper::Latest(Pos(1)));
        outbox.push(&event(1));
        outbox.whisper(&Whisper::CredentialsEnded(vec![SessionId(1).into()]));
        assert_eq!(all(&outbox), ["ended", "event 1", "latest", "passing"]);
        assert!(all(&outbox).is_empty());
    }

    #[test]
    fn what_was_displaced_or_closed_takes_nothing_more() {
        for close in [false, true] {
            let outbox = Outbox::new(1, Some(SessionId(1).into()), 2);
            outbox.push(&event(1));
            if close {
                outbox.close()
            } else {
                drop(outbox.displace())
            }
            outbox.push(&event(2));
            outbox.whisper(&Whisper::Latest(Pos(2)));
            outbox.whisper(&Whisper::CredentialsEnded(vec![SessionId(1).into()]));
            let expected: &[&str] = if close { &[] } else { &["displaced"] };
            assert_eq!(all(&outbox), expected);
            assert!(matches!(outbox.poll_next(&Context::from_waker(Waker::noop())), Poll::Ready(None)));
        }
    }

    #[test]
    fn events_are_held_up_to_the_capacity_and_not_beyond() {
        let outbox = Outbox::new(1, None, 3);
        (1..=3).for_each(|pos| drop(outbox.push(&event(pos))));
        assert_eq!(outbox.lock().events.len(), 3);
        (4..=100).for_each(|pos| drop(outbox.push(&event(pos))));
        assert_eq!(outbox.lock().events.len(), 0, "whoever is behind keeps nothing until it is told");
        assert_eq!(all(&outbox), ["behind"]);
    }
}
