//! Who is here, and who may know it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::block::Blocks;
use crate::ports::StoreError;
use crate::ports::blocks::BlockStore;
use crate::ports::notifications::{EventFeed, Notifier, Whisper};
use crate::ports::users::UserStore;
use crate::privacy::{Privacy, PrivacyChange};
use crate::time::{Clock, Timestamp};
use crate::user::{Identity, User, UserId};

/// How many people's last presence one write notes, and how many departures wait to be noted.
const CHUNK: usize = 500;
const MOST_DEPARTED: usize = 50_000;

/// What one person may know of another's presence, and whether they block the other. Whoever may know nothing sees somebody
/// who is never there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Seen {
    /// Whether the person has a connection just now.
    pub online: bool,
    /// When the person last had one, as far as it is known: it lags by up to a minute while they are here.
    pub last_seen: Option<Timestamp>,
    /// Whether the one who looks blocks the person.
    pub is_blocked: bool,
}

/// Tells who is here to those who may know, and keeps when people were last here.
#[derive(Clone)]
pub struct Presence {
    users: Arc<dyn UserStore>,
    blocks: Arc<dyn BlockStore>,
    feed: Arc<dyn EventFeed>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    /// Who left since the last note.
    departed: Arc<Mutex<HashSet<UserId>>>,
}

impl Presence {
    /// A service over the given store and connections.
    pub fn new(
        users: Arc<dyn UserStore>,
        blocks: Arc<dyn BlockStore>,
        feed: Arc<dyn EventFeed>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { users, blocks, feed, notifier, clock, departed: Arc::default() }
    }

    /// What `me` sees of these people, in their order: at most one look into the store, however many they are.
    pub async fn seen_by<'a>(
        &self,
        me: &Identity,
        people: impl IntoIterator<Item = &'a User> + Send,
    ) -> Result<Vec<Seen>, StoreError> {
        let people: Vec<&User> = people.into_iter().collect();
        let viewer = self.viewer(me.id, people.iter().map(|person| person.id).collect()).await?;
        Ok(people.into_iter().map(|person| self.seen(&viewer, person)).collect())
    }

    fn seen(&self, viewer: &Viewer, person: &User) -> Seen {
        let is_blocked = viewer.blocks.blocked.contains(&person.id);
        if !viewer.may_see(person.id, person.privacy) {
            return Seen { is_blocked, ..Seen::default() };
        }
        Seen { online: self.feed.is_online(person.id), last_seen: person.last_seen, is_blocked }
    }

    /// Those of these people whose coming and going `me` may follow, in their order.
    pub async fn may_follow(&self, me: &Identity, people: Vec<Identity>) -> Result<Vec<Identity>, StoreError> {
        let asked: Vec<UserId> = people.iter().map(|person| person.id).collect();
        let shared: HashMap<UserId, Privacy> = self.users.privacy_of(asked.clone()).await?.into_iter().collect();
        let viewer = self.viewer(me.id, asked).await?;
        let may = |person: &Identity| shared.get(&person.id).is_some_and(|privacy| viewer.may_see(person.id, *privacy));
        Ok(people.into_iter().filter(may).collect())
    }

    /// What decides about what `me` sees of `people`. What else hides people from each other is looked up here, for all
    /// of them at once.
    async fn viewer(&self, me: UserId, people: Vec<UserId>) -> Result<Viewer, StoreError> {
        if people.iter().all(|person| *person == me) {
            return Ok(Viewer { me, privacy: Privacy::OPEN, blocks: Blocks::default() });
        }
        let privacy = self.users.privacy_of(vec![me]).await?.first().map_or(Privacy::OPEN, |(_, privacy)| *privacy);
        Ok(Viewer { me, privacy, blocks: self.blocks.around(me).await? })
    }

    /// Changes what `me` shares. Those who follow `me`, and the connections of `me`, then decide anew.
    pub async fn share(&self, me: &Identity, change: PrivacyChange) -> Result<(), StoreError> {
        if change.is_empty() {
            return Ok(());
        }
        self.users.set_privacy(me.id, change).await?;
        if change.presence.is_some() {
            self.notifier.whisper(me.id, Whisper::SharingChanged);
        }
        Ok(())
    }

    /// A connection of `user` has ended. If it was the last one, that is noted soon; nobody waits for it.
    pub fn left(&self, user: UserId) {
        if self.feed.is_online(user) {
            return;
        }
        let mut departed = self.departed.lock().unwrap_or_else(PoisonError::into_inner);
        if departed.len() < MOST_DEPARTED {
            departed.insert(user);
        }
    }

    /// Notes that those who left were here until now, give or take the beat at which this is called.
    pub async fn note_departed(&self) -> Result<(), StoreError> {
        let departed = std::mem::take(&mut *self.departed.lock().unwrap_or_else(PoisonError::into_inner));
        self.note(departed.into_iter().collect()).await
    }

    /// Notes that everyone who has a connection here is here now: what a killed process leaves behind.
    pub async fn note_present(&self) -> Result<(), StoreError> {
        self.note(self.feed.connected_users()).await
    }

    async fn note(&self, users: Vec<UserId>) -> Result<(), StoreError> {
        let now = self.clock.now();
        for users in users.chunks(CHUNK) {
            self.users.note_seen(users.to_vec(), now).await?;
        }
        Ok(())
    }
}

/// Somebody who looks at others.
struct Viewer {
    me: UserId,
    privacy: Privacy,
    blocks: Blocks,
}

impl Viewer {
    /// Whether the viewer may know of the presence of somebody who shares this much: decided here and nowhere else.
    fn may_see(&self, person: UserId, shares: Privacy) -> bool {
        person == self.me || !self.blocks.keep_apart(person) && self.privacy.share_presence(shares)
    }
}
