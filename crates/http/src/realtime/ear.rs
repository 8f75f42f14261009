//! Listening to the feed: it is never left waiting, however slow the client is.

use std::cell::RefCell;
use std::collections::HashMap;
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
    /// Of those who are watched, whose coming and going is passed on; and what was told of each last.
    followed: RefCell<HashMap<Username, bool>>,
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

    /// Of whom the coming and going is passed on, and whether each was last told to be there.
    pub(super) fn followed(&self) -> HashMap<Username, bool> {
        self.followed.borrow().clone()
    }

    /// From now on passes on when one of these comes who is told to be away, or goes who is told to be there.
    pub(super) fn follow(&self, people: HashMap<Username, bool>) {
        self.followed.replace(people);
    }

    /// Resolves once somebody shares more or less: this socket's user, or one who is watched.
    pub(super) async fn sharing_changed(&self) {
        self.sharing_changed.notified().await;
    }

    async fn next(&self) -> Option<Delivery> {
        poll_fn(|context| self.subscription.borrow_mut().as_mut().poll_next(context)).await
    }

    /// Notes that somebody came or went. What was heard while it was looked up who is there has been told already.
    fn is_news(&self, user: &Username, online: bool) -> bool {
        self.followed.borrow_mut().get_mut(user).is_some_and(|told| std::mem::replace(told, online) != online)
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
                    if self.is_news(&user, online) {
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

#[cfg(test)]
mod tests {
    use chatapp_domain::ports::notifications::EventFeed;
    use chatapp_domain::session::SessionId;
    use chatapp_domain::user::UserId;
    use chatapp_notification_hub::Hub;

    use super::super::mailbox::Item;
    use super::*;

    fn person(id: i64, name: &str) -> Watched {
        Watched { id: UserId(id), username: Username::from_store(name) }
    }

    #[tokio::test]
    async fn whoever_came_while_it_was_looked_up_is_told_once() {
        let hub = Hub::default();
        let (mailbox, ada) = (Mailbox::default(), person(1, "ada"));
        let ear = Ear::new(hub.subscribe(&person(2, "bob"), None).unwrap());
        ear.watch(vec![ada.clone()]);
        let connection = hub.subscribe(&ada, None).unwrap();
        ear.follow([(ada.username.clone(), hub.is_online(ada.id))].into());
        drop(connection);
        let told = tokio::select! {
            biased;
            _ = ear.listen(&mailbox, Dialect::V1, SessionId(1).into()) => None,
            item = mailbox.next() => Some(item),
        };
        let left = frames::presence(&ada.username, false);
        assert!(matches!(&told, Some(Item::Frame(Outgoing::Text(frame))) if *frame == left), "{told:?}");
        assert_eq!(ear.followed(), [(ada.username, false)].into());
    }
}
