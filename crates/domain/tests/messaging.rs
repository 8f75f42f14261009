//! Sending, being told and reading, over stores in memory.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::pin::pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use chatapp_domain::conversation::Participation;
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{Draft, IdempotencyKey, Message, MessageId, Seq};
use chatapp_domain::messaging::{Messaging, SendError};
use chatapp_domain::page::{Cursor, History, Numbered, PageNumber, PageSize};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::{AfterAppend, AppendError, Appended, Extent, MessageStore, PageError, Saved};
use chatapp_domain::time::Clock;
use chatapp_domain::user::{User, UserId};
use chatapp_testkit::builders::{a_body, a_key, a_size, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::RecordingNotifier;

struct Scene {
    memory: MemoryStores,
    notifier: RecordingNotifier,
    clock: SetClock,
    messaging: Messaging,
    ada: User,
    bob: User,
}

async fn scene() -> Scene {
    let (memory, notifier, clock) = (MemoryStores::new(), RecordingNotifier::default(), SetClock::default());
    let (ada, bob) = (a_user(&memory, "ada").await, a_user(&memory, "bob").await);
    let messaging = over(&memory, Arc::new(memory.clone()), &notifier, &clock);
    Scene { memory, notifier, clock, messaging, ada, bob }
}

fn over(
    memory: &MemoryStores,
    messages: Arc<dyn MessageStore>,
    notifier: &RecordingNotifier,
    clock: &SetClock,
) -> Messaging {
    Messaging::new(Arc::new(memory.clone()), messages, Arc::new(notifier.clone()), Arc::new(clock.clone()))
}

impl Scene {
    async fn send(&self, from: &User, to: &str, text: &str, key: Option<&str>) -> Result<Saved, SendError> {
        self.messaging.send(from.identity(), to, a_body(text), key.map(a_key)).await
    }

    async fn say(&self, from: &User, to: &User, text: &str) -> Message {
        let Ok(Saved::New(message)) = self.send(from, to.username.as_str(), text, None).await else { panic!("new") };
        message
    }
}

fn told(pos: i64, peer: &User, message: &Message, key: Option<IdempotencyKey>) -> Event {
    let change = Change::Message { id: message.id, seq: message.seq, key };
    Event { pos: Pos(pos), peer: peer.username.clone(), change }
}

#[tokio::test]
async fn a_message_is_saved_with_the_time_of_its_arrival_and_told_to_both() {
    let scene = scene().await;
    let (ada, bob) = (&scene.ada, &scene.bob);
    let Ok(Saved::New(message)) = scene.send(ada, "bob", "hello", Some("k-1")).await else { panic!("new") };
    assert_eq!(message.at, scene.clock.now());
    assert_eq!((&message.sender, &message.recipient), (&ada.identity(), &bob.identity()));
    let expected = [(ada.id, told(1, bob, &message, Some(a_key("k-1")))), (bob.id, told(1, ada, &message, None))];
    assert_eq!(scene.notifier.events(), expected, "the key is its sender's business");
    assert_eq!(scene.messaging.find(&bob.identity(), message.id).await.unwrap(), Some(message));
}

#[tokio::test]
async fn a_repeat_gives_the_first_message_and_tells_nobody() {
    let scene = scene().await;
    let Ok(Saved::New(first)) = scene.send(&scene.ada, "bob", "once", Some("k")).await else { panic!("new") };
    scene.notifier.clear();
    scene.clock.advance(std::time::Duration::from_secs(60));
    let repeat = scene.send(&scene.ada, "bob", "once", Some("k")).await;
    assert!(matches!(&repeat, Ok(Saved::Repeat(message)) if *message == first), "{repeat:?}");
    for (to, text) in [("bob", "twice"), ("ada", "once")] {
        let refused = scene.send(&scene.ada, to, text, Some("k")).await;
        assert!(matches!(refused, Err(SendError::KeyReused)), "{refused:?}");
    }
    assert!(scene.notifier.events().is_empty());
}

#[tokio::test]
async fn a_note_to_oneself_is_told_once() {
    let scene = scene().await;
    let note = scene.say(&scene.ada, &scene.ada, "milk").await;
    assert_eq!(scene.notifier.events(), [(scene.ada.id, told(1, &scene.ada, &note, None))]);
}

#[tokio::test]
async fn nobody_writes_to_a_name_that_nobody_has() {
    let scene = scene().await;
    for name in ["carol", "Bob", "bob ", ""] {
        let refused = scene.send(&scene.ada, name, "hello?", None).await;
        assert!(matches!(refused, Err(SendError::NoSuchRecipient)), "{name:?}: {refused:?}");
    }
    assert!(scene.notifier.events().is_empty());
}

#[tokio::test]
async fn what_could_not_be_saved_is_told_to_nobody() {
    let scene = scene().await;
    scene.memory.go_away();
    let refused = scene.send(&scene.ada, "bob", "hello?", None).await;
    assert!(matches!(refused, Err(SendError::Store(StoreError::Unavailable(_)))), "{refused:?}");
    assert!(scene.notifier.events().is_empty());
    scene.memory.come_back();
    assert_eq!(scene.say(&scene.ada, &scene.bob, "hello").await.seq, Seq(1));
}

/// A store that hands drafts to another thread, as a database's writer is one.
struct Handed {
    drafts: Mutex<Sender<(Draft, AfterAppend)>>,
    memory: MemoryStores,
}

impl Handed {
    fn new(memory: &MemoryStores) -> (Arc<Self>, Receiver<(Draft, AfterAppend)>) {
        let (drafts, queue) = channel();
        (Arc::new(Self { drafts: Mutex::new(drafts), memory: memory.clone() }), queue)
    }
}

#[async_trait]
impl MessageStore for Handed {
    async fn append(&self, draft: Draft, then: AfterAppend) -> Result<Saved, AppendError> {
        self.drafts.lock().unwrap().send((draft, then)).unwrap();
        std::future::pending().await
    }

    async fn find(&self, reader: UserId, ids: Vec<MessageId>) -> Result<Vec<Message>, StoreError> {
        self.memory.find(reader, ids).await
    }

    async fn history(&self, place: &Participation, cursor: Cursor, size: PageSize) -> Result<History, StoreError> {
        self.memory.history(place, cursor, size).await
    }

    async fn page(&self, place: &Participation, number: PageNumber, size: PageSize) -> Result<Numbered, PageError> {
        self.memory.page(place, number, size).await
    }

    async fn extent(&self, reader: UserId) -> Result<Extent, StoreError> {
        self.memory.extent(reader).await
    }

    async fn between(
        &self,
        reader: UserId,
        after: Pos,
        to: Pos,
        size: PageSize,
    ) -> Result<Vec<(Pos, Message)>, StoreError> {
        self.memory.between(reader, after, to, size).await
    }

    async fn page_of_all(&self, reader: UserId, number: PageNumber, size: PageSize) -> Result<Numbered, PageError> {
        self.memory.page_of_all(reader, number, size).await
    }
}

#[tokio::test]
async fn a_sender_who_hangs_up_takes_nothing_back() {
    let scene = scene().await;
    let (store, queue) = Handed::new(&scene.memory);
    let messaging = over(&scene.memory, store, &scene.notifier, &scene.clock);
    {
        let sending = pin!(messaging.send(scene.ada.identity(), "bob", a_body("hello"), None));
        assert!(matches!(sending.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    }
    let (draft, then) = queue.try_recv().unwrap();
    assert!(scene.notifier.events().is_empty(), "nothing is told before it is saved");
    scene.memory.append(draft, then).await.unwrap();
    let heard: Vec<UserId> = scene.notifier.events().into_iter().map(|(to, _)| to).collect();
    assert_eq!(heard, [scene.ada.id, scene.bob.id], "and everyone is told, though nobody waits for the answer");
}

#[tokio::test]
async fn a_send_that_was_never_begun_is_nothing() {
    let scene = scene().await;
    drop(scene.messaging.send(scene.ada.identity(), "bob", a_body("hello"), None));
    assert!(scene.notifier.events().is_empty());
    let here = scene.messaging.history(scene.ada.identity(), "bob", Cursor::After(Seq(0)), a_size(10)).await.unwrap();
    assert!(here.messages.is_empty());
}

#[tokio::test]
async fn whoever_is_told_finds_the_message_in_the_order_of_the_telling() {
    let scene = scene().await;
    for n in 0..10 {
        let (from, to) = if n % 3 == 0 { (&scene.bob, &scene.ada) } else { (&scene.ada, &scene.bob) };
        scene.say(from, to, &n.to_string()).await;
    }
    let told = scene.notifier.events_for(scene.bob.id);
    assert_eq!(told.iter().map(|event| event.pos.0).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    let ids: Vec<MessageId> = told
        .iter()
        .map(|event| match event.change {
            Change::Message { id, .. } => id,
            Change::Read { .. } | Change::Delete { .. } => panic!("nobody read or deleted"),
        })
        .collect();
    let page = scene.messaging.page(scene.bob.identity(), None, PageNumber::Number(1), a_size(100)).await.unwrap();
    assert_eq!(page.messages.iter().rev().map(|message| message.id).collect::<Vec<_>>(), ids);
    let found = scene.messaging.find_all(&scene.bob.identity(), ids).await.unwrap();
    assert_eq!(found.len(), 10);
}

#[tokio::test]
async fn strangers_and_unknown_names_see_nothing() {
    let scene = scene().await;
    let eve = a_user(&scene.memory, "eve").await;
    let message = scene.say(&scene.ada, &scene.bob, "between us").await;
    let (messaging, eve) = (&scene.messaging, eve.identity());
    assert_eq!(messaging.find(&eve, message.id).await.unwrap(), None);
    assert!(messaging.find_all(&eve, vec![message.id]).await.unwrap().is_empty());
    for peer in ["bob", "ada", "nobody"] {
        for cursor in [Cursor::After(Seq(0)), Cursor::Before(Seq(i64::MAX))] {
            let history = messaging.history(eve.clone(), peer, cursor, a_size(10)).await.unwrap();
            assert_eq!((history.messages.len(), history.last_seq), (0, Seq(0)), "{peer}");
        }
        let page = messaging.page(eve.clone(), Some(peer), PageNumber::Last, a_size(10)).await.unwrap();
        assert_eq!((page.count, page.number, page.has_next, page.messages.len()), (0, 1, false, 0), "{peer}");
        let second = messaging.page(eve.clone(), Some(peer), PageNumber::Number(2), a_size(10)).await;
        assert!(matches!(second, Err(PageError::NoSuchPage(_))), "{peer}");
    }
    assert_eq!(messaging.page(eve, None, PageNumber::Number(1), a_size(10)).await.unwrap().count, 0);
}

#[tokio::test]
async fn a_conversation_is_read_from_both_ends_and_by_pages() {
    let scene = scene().await;
    for n in 1..=20 {
        scene.say(&scene.ada, &scene.bob, &n.to_string()).await;
    }
    let texts = |messages: Vec<Message>| {
        messages.into_iter().map(|message| message.body.as_str().to_owned()).collect::<Vec<_>>()
    };
    let bob = || scene.bob.identity();
    let newest = scene.messaging.history(bob(), "ada", Cursor::Before(Seq(i64::MAX)), a_size(2)).await.unwrap();
    assert_eq!((newest.last_seq, texts(newest.messages)), (Seq(20), vec!["20".into(), "19".into()]));
    let on = scene.messaging.history(bob(), "ada", Cursor::After(Seq(18)), a_size(15)).await.unwrap();
    assert_eq!(texts(on.messages), ["19", "20"]);
    let last = scene.messaging.page(bob(), Some("ada"), PageNumber::Last, a_size(15)).await.unwrap();
    assert_eq!((last.count, last.number, last.has_next), (20, 2, false));
    assert_eq!(texts(last.messages), ["5", "4", "3", "2", "1"]);
}

#[tokio::test]
async fn what_is_told_is_what_was_saved() {
    let scene = scene().await;
    scene.say(&scene.ada, &scene.bob, "one").await;
    let (store, queue) = Handed::new(&scene.memory);
    let messaging = over(&scene.memory, store, &scene.notifier, &scene.clock);
    scene.notifier.clear();
    let mut sending = pin!(messaging.send(scene.bob.identity(), "ada", a_body("two"), Some(a_key("k"))));
    assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let (draft, then) = queue.try_recv().unwrap();
    let (ada, bob) = (draft.recipient.clone(), draft.sender.clone());
    let message = Message {
        id: MessageId(77),
        seq: Seq(9),
        sender: bob,
        recipient: ada,
        body: draft.body,
        at: draft.at,
        key: None,
    };
    then(&Appended { message: message.clone(), sender_pos: Pos(5), recipient_pos: Pos(6) });
    let expected =
        [(scene.bob.id, told(5, &scene.ada, &message, None)), (scene.ada.id, told(6, &scene.bob, &message, None))];
    assert_eq!(scene.notifier.events(), expected, "with the places and numbers that the store gave");
}
