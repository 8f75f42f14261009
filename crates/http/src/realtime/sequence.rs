//! The order of events on one socket: each once, none left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use chatapp_domain::event::{Event, Pos};

/// How many events wait for an earlier one. More than this is no small disorder: the store is asked.
const MOST_HELD: usize = 32;

/// What was sent last, and what came too early.
pub(super) struct Sequence {
    sent: Pos,
    held: BTreeMap<Pos, Arc<Event>>,
}

impl Sequence {
    pub(super) fn after(sent: Pos) -> Self {
        Self { sent, held: BTreeMap::new() }
    }

    /// The last place that was sent.
    pub(super) fn sent(&self) -> Pos {
        self.sent
    }

    /// Takes an event that was heard of. What was sent already is dropped.
    pub(super) fn offer(&mut self, event: Arc<Event>) {
        if event.pos > self.sent && self.held.len() < MOST_HELD {
            self.held.insert(event.pos, event);
        }
    }

    /// The event to send now, if it is there.
    pub(super) fn take_next(&mut self) -> Option<Arc<Event>> {
        let next = self.held.remove(&self.sent.next())?;
        self.sent = next.pos;
        Some(next)
    }

    /// Everything up to `sent` was sent, or need not be.
    pub(super) fn advance(&mut self, sent: Pos) {
        self.sent = self.sent.max(sent);
        self.held = self.held.split_off(&self.sent.next());
    }

    /// A new beginning.
    pub(super) fn restart(&mut self, sent: Pos) {
        *self = Self::after(sent);
    }

    /// Whether an event is missing before one that is there.
    pub(super) fn has_gap(&self) -> bool {
        !self.held.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.held.len() >= MOST_HELD
    }
}

#[cfg(test)]
mod tests {
    use chatapp_domain::event::Change;
    use chatapp_domain::message::{MessageId, Seq};
    use chatapp_domain::user::Username;

    use super::*;

    fn event(pos: i64) -> Arc<Event> {
        let change = Change::Message { id: MessageId(pos), seq: Seq(pos), key: None };
        Arc::new(Event { pos: Pos(pos), peer: Username::from_store("u2"), change })
    }

    fn sent(sequence: &mut Sequence, heard: &[i64]) -> Vec<i64> {
        let mut sent = Vec::new();
        for pos in heard {
            sequence.offer(event(*pos));
            sent.extend(std::iter::from_fn(|| sequence.take_next()).map(|event| event.pos.0));
        }
        sent
    }

    #[test]
    fn the_next_is_sent_and_the_old_is_dropped() {
        assert_eq!(sent(&mut Sequence::after(Pos(3)), &[3, 1, 4, 4, 5]), [4, 5]);
    }

    #[test]
    fn a_small_disorder_is_put_right() {
        let mut sequence = Sequence::after(Pos(0));
        assert!(sent(&mut sequence, &[2, 4, 3]).is_empty());
        assert!(sequence.has_gap());
        assert_eq!(sent(&mut sequence, &[1]), [1, 2, 3, 4]);
        assert!(!sequence.has_gap());
    }

    #[test]
    fn what_was_read_from_the_store_is_not_sent_again() {
        let mut sequence = Sequence::after(Pos(0));
        assert!(sent(&mut sequence, &[3, 5]).is_empty());
        sequence.advance(Pos(4));
        assert_eq!(sent(&mut sequence, &[2, 3]), [5]);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut sequence = Sequence::after(Pos(0));
        assert!(sent(&mut sequence, &(2..1000).collect::<Vec<_>>()).is_empty());
        assert!(sequence.is_full());
        sequence.advance(Pos(1));
        let last = std::iter::from_fn(|| sequence.take_next()).last().unwrap();
        assert_eq!(last.pos, Pos(33));
    }
}
