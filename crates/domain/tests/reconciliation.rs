//! A round finds what no notification told.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use chatapp_domain::credential::Credential;
use chatapp_domain::event::Pos;
use chatapp_domain::password::PasswordMark;
use chatapp_domain::ports::messages::MessageStore;
use chatapp_domain::ports::notifications::Whisper;
use chatapp_domain::ports::sessions::SessionStore;
use chatapp_domain::ports::tokens::TokenStore;
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::reconciliation::Reconciliation;
use chatapp_domain::session::{Lifetime, NewSession, SessionId, SessionKey};
use chatapp_domain::token::{NewToken, Scope, TokenName, TokenSecret};
use chatapp_domain::user::{User, UserId};
use chatapp_testkit::builders::{NEW_YEAR, PASSWORD, a_draft, a_new_user, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::{ClaimedFeed, RecordingNotifier};
use chatapp_testkit::passwords::PlainHasher;

const LIFETIME: Lifetime = Lifetime { idle: Duration::from_secs(3600), absolute: Duration::from_secs(7200) };

struct Scene {
    memory: MemoryStores,
    notifier: RecordingNotifier,
    clock: SetClock,
}

fn scene() -> Scene {
    Scene { memory: MemoryStores::new(), notifier: RecordingNotifier::default(), clock: SetClock::at(NEW_YEAR) }
}

impl Scene {
    /// What a round whispers while these people are connected in these sessions.
    async fn round(&self, connected: Vec<(UserId, Vec<Credential>)>) -> Vec<(UserId, Whisper)> {
        self.notifier.clear();
        self.reconciliation(connected).round().await.unwrap();
        self.notifier.whispers()
    }

    fn reconciliation(&self, connected: Vec<(UserId, Vec<Credential>)>) -> Reconciliation {
        let store = Arc::new(self.memory.clone());
        let (feed, notifier) = (Arc::new(ClaimedFeed { connected }), Arc::new(self.notifier.clone()));
        Reconciliation::new(store.clone(), store.clone(), store, feed, notifier, Arc::new(self.clock.clone()), LIFETIME)
    }

    async fn open(&self, user: &User, key: u8) -> SessionId {
        let key = SessionKey([key; 32]);
        let password = PasswordMark::of(&PlainHasher::hash_of(PASSWORD));
        let (device, address) = Default::default();
        let new = NewSession { key, user: user.id, password, opened_at: NEW_YEAR, device, address };
        self.memory.open(new).await.unwrap().unwrap()
    }

    async fn say(&self, from: &User, to: &User) {
        self.memory.append(a_draft(from, to, "…"), Box::new(|_| ())).await.unwrap();
    }
}

#[tokio::test]
async fn everyone_connected_hears_how_far_the_store_is() {
    let scene = scene();
    let (ada, bob, cleo) =
        (a_user(&scene.memory, "ada").await, a_user(&scene.memory, "bob").await, a_user(&scene.memory, "cleo").await);
    scene.say(&ada, &bob).await;
    scene.say(&bob, &bob).await;
    let told = scene.round(vec![(bob.id, vec![]), (cleo.id, vec![])]).await;
    assert_eq!(told, [(bob.id, Whisper::Latest(Pos(2)))], "not those who are away, nor those without events");
    assert!(scene.notifier.events().is_empty());
}

#[tokio::test]
async fn sessions_that_another_process_ended_are_ended_here() {
    let scene = scene();
    let (ada, bob) = (a_user(&scene.memory, "ada").await, a_user(&scene.memory, "bob").await);
    let (alive, closed, others) = (scene.open(&ada, 1).await, scene.open(&ada, 2).await, scene.open(&bob, 3).await);
    let connected = vec![(ada.id, vec![alive.into(), closed.into()]), (bob.id, vec![others.into()])];
    assert!(scene.round(connected.clone()).await.is_empty());
    scene.memory.close(SessionKey([2; 32])).await.unwrap();
    assert_eq!(scene.round(connected.clone()).await, [(ada.id, Whisper::CredentialsEnded(vec![closed.into()]))]);

    scene.memory.set_active(bob.id, false).await.unwrap();
    let connected = vec![(ada.id, vec![alive.into()]), (bob.id, vec![others.into()])];
    assert_eq!(scene.round(connected.clone()).await, [(bob.id, Whisper::CredentialsEnded(vec![others.into()]))]);

    scene.clock.advance(LIFETIME.idle);
    assert_eq!(scene.round(connected).await.len(), 2, "and those that expired");
}

#[tokio::test]
async fn tokens_that_another_process_ended_or_that_expired_are_ended_here() {
    let scene = scene();
    let ada = a_user(&scene.memory, "ada").await;
    let made = async |number: u8, expires_at| {
        let secret = TokenSecret::from_random([number; 32]);
        let new = NewToken {
            key: secret.key(),
            prefix: secret.prefix().to_owned(),
            user: ada.id,
            name: TokenName::parse("backup").unwrap(),
            scope: Scope::Read,
            created_at: NEW_YEAR,
            expires_at,
        };
        scene.memory.add(new).await.unwrap().id
    };
    let end = NEW_YEAR.after(Duration::from_secs(60));
    let (alive, expiring, revoked) = (made(1, None).await, made(2, Some(end)).await, made(3, None).await);
    let session = scene.open(&ada, 1).await;
    assert_eq!(session.0, alive.0, "numbers alone do not tell");
    let connected = vec![(ada.id, vec![alive.into(), expiring.into(), revoked.into(), session.into()])];
    assert!(scene.round(connected.clone()).await.is_empty());
    scene.memory.remove(ada.id, revoked).await.unwrap();
    assert_eq!(scene.round(connected).await, [(ada.id, Whisper::CredentialsEnded(vec![revoked.into()]))]);
    scene.clock.set(end);
    let connected = vec![(ada.id, vec![alive.into(), expiring.into()])];
    assert_eq!(scene.round(connected).await, [(ada.id, Whisper::CredentialsEnded(vec![expiring.into()]))]);
}

#[tokio::test]
async fn a_round_over_more_people_than_one_query_takes_leaves_nobody_out() {
    let scene = scene();
    let names: Vec<_> = (0..1201).map(|n| a_new_user(&format!("user{n}"))).collect();
    let made = scene.memory.create_many(names).await.unwrap();
    let people: Vec<User> = made.into_iter().map(Result::unwrap).collect();
    for one in &people {
        scene.say(one, one).await;
    }
    let gone = |n: usize| SessionId(10_000 + i64::try_from(n).unwrap());
    let connected = people.iter().enumerate().map(|(n, one)| (one.id, vec![gone(n).into()])).collect();
    let told = scene.round(connected).await;
    for (n, one) in people.iter().enumerate() {
        for whisper in [Whisper::Latest(Pos(1)), Whisper::CredentialsEnded(vec![gone(n).into()])] {
            let times = told.iter().filter(|(to, heard)| *to == one.id && *heard == whisper).count();
            assert_eq!(times, 1, "{} {whisper:?}", one.username);
        }
    }
    assert_eq!(told.len(), 2 * people.len());
}

#[tokio::test]
async fn a_round_without_connections_or_without_a_store_tells_nobody() {
    let scene = scene();
    let ada = a_user(&scene.memory, "ada").await;
    let session = scene.open(&ada, 1).await;
    assert!(scene.round(Vec::new()).await.is_empty());
    scene.memory.go_away();
    let round = scene.reconciliation(vec![(ada.id, vec![session.into()])]);
    assert!(round.round().await.is_err());
    assert!(scene.notifier.whispers().is_empty(), "an outage ends no session");
}
