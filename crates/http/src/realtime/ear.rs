//! Listening to the feed: it is never left waiting, however slow the client is.

use std::cell::RefCell;
use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;

use chatapp_domain::credential::Credential;
use chatapp_domain::ports::notifications::{Delivery, Subscription, Watched, Whisper};
use chatapp_domain::user::Username;
use tokio::sync::Notify;

use super::ending::Ending;
use super::frames;
use super::mailbox::{Mailbox, Outgoing};
use super::protocol::Dialect;

/// A socket's subscription.
pub(super) struct Ear {
    subscription: RefCell<Pin<Box<dyn Subscription>>>,
    /// Of those who are watched, whose coming and going is passed on.
    followed: RefCell<HashSet<Username>>,
    sharing_changed: Notify,
}

impl Ear {
    pub(super) fn new(subscription: Pin<Box<dyn Subscription>>) -> Self {
        let (subscription, followed) = (RefCell::new(subscription), RefCell::default());
        Self { subscription, followed, sharing_changed: Notify::new() }
    }

    /// Whose coming and going to hear of.
    pub(super) fn watch(&self, people: Vec<Watched>) {
        self.subscription.borrow().watch(people);
    }

    /// From now on passes on the coming and going of these, as far as they are watched. Gives whose it was before.
    pub(super) fn follow(&self, people: HashSet<Username>) -> HashSet<Username> {
        self.followed.replace(people)
    }

    /// Resolves once somebody shares more or less: this socket's user, or one who is watched.
    pub(super) async fn sharing_changed(&self) {
        self.sharing_changed.notified().await;
    }

    async fn next(&self) -> Option<Delivery> {
        poll_fn(|context| self.subscription.borrow_mut().as_mut().poll_next(context)).await
    }

    /// Puts what is heard into the mailbox, until something is heard that ends the socket.
    pub(super) async fn listen(&self, mailbox: &Mailbox, dialect: Dialect, own: Credential) -> Ending {
        while let Some(delivery) = self.next().await {
            match delivery {
                Delivery::Event(event) => mailbox.event(event),
                Delivery::Behind => mailbox.missed(),
                Delivery::Displaced => return Ending::Displaced,
                Delivery::Whisper(Whisper::CredentialsEnded(ended)) => {
                    if ended.contains(&own) {
                        return Ending::CredentialEnded;
                    }
                }
                Delivery::Whisper(Whisper::Latest(latest)) => mailbox.latest(latest),
                Delivery::Whisper(Whisper::Typing { peer, typing }) => {
                    pass(mailbox, dialect, || frames::typing(&peer, typing));
                }
                Delivery::Whisper(Whisper::Delivered { peer, seq }) => {
                    pass(mailbox, dialect, || frames::delivered(&peer, seq));
                }
                Delivery::Whisper(Whisper::SharingChanged) => self.sharing_changed.notify_one(),
                Delivery::Whisper(Whisper::Presence { user, online }) => {
                    if self.followed.borrow().contains(&user) {
                        pass(mailbox, dialect, || frames::presence(&user, online));
                    }
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
