//! Listing conversations, reading on and typing, over stores in memory.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::sync::Arc;

use chatapp_domain::conversations::Conversations;
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::Seq;
use chatapp_domain::ports::messages::MessageStore;
use chatapp_domain::ports::notifications::Whisper;
use chatapp_domain::user::User;
use chatapp_testkit::builders::{a_draft, a_size, a_user};
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::RecordingNotifier;

struct Scene {
    memory: MemoryStores,
    notifier: RecordingNotifier,
    conversations: Conversations,
    ada: User,
    bob: User,
}

async fn scene() -> Scene {
    let (memory, notifier) = (MemoryStores::new(), RecordingNotifier::default());
    let (ada, bob) = (a_user(&memory, "ada").await, a_user(&memory, "bob").await);
    let store = Arc::new(memory.clone());
    let conversations = Conversations::new(store.clone(), store.clone(), store, Arc::new(notifier.clone()));
    Scene { memory, notifier, conversations, ada, bob }
}

impl Scene {
    async fn say(&self, from: &User, to: &User) {
        self.memory.append(a_draft(from, to, "…"), Box::new(|_| ())).await.unwrap();
    }

    async fn read(&self, me: &User, peer: &str, seq: i64) -> Option<(i64, i64)> {
        let seen = self.conversations.mark_read(me.identity(), peer, Seq(seq)).await.unwrap();
        seen.map(|seen| (seen.read_seq.0, seen.unread))
    }
}

#[tokio::test]
async fn reading_on_is_told_to_both_once() {
    let scene = scene().await;
    let (ada, bob) = (&scene.ada, &scene.bob);
    scene.say(ada, bob).await;
    scene.say(ada, bob).await;
    assert_eq!(scene.read(bob, "ada", 1).await, Some((1, 1)));
    let change = Change::Read { reader: bob.username.clone(), seq: Seq(1) };
    let told = |peer: &User| Event { pos: Pos(3), peer: peer.username.clone(), change: change.clone() };
    assert_eq!(scene.notifier.events(), [(bob.id, told(ada)), (ada.id, told(bob))]);
}

#[tokio::test]
async fn reading_what_was_read_tells_nobody() {
    let scene = scene().await;
    scene.say(&scene.ada, &scene.bob).await;
    assert_eq!(scene.read(&scene.bob, "ada", 99).await, Some((1, 0)));
    scene.notifier.clear();
    for seq in [99, 1, 0, -1] {
        assert_eq!(scene.read(&scene.bob, "ada", seq).await, Some((1, 0)));
    }
    assert!(scene.notifier.events().is_empty());
}

#[tokio::test]
async fn reading_a_note_to_oneself_is_told_once() {
    let scene = scene().await;
    scene.say(&scene.ada, &scene.ada).await;
    assert_eq!(scene.read(&scene.ada, "ada", 1).await, Some((1, 0)));
    assert_eq!(scene.notifier.events().len(), 1);
}

#[tokio::test]
async fn there_is_no_conversation_with_a_name_that_nobody_has_or_where_nothing_was_said() {
    let scene = scene().await;
    for peer in ["bob", "nobody", "Bob", ""] {
        assert_eq!(scene.read(&scene.ada, peer, 1).await, None, "{peer:?}");
        assert_eq!(scene.conversations.find(scene.ada.identity(), peer).await.unwrap(), None, "{peer:?}");
    }
    assert!(scene.notifier.events().is_empty());
    scene.say(&scene.ada, &scene.bob).await;
    let seen = scene.conversations.find(scene.bob.identity(), "ada").await.unwrap().unwrap();
    assert_eq!((seen.peer, seen.unread), (scene.ada.clone(), 1));
}

#[tokio::test]
async fn a_failed_read_is_told_to_nobody() {
    let scene = scene().await;
    scene.say(&scene.ada, &scene.bob).await;
    scene.memory.go_away();
    assert!(scene.conversations.mark_read(scene.bob.identity(), "ada", Seq(1)).await.is_err());
    assert!(scene.conversations.list(&scene.bob.identity(), None, a_size(10)).await.is_err());
    assert!(scene.notifier.events().is_empty());
}

#[tokio::test]
async fn a_list_goes_on_from_where_the_page_before_ended() {
    let scene = scene().await;
    for n in 0..7 {
        let peer = a_user(&scene.memory, &format!("peer{n}")).await;
        scene.say(&peer, &scene.ada).await;
    }
    let (mut names, mut pages, mut before) = (Vec::new(), 0, None);
    loop {
        let page = scene.conversations.list(&scene.ada.identity(), before, a_size(3)).await.unwrap();
        names.extend(page.conversations.into_iter().map(|conversation| conversation.peer.username.to_string()));
        pages += 1;
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(names, ["peer6", "peer5", "peer4", "peer3", "peer2", "peer1", "peer0"]);
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn typing_is_whispered_to_the_other_person_only() {
    let scene = scene().await;
    let me = scene.ada.identity();
    for (peer, typing) in [("bob", true), ("bob", false), ("ada", true), ("nobody", true)] {
        scene.conversations.typing(&me, peer, typing).await.unwrap();
    }
    let told = |typing| (scene.bob.id, Whisper::Typing { peer: me.username.clone(), typing });
    assert_eq!(scene.notifier.whispers(), [told(true), told(false)]);
    assert!(scene.notifier.events().is_empty());
}
