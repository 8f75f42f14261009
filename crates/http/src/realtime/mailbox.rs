//! What waits to be written to one socket: bounded, so that a client that takes nothing costs next to nothing.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use actix_web::web::Bytes;
use bytestring::ByteString;
use chatapp_domain::event::{Event, Pos};

/// How many events wait. Those that do not fit are in the store.
const MOST_EVENTS: usize = 64;
/// How many passing frames wait: more than it takes to tell that all whom a socket may watch went and others came. Those that
/// do not fit are lost, as they may be.
const MOST_FRAMES: usize = 512;

/// Filled by whoever listens and reads, emptied by whoever writes, all within one task, and in this order: whoever fills it
/// is polled before whoever empties it. So nobody has to be woken.
#[derive(Default)]
pub(super) struct Mailbox {
    content: RefCell<Content>,
}

#[derive(Default)]
struct Content {
    events: VecDeque<Arc<Event>>,
    /// Events did not fit.
    missed: bool,
    /// The store is said to have events up to here.
    latest: Pos,
    frames: VecDeque<Outgoing>,
}

/// Something to write or to see to.
#[derive(Debug)]
pub(super) enum Item {
    Frame(Outgoing),
    Event(Arc<Event>),
    /// Events were missed: the store has them.
    Missed,
    /// The store has events up to here.
    Latest(Pos),
}

/// A frame without a place in the order.
#[derive(Debug)]
pub(super) enum Outgoing {
    Text(ByteString),
    Pong(Bytes),
}

impl Mailbox {
    pub(super) fn event(&self, event: Arc<Event>) {
        self.fill(|content| {
            if content.events.len() < MOST_EVENTS {
                content.events.push_back(event);
            } else {
                content.missed = true;
            }
        });
    }

    pub(super) fn missed(&self) {
        self.fill(|content| content.missed = true);
    }

    pub(super) fn latest(&self, latest: Pos) {
        self.fill(|content| content.latest = content.latest.max(latest));
    }

    pub(super) fn frame(&self, frame: Outgoing) {
        self.offer(frame);
    }

    /// Gives whether there was room.
    pub(super) fn offer(&self, frame: Outgoing) -> bool {
        self.fill(|content| {
            let fits = content.frames.len() < MOST_FRAMES;
            if fits {
                content.frames.push_back(frame);
            }
            fits
        })
    }

    fn fill<T>(&self, put: impl FnOnce(&mut Content) -> T) -> T {
        put(&mut self.content.borrow_mut())
    }

    /// The next item, as soon as there is one when this is polled.
    pub(super) async fn next(&self) -> Item {
        poll_fn(|_| self.content.borrow_mut().take().map_or(Poll::Pending, Poll::Ready)).await
    }
}

impl Content {
    /// Events that are there come before a look at the store, which may thereby turn out to be needless.
    fn take(&mut self) -> Option<Item> {
        if let Some(frame) = self.frames.pop_front() {
            return Some(Item::Frame(frame));
        }
        if let Some(event) = self.events.pop_front() {
            return Some(Item::Event(event));
        }
        if std::mem::take(&mut self.missed) {
            return Some(Item::Missed);
        }
        match std::mem::take(&mut self.latest) {
            Pos(0) => None,
            latest => Some(Item::Latest(latest)),
        }
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

    #[tokio::test]
    async fn events_that_do_not_fit_are_noted() {
        let mailbox = Mailbox::default();
        (1..=1000).for_each(|pos| mailbox.event(event(pos)));
        for expected in 1..=64 {
            assert!(matches!(mailbox.next().await, Item::Event(event) if event.pos == Pos(expected)));
        }
        assert!(matches!(mailbox.next().await, Item::Missed));
    }

    #[tokio::test]
    async fn what_is_put_in_first_is_there_at_once() {
        let mailbox = Mailbox::default();
        let ((), item) = tokio::join!(biased; async { mailbox.latest(Pos(3)) }, mailbox.next());
        assert!(matches!(item, Item::Latest(Pos(3))));
    }

    #[tokio::test]
    async fn passing_frames_are_bounded() {
        let mailbox = Mailbox::default();
        (0..1000).for_each(|_| mailbox.frame(Outgoing::Text("x".into())));
        assert_eq!(mailbox.content.borrow().frames.len(), MOST_FRAMES);
    }
}
