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

/// Of those who are watched, whose coming and going is passed on; and whether each was last told to be there, if that is known.
pub(super) type Followed = HashMap<Username, Option<bool>>;

/// A socket's subscription.
pub(super) struct Ear {
    subscription: RefCell<Pin<Box<dyn Subscription>>>,
    followed: RefCell<Followed>,
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

    pub(super) fn followed(&self) -> Followed {
        self.followed.borrow().clone()
    }

    /// From now on passes on when one of these comes or goes, unless just that was told.
    pub(super) fn follow(&self, people: Followed) {
        self.followed.replace(people);
    }

    /// Resolves once somebody shares more or less: this socket's user, or one who is watched.
    pub(super) async fn sharing_changed(&self) {
        self.sharing_changed.notified().await;
    }

    async fn next(&self) -> Option<Delivery> {
        poll_fn(|context| self.subscription.borrow_mut().as_mut().poll_next(context)).await
    }

    /// Tells that somebody came or went, unless it was told already when it was looked up who is there.
    fn presence(&self, user: &Username, online: bool, mailbox: &Mailbox) {
        if let Some(told) = self.followed.borrow_mut().get_mut(user).filter(|told| **told != Some(online)) {
            *told = mailbox.offer(Outgoing::Text(frames::presence(user, online))).then_some(online);
        }
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
                    self.presence(&user, online, mailbox);
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

    /// What bob's socket is told first of all that it has heard.
    async fn told(ear: &Ear) -> Option<Item> {
        let mailbox = Mailbox::default();
        tokio::select! {
            biased;
            _ = ear.listen(&mailbox, Dialect::V1, SessionId(1).into()) => None,
            item = mailbox.next() => Some(item),
        }
    }

    #[tokio::test]
    async fn whoever_came_while_it_was_looked_up_is_told_once() {
        for (told_before, first_told) in [(Some(true), false), (Some(false), true), (None, true)] {
            let (hub, ada) = (Hub::default(), person(1, "ada"));
            let ear = Ear::new(hub.subscribe(&person(2, "bob"), None).unwrap());
            ear.watch(vec![ada.clone()]);
            let connection = hub.subscribe(&ada, None).unwrap();
            ear.follow([(ada.username.clone(), told_before)].into());
            if told_before == Some(true) {
                drop(connection);
            }
            let (told, expected) = (told(&ear).await, frames::presence(&ada.username, first_told));
            assert!(matches!(&told, Some(Item::Frame(Outgoing::Text(frame))) if *frame == expected), "{told:?}");
            assert_eq!(ear.followed(), [(ada.username, Some(first_told))].into());
        }
    }

    #[tokio::test]
    async fn what_did_not_fit_is_not_taken_for_told() {
        let (hub, ada, mailbox) = (Hub::default(), person(1, "ada"), Mailbox::default());
        while mailbox.offer(Outgoing::Text("full".into())) {}
        let ear = Ear::new(hub.subscribe(&person(2, "bob"), None).unwrap());
        ear.watch(vec![ada.clone()]);
        ear.follow([(ada.username.clone(), Some(false))].into());
        let _connection = hub.subscribe(&ada, None).unwrap();
        tokio::select! {
            biased;
            _ = ear.listen(&mailbox, Dialect::V1, SessionId(1).into()) => {}
            _ = mailbox.next() => {}
        }
        assert_eq!(ear.followed(), [(ada.username, None)].into());
    }
}
