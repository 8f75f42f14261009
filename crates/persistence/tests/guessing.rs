//! On MySQL a node counts messages out from what it remembers, and writes if that still holds. Whatever anybody else did
//! meanwhile, numbers stay dense and nothing is said that must not be.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use chatapp_domain::conversation::Participation;
use chatapp_domain::message::{Draft, Message, Seq};
use chatapp_domain::ports::messages::{AppendError, Saved};
use chatapp_domain::user::User;
use chatapp_persistence::{Settings, verify};
use chatapp_testkit::builders::{NEW_YEAR, a_draft, a_keyed_draft, a_user};
use chatapp_testkit::contract::Stores;
use support::Scratch;
use tokio::task::JoinSet;

/// Two nodes on one database, and two people who have written to each other on the first, which therefore knows them.
struct Scene {
    here: Stores,
    elsewhere: Stores,
    ada: User,
    bob: User,
    scratch: Scratch,
}

impl Scene {
    async fn on(scratch: Scratch) -> Self {
        let other = support::another(Settings::new(scratch.url.clone())).await;
        let (here, elsewhere) = (support::stores(&scratch.database), support::stores(&other));
        let (ada, bob) = (a_user(&*here.users, "ada").await, a_user(&*here.users, "bob").await);
        for n in 1..=3 {
            assert_eq!(say(&here, &ada, &bob).await.seq, Seq(n));
        }
        Self { here, elsewhere, ada, bob, scratch }
    }

    /// Every counter says what the rows say.
    async fn adds_up(&self) {
        let url = self.scratch.url.clone();
        let verified = tokio::task::spawn_blocking(move || verify(&url, &|_, _| ()).unwrap()).await.unwrap();
        assert_eq!(verified.findings, []);
    }
}

async fn append(stores: &Stores, draft: Draft) -> Result<Saved, AppendError> {
    stores.messages.append(draft, Box::new(|_| ())).await
}

async fn say(stores: &Stores, from: &User, to: &User) -> Message {
    let Saved::New(message) = append(stores, a_draft(from, to, "hello")).await.unwrap() else {
        panic!("a message without a key is always new")
    };
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_write_in_turns_give_no_number_twice() {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    let mut seq = 3;
    for round in 1..12 {
        for node in [&scene.elsewhere, &scene.here] {
            // The first of each turn guesses wrong, if it guesses at all.
            for n in 0..round {
                let (from, to) = if n % 2 == 0 { (&scene.ada, &scene.bob) } else { (&scene.bob, &scene.ada) };
                seq += 1;
                assert_eq!(say(node, from, to).await.seq, Seq(seq));
            }
        }
    }
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_write_at_the_same_time_give_no_number_twice() {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    let mut people = vec![scene.ada.clone(), scene.bob.clone()];
    for name in ["eve", "grace", "mallory"] {
        people.push(a_user(&*scene.here.users, name).await);
    }
    let pair = |n: usize| (people[n % 5].clone(), people[n / 5 % 5].clone());
    // Both know everybody, so that both guess.
    for n in 0..25 {
        for stores in [&scene.here, &scene.elsewhere] {
            say(stores, &pair(n).0, &pair(n).1).await;
        }
    }
    let mut sends = JoinSet::new();
    for n in 0..300 {
        let stores = if n % 3 == 0 { scene.elsewhere.clone() } else { scene.here.clone() };
        let (from, to) = pair(n);
        sends.spawn(async move { say(&stores, &from, &to).await });
    }
    assert_eq!(sends.join_all().await.len(), 300);
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_meanwhile_takes_its_place_among_the_events() {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    for n in 3..9 {
        let stores = if n % 2 == 0 { &scene.here } else { &scene.elsewhere };
        let reader = Participation::of(scene.bob.identity(), scene.ada.identity());
        stores.conversations.mark_read(&reader, Seq(n), Box::new(|_| ())).await.unwrap();
        assert_eq!(say(&scene.here, &scene.ada, &scene.bob).await.seq, Seq(n + 1));
    }
    // Nine messages, and six marks that both are told of.
    assert_eq!(scene.here.events.latest(scene.ada.id).await.unwrap().0, 15);
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_blocked_elsewhere_is_refused() {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    assert!(scene.elsewhere.blocks.add(scene.bob.id, scene.ada.id, NEW_YEAR).await.unwrap());
    let refused = append(&scene.here, a_draft(&scene.ada, &scene.bob, "hello")).await;
    assert!(matches!(refused, Err(AppendError::Blocked)), "{refused:?}");
    assert!(scene.elsewhere.blocks.remove(scene.bob.id, scene.ada.id).await.unwrap());
    assert_eq!(say(&scene.here, &scene.ada, &scene.bob).await.seq, Seq(4));
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_elsewhere_is_gone_and_does_not_come_back() {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    scene.elsewhere.departures.depart(scene.bob.id, None).await.unwrap();
    let refused = append(&scene.here, a_draft(&scene.ada, &scene.bob, "hello")).await;
    assert!(matches!(refused, Err(AppendError::NoSuchUser)), "{refused:?}");
    while scene.elsewhere.departures.clear_out().await.unwrap() {}
    scene.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_used_elsewhere_is_found() {
    let Some(scratch) = support::mysql() else { return };
    let scene = Scene::on(scratch).await;
    let draft = || a_keyed_draft(&scene.ada, &scene.bob, "hello", "once");
    let Ok(Saved::New(first)) = append(&scene.elsewhere, draft()).await else { panic!("the key is new") };
    // What was said elsewhere is known by now, so that it is the key alone that stops a guess.
    assert_eq!(say(&scene.here, &scene.ada, &scene.bob).await.seq, Seq(5));
    for _ in 0..3 {
        let Ok(Saved::Repeat(again)) = append(&scene.here, draft()).await else { panic!("the key was used") };
        assert_eq!(again.id, first.id);
    }
    assert_eq!(say(&scene.here, &scene.ada, &scene.bob).await.seq, Seq(6));
    scene.adds_up().await;
}
