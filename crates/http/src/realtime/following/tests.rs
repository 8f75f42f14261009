//! Deciding whom to follow, with a store that answers late.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::block::Blocks;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::blocks::{AddBlockError, BlockStore};
use chatapp_domain::ports::notifications::Subscription;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};
use chatapp_notification_hub::Hub;
use chatapp_testkit::builders::{NEW_YEAR, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use futures_util::FutureExt as _;
use tokio::join;
use tokio::sync::oneshot;

use super::super::mailbox::Item;
use super::*;

/// Blocks of which one look-up can be held: it answers what was so when it was asked.
struct Slow {
    stores: MemoryStores,
    held: std::sync::Mutex<Option<oneshot::Receiver<()>>>,
}

#[async_trait]
impl BlockStore for Slow {
    async fn add(&self, blocker: UserId, blocked: UserId, now: Timestamp) -> Result<bool, AddBlockError> {
        self.stores.add(blocker, blocked, now).await
    }

    async fn remove(&self, blocker: UserId, blocked: UserId) -> Result<bool, StoreError> {
        BlockStore::remove(&self.stores, blocker, blocked).await
    }

    async fn list(&self, blocker: UserId) -> Result<Vec<User>, StoreError> {
        BlockStore::list(&self.stores, blocker).await
    }

    async fn around(&self, user: UserId) -> Result<Blocks, StoreError> {
        let blocks = self.stores.around(user).await;
        let held = self.held.lock().unwrap().take();
        if let Some(held) = held {
            held.await.unwrap();
        }
        blocks
    }

    async fn keeps_apart(&self, one: UserId, other: UserId) -> Result<bool, StoreError> {
        self.stores.keeps_apart(one, other).await
    }
}

/// A socket of bob's, and ada, whom it may watch.
struct Place {
    store: Arc<Slow>,
    hub: Arc<Hub>,
    ada: User,
    bob: Identity,
    directory: Directory,
    presence: Presence,
    ear: Ear,
    mailbox: Mailbox,
}

impl Place {
    async fn new() -> Self {
        let (stores, hub) = (MemoryStores::default(), Arc::new(Hub::default()));
        let (ada, bob) = (a_user(&stores, "ada").await, a_user(&stores, "bob").await.identity());
        let store = Arc::new(Slow { stores: stores.clone(), held: std::sync::Mutex::default() });
        let users = Arc::new(stores);
        let (feed, notifier, clock) = (Arc::clone(&hub), Arc::clone(&hub), Arc::new(SetClock::default()));
        let presence = Presence::new(users.clone(), store.clone(), feed, notifier, clock);
        let ear = Ear::new(hub.subscribe(&watched(&bob), None).unwrap());
        Self { store, hub, ada, directory: Directory::new(users), presence, ear, mailbox: Mailbox::default(), bob }
    }

    fn following(&self) -> Following<'_> {
        Following {
            me: &self.bob,
            directory: &self.directory,
            presence: &self.presence,
            feed: &*self.hub,
            ear: &self.ear,
            mailbox: &self.mailbox,
            wanted: RefCell::default(),
            deciding: Mutex::default(),
        }
    }

    /// Holds the next look-up until this is sent.
    fn hold(&self) -> oneshot::Sender<()> {
        let (answer, held) = oneshot::channel();
        self.store.held.lock().unwrap().replace(held);
        answer
    }

    fn ada_comes(&self) -> Pin<Box<dyn Subscription>> {
        self.hub.subscribe(&watched(&self.ada.identity()), None).unwrap()
    }

    async fn ada_blocks_bob(&self) {
        self.store.add(self.ada.id, self.bob.id, NEW_YEAR).await.unwrap();
    }

    async fn ada_unblocks_bob(&self) {
        BlockStore::remove(&*self.store, self.ada.id, self.bob.id).await.unwrap();
    }

    fn follows(&self) -> Vec<(Username, Option<bool>)> {
        self.ear.followed().into_iter().collect()
    }

    fn ada(&self, told: bool) -> Vec<(Username, Option<bool>)> {
        vec![(self.ada.username.clone(), Some(told))]
    }

    /// Checks that bob was told since the last time that ada came or went, in this order, and nothing else.
    #[track_caller]
    fn assert_told(&self, told: &[bool]) {
        for online in told {
            let (expected, item) = (frames::presence(&self.ada.username, *online), self.mailbox.next().now_or_never());
            assert!(matches!(&item, Some(Item::Frame(Outgoing::Text(frame))) if *frame == expected), "{item:?}");
        }
        let more = self.mailbox.next().now_or_never();
        assert!(more.is_none(), "{more:?}");
    }
}

fn watched(person: &Identity) -> Watched {
    Watched { id: person.id, username: person.username.clone() }
}

fn names() -> Vec<String> {
    vec!["ada".to_owned()]
}

#[tokio::test]
async fn whoever_hides_is_said_to_be_gone_and_back_when_they_show_themselves() {
    let place = Place::new().await;
    let (following, _connection) = (place.following(), place.ada_comes());
    following.watch(names()).await;
    place.assert_told(&[true]);
    place.ada_blocks_bob().await;
    following.decide(false).await;
    place.assert_told(&[false]);
    assert_eq!(place.follows(), []);
    place.ada_unblocks_bob().await;
    following.decide(false).await;
    place.assert_told(&[true]);
    assert_eq!(place.follows(), place.ada(true));
}

#[tokio::test]
async fn whoever_hides_while_away_is_not_said_to_go() {
    let place = Place::new().await;
    let following = place.following();
    following.watch(names()).await;
    place.assert_told(&[false]);
    place.ada_blocks_bob().await;
    following.decide(false).await;
    place.assert_told(&[]);
    assert_eq!(place.follows(), []);
}

#[tokio::test]
async fn only_news_are_told_unless_the_client_asks_again() {
    let place = Place::new().await;
    let (following, _connection) = (place.following(), place.ada_comes());
    following.watch(names()).await;
    place.assert_told(&[true]);
    following.decide(false).await;
    place.assert_told(&[]);
    following.watch(names()).await;
    place.assert_told(&[true]);
}

#[tokio::test]
async fn what_was_looked_up_before_somebody_hid_does_not_count_after_it() {
    let place = Place::new().await;
    let (following, _connection, answer) = (place.following(), place.ada_comes(), place.hold());
    let looked_up_before = following.watch(names());
    let hidden_meanwhile = async {
        place.ada_blocks_bob().await;
        following.decide(false).await;
    };
    let ((), (), answered) = join!(biased; looked_up_before, hidden_meanwhile, async { answer.send(()) });
    answered.unwrap();
    place.assert_told(&[true, false]);
    assert_eq!(place.follows(), []);
}

#[tokio::test]
async fn a_wish_that_was_replaced_meanwhile_is_dropped() {
    let place = Place::new().await;
    let (following, _connection) = (place.following(), place.ada_comes());
    following.watch(names()).await;
    place.assert_told(&[true]);
    let answer = place.hold();
    let (for_ada, for_nobody) = (following.decide(true), following.watch(Vec::new()));
    let ((), (), answered) = join!(biased; for_ada, for_nobody, async { answer.send(()) });
    answered.unwrap();
    place.assert_told(&[false]);
    assert_eq!(place.follows(), []);
}
