//! Blocking people, over stores in memory and connections that are only claimed.

use std::sync::Arc;

use chatapp_domain::blocking::{BlockError, Blocking};
use chatapp_domain::conversations::Conversations;
use chatapp_domain::ports::notifications::Whisper;
use chatapp_domain::presence::{Presence, Seen};
use chatapp_domain::user::User;
use chatapp_testkit::builders::a_user;
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::{ClaimedFeed, RecordingNotifier};

struct Scene {
    notifier: RecordingNotifier,
    blocking: Blocking,
    conversations: Conversations,
    presence: Presence,
    ada: User,
    bob: User,
}

/// Ada and Bob, both connected.
async fn scene() -> Scene {
    let (memory, notifier) = (MemoryStores::new(), RecordingNotifier::default());
    let (ada, bob) = (a_user(&memory, "ada").await, a_user(&memory, "bob").await);
    let feed = Arc::new(ClaimedFeed { connected: vec![(ada.id, Vec::new()), (bob.id, Vec::new())] });
    let (store, told, clock) = (Arc::new(memory), Arc::new(notifier.clone()), Arc::new(SetClock::default()));
    let blocking = Blocking::new(store.clone(), store.clone(), told.clone(), clock.clone());
    let conversations = Conversations::new(store.clone(), store.clone(), store.clone(), told.clone());
    let presence = Presence::new(store.clone(), store, feed, told, clock);
    Scene { notifier, blocking, conversations, presence, ada, bob }
}

#[tokio::test]
async fn both_peoples_connections_decide_anew_and_only_when_something_changed() {
    let Scene { notifier, blocking, ada, bob, .. } = scene().await;
    let me = ada.identity();
    let news = [(ada.id, Whisper::SharingChanged), (bob.id, Whisper::SharingChanged)];
    for _ in 0..2 {
        blocking.block(&me, "bob").await.unwrap();
        assert_eq!(notifier.whispers(), news);
    }
    assert_eq!(blocking.blocked(&me).await.unwrap(), [bob]);
    notifier.clear();
    for _ in 0..2 {
        assert!(blocking.unblock(&me, "bob").await.unwrap());
        assert_eq!(notifier.whispers(), news);
    }
}

#[tokio::test]
async fn nobody_blocks_themselves_or_nobody() {
    let Scene { notifier, blocking, ada, .. } = scene().await;
    assert!(matches!(blocking.block(&ada.identity(), "ada").await, Err(BlockError::Oneself)));
    assert!(matches!(blocking.block(&ada.identity(), "Bob").await, Err(BlockError::NoSuchUser)), "names are exact");
    assert!(!blocking.unblock(&ada.identity(), "nobody").await.unwrap());
    assert!(notifier.whispers().is_empty());
}

#[tokio::test]
async fn neither_hears_the_other_type_or_sees_them_there() {
    let Scene { notifier, blocking, conversations, presence, ada, bob } = scene().await;
    blocking.block(&ada.identity(), "bob").await.unwrap();
    notifier.clear();
    for (me, peer) in [(&ada, &bob), (&bob, &ada)] {
        conversations.typing(&me.identity(), peer.username.as_str(), true).await.unwrap();
        let seen = presence.seen_by(&me.identity(), [peer, me]).await.unwrap();
        assert_eq!(seen[0], Seen { is_blocked: me.id == ada.id, ..Seen::default() });
        assert!(seen[1].online, "of oneself one sees everything");
        let followed = presence.may_follow(&me.identity(), vec![peer.identity(), me.identity()]).await.unwrap();
        assert_eq!(followed, [me.identity()]);
    }
    assert!(notifier.whispers().is_empty());
}
