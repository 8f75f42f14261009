//! Whose coming and going one socket tells of. Who may be followed is decided when the client asks, and anew whenever one
//! of the two shares more or less.

use std::cell::RefCell;
use std::convert::Infallible;
use std::time::Duration;

use chatapp_domain::directory::Directory;
use chatapp_domain::ports::notifications::{EventFeed, Watched};
use chatapp_domain::presence::Presence;
use chatapp_domain::user::{Identity, Username};
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::ear::Ear;
use super::frames;
use super::mailbox::{Mailbox, Outgoing};
use crate::services::Services;

/// How many people one socket may watch.
const MOST_WATCHED: usize = 200;
/// Within how long sockets decide anew: many of them may watch the one who shares less now.
const DECIDED_WITHIN: Duration = Duration::from_millis(300);

/// The people whom a client wants to hear of.
pub(super) struct Following<'a> {
    me: &'a Identity,
    directory: &'a Directory,
    presence: &'a Presence,
    feed: &'a dyn EventFeed,
    ear: &'a Ear,
    mailbox: &'a Mailbox,
    wanted: RefCell<Wanted>,
    /// Held from a look into the store until what was found is followed: else one that began before somebody hid could end
    /// after a later one.
    deciding: Mutex<()>,
}

#[derive(Clone, Default)]
struct Wanted {
    /// Tells one wish from the next.
    wish: u64,
    people: Vec<Identity>,
}

impl<'a> Following<'a> {
    pub(super) fn new(me: &'a Identity, services: &'a Services, ear: &'a Ear, mailbox: &'a Mailbox) -> Self {
        let Services { directory, presence, feed, .. } = services;
        let (wanted, deciding) = (RefCell::default(), Mutex::default());
        Self { me, directory, presence, feed: &**feed, ear, mailbox, wanted, deciding }
    }

    /// Follows these people instead of those before, and tells at once who of them is there. In this order, so that no
    /// change falls between.
    pub(super) async fn watch(&self, mut users: Vec<String>) {
        users.truncate(MOST_WATCHED);
        let people = match self.directory.identify(&users).await {
            Ok(people) => people,
            Err(error) => return log::debug!("could not look up whom to watch: {error}"),
        };
        let watched = people.iter().map(|person| Watched { id: person.id, username: person.username.clone() });
        self.ear.watch(watched.collect());
        let wish = self.wanted.borrow().wish + 1;
        self.wanted.replace(Wanted { wish, people });
        self.decide(true).await;
    }

    /// Decides anew whenever there is a reason to.
    pub(super) async fn keep_up(&self) -> Infallible {
        loop {
            self.ear.sharing_changed().await;
            sleep(DECIDED_WITHIN.mul_f64(rand::random())).await;
            Box::pin(self.decide(false)).await;
        }
    }

    /// Tells of everybody who may be followed, or only of those of whom something else or nothing was told before.
    async fn decide(&self, tell_all: bool) {
        let _turn = self.deciding.lock().await;
        let Wanted { wish, people } = self.wanted.borrow().clone();
        if people.is_empty() && !tell_all {
            return;
        }
        let followed = match self.presence.may_follow(self.me, people).await {
            Ok(followed) => followed,
            Err(error) => return log::debug!("could not decide whom to follow: {error}"),
        };
        if self.wanted.borrow().wish != wish {
            return;
        }
        let before = self.ear.followed();
        for (gone, told) in before.iter().filter(|(name, _)| !followed.iter().any(|person| person.username == **name)) {
            if *told != Some(false) {
                self.tell(gone, false);
            }
        }
        let now = followed.into_iter().map(|person| {
            let (told, online) = (before.get(&person.username).copied().flatten(), self.feed.is_online(person.id));
            let is_news = tell_all || told != Some(online);
            let told = if is_news { self.tell(&person.username, online) } else { told };
            (person.username, told)
        });
        self.ear.follow(now.collect());
    }

    /// Gives what is told now of somebody, if it is.
    fn tell(&self, person: &Username, online: bool) -> Option<bool> {
        self.mailbox.offer(Outgoing::Text(frames::presence(person, online))).then_some(online)
    }
}

#[cfg(test)]
mod tests;
