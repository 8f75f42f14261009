//! Somebody keeps a person's rows locked on MySQL: only messages to and from that person wait.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use chatapp_domain::message::{Message, Seq};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::{AppendError, Saved};
use chatapp_domain::user::User;
use chatapp_persistence::{Settings, verify};
use chatapp_testkit::builders::{a_draft, a_user};
use chatapp_testkit::contract::Stores;
use diesel::connection::SimpleConnection;
use support::Scratch;
use tokio::task::JoinHandle as Task;

/// How many wait at most.
const QUEUE: usize = 8;

struct Scene {
    stores: Stores,
    ada: User,
    bob: User,
    eve: User,
    scratch: Scratch,
}

impl Scene {
    async fn on(scratch: Scratch) -> Self {
        let database = support::another(Settings { queue: QUEUE, ..Settings::new(scratch.url.clone()) }).await;
        let stores = support::stores(&database);
        let mut people = Vec::new();
        for name in ["ada", "bob", "eve"] {
            people.push(a_user(&*stores.users, name).await);
        }
        let [ada, bob, eve] = people.try_into().unwrap();
        // Everybody has written, so that the writer knows them and guesses.
        for (from, to) in [(&ada, &bob), (&ada, &eve), (&bob, &eve)] {
            assert_eq!(say(&stores, from, to).await.unwrap().seq, Seq(1));
        }
        Self { stores, ada, bob, eve, scratch }
    }

    fn begin(&self, from: &User, to: &User) -> Task<Result<Message, AppendError>> {
        let (stores, from, to) = (self.stores.clone(), from.clone(), to.clone());
        tokio::spawn(async move { say(&stores, &from, &to).await })
    }

    async fn adds_up(&self) {
        let url = self.scratch.url.clone();
        let verified = tokio::task::spawn_blocking(move || verify(&url, &|_, _| ()).unwrap()).await.unwrap();
        assert_eq!(verified.findings, []);
    }
}

async fn say(stores: &Stores, from: &User, to: &User) -> Result<Message, AppendError> {
    match stores.messages.append(a_draft(from, to, "hello"), Box::new(|_| ())).await? {
        Saved::New(message) => Ok(message),
        Saved::Repeat(_) => panic!("a message without a key is always new"),
    }
}

/// A transaction of somebody else that goes on until this is dropped.
struct Lock {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lock {
    fn by(scratch: &Scratch, statement: String) -> Self {
        let (end, ended) = channel();
        let (ready, begun): (Sender<()>, Receiver<()>) = channel();
        let name = scratch.name.clone();
        let work = move || {
            support::on_server(&name, move |connection| {
                connection.batch_execute(&format!("START TRANSACTION; {statement}")).unwrap();
                ready.send(()).unwrap();
                // An error says that the lock was dropped.
                let _ = ended.recv();
                connection.batch_execute("ROLLBACK").unwrap();
            });
        };
        let thread = std::thread::spawn(work);
        begun.recv().unwrap();
        Self { end: Some(end), thread: Some(thread) }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.end.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Once this is answered, what was begun before has been tried.
async fn others_go_on(scene: &Scene, seqs: std::ops::RangeInclusive<i64>) {
    for seq in seqs {
        assert_eq!(say(&scene.stores, &scene.ada, &scene.eve).await.unwrap().seq, Seq(seq));
    }
}

async fn only_messages_to_and_from_bob_wait(statement: fn(&User) -> String) {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    let lock = Lock::by(&scene.scratch, statement(&scene.bob));
    let to_bob = scene.begin(&scene.ada, &scene.bob);
    others_go_on(&scene, 2..=20).await;
    let from_bob = scene.begin(&scene.bob, &scene.eve);
    others_go_on(&scene, 21..=22).await;
    let to_bob_again = scene.begin(&scene.ada, &scene.bob);
    others_go_on(&scene, 23..=40).await;
    assert!(!to_bob.is_finished() && !from_bob.is_finished() && !to_bob_again.is_finished());
    drop(lock);
    let mut seqs = Vec::new();
    for sent in [to_bob, from_bob, to_bob_again] {
        seqs.push(sent.await.unwrap().unwrap().seq);
    }
    assert_eq!(seqs, [Seq(2), Seq(2), Seq(3)], "in the order in which they were sent");
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_locked_lets_only_its_persons_messages_wait() {
    only_messages_to_and_from_bob_wait(|bob| format!("SELECT * FROM feeds WHERE user_id = {} FOR UPDATE", bob.id.0))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_locked_lets_only_their_messages_wait() {
    only_messages_to_and_from_bob_wait(|bob| format!("SELECT * FROM users WHERE id = {} FOR UPDATE", bob.id.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_saved_for_which_nobody_waits_any_more_and_no_more_wait_than_may() {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    let lock = Lock::by(&scene.scratch, format!("SELECT * FROM feeds WHERE user_id = {} FOR UPDATE", scene.bob.id.0));
    let given_up = scene.begin(&scene.ada, &scene.bob);
    others_go_on(&scene, 2..=3).await;
    let mut kept = Vec::new();
    for _ in 1..QUEUE {
        kept.push(scene.begin(&scene.ada, &scene.bob));
        others_go_on_once(&scene).await;
    }
    let refused = scene.begin(&scene.ada, &scene.bob).await.unwrap();
    assert!(matches!(refused, Err(AppendError::Store(StoreError::Busy))), "{refused:?}");
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    drop(lock);
    for (sent, seq) in kept.into_iter().zip(2..) {
        assert_eq!(sent.await.unwrap().unwrap().seq, Seq(seq));
    }
    scene.adds_up().await;
}

async fn others_go_on_once(scene: &Scene) {
    say(&scene.stores, &scene.ada, &scene.eve).await.unwrap();
}
