//! Listening to the feed: it is never left waiting, however slow the client is.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;

use chatapp_domain::ports::notifications::{Delivery, Subscription, Watched, Whisper};
use chatapp_domain::session::SessionId;

use super::ending::Ending;
use super::frames;
use super::mailbox::{Mailbox, Outgoing};
use super::protocol::Dialect;

/// A socket's subscription.
pub(super) struct Ear(RefCell<Pin<Box<dyn Subscription>>>);

impl Ear {
    pub(super) fn new(subscription: Pin<Box<dyn Subscription>>) -> Self {
        Self(RefCell::new(subscription))
    }

    /// Whose coming and going to hear of.
    pub(super) fn watch(&self, people: Vec<Watched>) {
        self.0.borrow().watch(people);
    }

    async fn next(&self) -> Option<Delivery> {
        poll_fn(|context| self.0.borrow_mut().as_mut().poll_next(context)).await
    }

    /// Puts what is heard into the mailbox, until something is heard that ends the socket.
    pub(super) async fn listen(&self, mailbox: &Mailbox, dialect: Dialect, session: SessionId) -> Ending {
        while let Some(delivery) = self.next().await {
            match delivery {
                Delivery::Event(event) => mailbox.event(event),
                Delivery::Behind => mailbox.missed(),
                Delivery::Displaced => return Ending::Displaced,
                Delivery::Whisper(Whisper::SessionsEnded(ended)) => {
                    if ended.contains(&session) {
                        return Ending::SessionEnded;
                    }
                }
                Delivery::Whisper(Whisper::Latest(latest)) => mailbox.latest(latest),
                Delivery::Whisper(Whisper::Typing { peer, typing }) => {
                    pass(mailbox, dialect, || frames::typing(&peer, typing));
                }
                Delivery::Whisper(Whisper::Presence { user, online }) => {
                    pass(mailbox, dialect, || frames::presence(&user, online));
                }
            }
        }
        Ending::Overloaded
    }
}

fn pass(mailbox: &Mailbox, dialect: Dialect, frame: impl FnOnce() -> bytestring::ByteString) {
    match dialect {
        Dialect::V1 => mailbox.frame(Outgoing::Text(frame())),
        Dialect::Plain => {}
    }
}
