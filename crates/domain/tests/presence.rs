//! Who may know who is here, over stores in memory and connections that are only claimed.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::sync::Arc;

use chatapp_domain::ports::notifications::Whisper;
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::presence::{Presence, Seen};
use chatapp_domain::privacy::PrivacyChange;
use chatapp_domain::user::User;
use chatapp_testkit::builders::{NEW_YEAR, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::{ClaimedFeed, RecordingNotifier};

struct Scene {
    memory: MemoryStores,
    notifier: RecordingNotifier,
    presence: Presence,
    ada: User,
    bob: User,
}

/// Ada and Bob; Bob is connected.
async fn scene() -> Scene {
    let (memory, notifier, clock) = (MemoryStores::new(), RecordingNotifier::default(), SetClock::default());
    clock.set(NEW_YEAR);
    let (ada, bob) = (a_user(&memory, "ada").await, a_user(&memory, "bob").await);
    let feed = ClaimedFeed { connected: vec![(bob.id, Vec::new())] };
    let store = Arc::new(memory.clone());
    let presence = Presence::new(store.clone(), store, Arc::new(feed), Arc::new(notifier.clone()), Arc::new(clock));
    Scene { memory, notifier, presence, ada, bob }
}

impl Scene {
    async fn hide(&self, user: &User, presence: bool) {
        let change = PrivacyChange { presence: Some(presence), ..PrivacyChange::default() };
        self.presence.share(&user.identity(), change).await.unwrap();
    }

    async fn sees(&self, me: &User, person: &User) -> Seen {
        let person = self.memory.by_id(person.id).await.unwrap().unwrap();
        self.presence.seen_by(&me.identity(), [&person]).await.unwrap()[0]
    }

    async fn follows(&self, me: &User, people: &[&User]) -> usize {
        let people = people.iter().map(|person| person.identity()).collect();
        self.presence.may_follow(&me.identity(), people).await.unwrap().len()
    }
}

#[tokio::test]
async fn whoever_is_here_or_was_is_seen() {
    let scene = scene().await;
    assert_eq!(scene.sees(&scene.ada, &scene.bob).await, Seen { online: true, ..Seen::default() });
    scene.presence.note_present().await.unwrap();
    assert_eq!(
        scene.sees(&scene.ada, &scene.bob).await,
        Seen { online: true, last_seen: Some(NEW_YEAR), is_blocked: false }
    );
    assert_eq!(scene.sees(&scene.bob, &scene.ada).await, Seen::default());
    // Whoever is still connected somewhere has not left.
    scene.presence.left(scene.bob.id);
    scene.presence.left(scene.ada.id);
    scene.presence.note_departed().await.unwrap();
    assert_eq!(scene.sees(&scene.bob, &scene.ada).await, Seen { last_seen: Some(NEW_YEAR), ..Seen::default() });
}

#[tokio::test]
async fn whoever_hides_neither_shows_nor_sees() {
    for hides_ada in [true, false] {
        let scene = scene().await;
        let (ada, bob) = (&scene.ada, &scene.bob);
        scene.presence.note_present().await.unwrap();
        let hides = if hides_ada { ada } else { bob };
        scene.hide(hides, false).await;
        assert_eq!(scene.sees(ada, bob).await, Seen::default());
        assert_eq!(scene.follows(ada, &[bob]).await, 0);
        assert_eq!(scene.follows(bob, &[ada]).await, 0);
        assert!(scene.sees(bob, bob).await.online, "one sees oneself");
        assert_eq!(scene.follows(ada, &[bob, ada]).await, 1);
        assert_eq!(scene.notifier.whispers(), [(hides.id, Whisper::SharingChanged)]);
        scene.hide(hides, true).await;
        assert_eq!(scene.follows(ada, &[bob, ada]).await, 2);
    }
}

#[tokio::test]
async fn receipts_are_not_about_presence() {
    let scene = scene().await;
    let change = PrivacyChange { receipts: Some(false), ..PrivacyChange::default() };
    scene.presence.share(&scene.bob.identity(), change).await.unwrap();
    assert!(scene.sees(&scene.ada, &scene.bob).await.online);
    assert!(scene.notifier.whispers().is_empty());
}
