//! What promises are acted out with: people whom no other promise knows, what they say, and who listens.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chatapp_domain::conversation::Participation;
use chatapp_domain::event::{Event, Pos};
use chatapp_domain::message::{Draft, Message, MessageId, Seq};
use chatapp_domain::page::Cursor;
use chatapp_domain::ports::conversations::{AfterDelivered, AfterRead, ReadMoved};
use chatapp_domain::ports::events::Following;
use chatapp_domain::ports::messages::{AfterAppend, AppendError, Appended, Saved};
use chatapp_domain::ports::moderation::{AfterDelete, Deleted};
use chatapp_domain::user::{User, UserId};
use tokio::sync::mpsc;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::task::JoinSet;

use super::Stores;
use crate::builders;

/// Tells this run from others on the same database.
static RUN: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()) >> 24);
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// `stem`, made unique; lower-case ASCII follows it, up to a stop, so that no name begins with another.
pub(super) fn a_name(stem: &str) -> String {
    format!("{stem}.{:010x}.{}.", *RUN, COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// A person nobody else knows.
pub(super) async fn a_person(stores: &Stores, stem: &str) -> User {
    builders::a_user(&*stores.users, &a_name(stem)).await
}

/// Two people.
pub(super) async fn a_couple(stores: &Stores) -> (User, User) {
    (a_person(stores, "ada").await, a_person(stores, "bob").await)
}

/// As many people as asked for.
pub(super) async fn a_crowd(stores: &Stores, size: usize) -> Vec<User> {
    let wishes = (0..size).map(|_| builders::a_new_user(&a_name("one"))).collect();
    let made = stores.users.create_many(wishes).await.unwrap();
    made.into_iter().map(Result::unwrap).collect()
}

/// `me`'s side of a conversation.
pub(super) fn between(me: &User, peer: &User) -> Participation {
    Participation::of(me.identity(), peer.identity())
}

/// Saves a draft that nobody listens for.
pub(super) async fn append(stores: &Stores, draft: Draft) -> Result<Saved, AppendError> {
    stores.messages.append(draft, Box::new(|_| ())).await
}

/// Saves a message that must be new.
pub(super) async fn send(stores: &Stores, draft: Draft) -> Message {
    match append(stores, draft).await.unwrap() {
        Saved::New(message) => message,
        Saved::Repeat(message) => panic!("{:?} should have been new", message.id),
    }
}

/// `from` says something to `to`.
pub(super) async fn say(stores: &Stores, from: &User, to: &User, text: &str) -> Message {
    send(stores, builders::a_draft(from, to, text)).await
}

/// `from` says `count` things to `to`, several at once.
pub(super) async fn say_many(stores: &Stores, from: &User, to: &User, count: usize) {
    let mut left = count;
    while left > 0 {
        let now = left.min(25);
        let drafts = (0..now).map(|_| builders::a_draft(from, to, "…"));
        all_at_once(drafts.map(|draft| say_in(stores, draft))).await;
        left -= now;
    }
}

/// Sends a draft from a task of its own.
pub(super) fn say_in(stores: &Stores, draft: Draft) -> impl Future<Output = Message> + Send + use<> {
    let stores = stores.clone();
    async move { send(&stores, draft).await }
}

/// Reads on without listening. Gives up to where.
pub(super) async fn read_on(stores: &Stores, me: &User, peer: &User, seq: i64) -> Seq {
    let seen = stores.conversations.mark_read(&between(me, peer), Seq(seq), Box::new(|_| ())).await.unwrap();
    seen.unwrap().read_seq
}

/// Runs everything on tasks of their own and waits for all of it. The results are in no particular order.
pub(super) async fn all_at_once<F>(acts: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    acts.into_iter().collect::<JoinSet<F::Output>>().join_all().await
}

/// Hears what stores tell after a commit, in the order of the calls. Every ear that is made holds the line open, so
/// the end of the line means that each of them was called or dropped.
pub(super) struct Listener<T> {
    line: mpsc::UnboundedSender<T>,
    heard: mpsc::UnboundedReceiver<T>,
}

impl<T> Listener<T> {
    pub(super) fn new() -> Self {
        let (line, heard) = mpsc::unbounded_channel();
        Self { line, heard }
    }

    /// Everything that was heard, once there is nobody left to speak.
    pub(super) async fn all(self) -> Vec<T> {
        let Self { line, mut heard } = self;
        drop(line);
        let mut all = Vec::new();
        while let Some(one) = heard.recv().await {
            all.push(one);
        }
        all
    }
}

impl Listener<Appended> {
    pub(super) fn ear(&self) -> AfterAppend {
        let line = self.line.clone();
        Box::new(move |appended| line.send(appended.clone()).unwrap())
    }
}

impl Listener<Deleted> {
    pub(super) fn ear(&self) -> AfterDelete {
        let line = self.line.clone();
        Box::new(move |deleted| line.send(deleted.clone()).unwrap())
    }
}

impl Listener<Seq> {
    pub(super) fn ear(&self) -> AfterDelivered {
        let line = self.line.clone();
        Box::new(move |seq| line.send(seq).unwrap())
    }
}

impl Listener<ReadMoved> {
    pub(super) fn ear(&self) -> AfterRead {
        let line = self.line.clone();
        Box::new(move |moved| line.send(moved.clone()).unwrap())
    }
}

/// Everything that concerned `user`, which must be all there, in order and without a gap.
pub(super) async fn events_of(stores: &Stores, user: &User) -> Vec<Event> {
    let mut all: Vec<Event> = Vec::new();
    loop {
        let after = all.last().map_or(Pos(0), |event| event.pos);
        let Following::Events { events, latest } = stores.events.after(user.id, after, 100).await.unwrap() else {
            panic!("nothing was forgotten, and {after:?} is not ahead");
        };
        if events.is_empty() {
            assert_eq!(after, latest, "the feed ends at the latest position");
            return all;
        }
        all.extend(events);
        let expected: Vec<Pos> = (1..).map(Pos).take(all.len()).collect();
        assert_eq!(all.iter().map(|event| event.pos).collect::<Vec<_>>(), expected, "positions are dense");
    }
}

/// Where `user` stands.
pub(super) async fn latest(stores: &Stores, user: UserId) -> i64 {
    stores.events.latest(user).await.unwrap().0
}

/// The whole conversation, oldest first, which must be numbered without a gap.
pub(super) async fn conversation(stores: &Stores, me: &User, peer: &User) -> Vec<Message> {
    let (place, size) = (between(me, peer), builders::a_size(100));
    let mut all: Vec<Message> = Vec::new();
    loop {
        let after = all.last().map_or(Seq(0), |message| message.seq);
        let history = stores.messages.history(&place, Cursor::After(after), size).await.unwrap();
        if history.messages.is_empty() {
            assert_eq!(after, history.last_seq, "the conversation ends at its last number");
            return all;
        }
        all.extend(history.messages);
        let expected: Vec<Seq> = (1..).map(Seq).take(all.len()).collect();
        assert_eq!(all.iter().map(|message| message.seq).collect::<Vec<_>>(), expected, "numbers are dense");
    }
}

/// Which messages these are.
pub(super) fn ids(messages: &[Message]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

/// Waits for something that a store may take about a second to notice.
pub(super) async fn eventually<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < deadline, "this should have come true by now");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads are forgotten by age alone, whoever made them, so the promise that has them forgotten runs apart from those
/// that need them.
static READS: RwLock<()> = RwLock::const_new(());

pub(super) async fn reads_are_kept() -> RwLockReadGuard<'static, ()> {
    READS.read().await
}

pub(super) async fn reads_may_be_forgotten() -> RwLockWriteGuard<'static, ()> {
    READS.write().await
}
