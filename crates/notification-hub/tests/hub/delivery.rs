//! Who hears what, in which order, and who is counted as connected.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use chatapp_domain::event::Pos;
use chatapp_domain::ports::notifications::{Delivery, EventFeed, FeedFull, Notifier, Whisper};
use chatapp_domain::session::SessionId;
use chatapp_domain::token::TokenId;
use chatapp_domain::user::UserId;
use chatapp_notification_hub::{Hub, HubSettings};
use futures_util::StreamExt;

use crate::support::{
    Ear, connect, connect_in, connect_with, event, next, person, positions, typing, waiting, whispers,
};

#[test]
fn every_connection_of_a_user_hears_every_event_in_order() {
    let hub = Hub::default();
    let (mut phone, mut laptop, mut other) = (connect(&hub, 1), connect(&hub, 1), connect(&hub, 2));
    for pos in 1..=3 {
        hub.notify(UserId(1), event(pos));
    }
    hub.notify(UserId(3), event(1));
    let (on_phone, on_laptop) = (waiting(&mut phone), waiting(&mut laptop));
    assert_eq!((positions(&on_phone), positions(&on_laptop)), (vec![1, 2, 3], vec![1, 2, 3]));
    for (one, same) in on_phone.iter().zip(&on_laptop) {
        let (Delivery::Event(one), Delivery::Event(same)) = (one, same) else { panic!("events") };
        assert!(Arc::ptr_eq(one, same), "one copy for all connections");
    }
    assert!(waiting(&mut other).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_sleeps_is_woken() {
    let hub = Hub::default();
    let (asleep, heard) = tokio::sync::oneshot::channel();
    let mut ear = connect(&hub, 1);
    let listening = tokio::spawn(async move {
        assert!(waiting(&mut ear).is_empty());
        asleep.send(()).unwrap();
        (next(&mut ear).await, next(&mut ear).await)
    });
    heard.await.unwrap();
    hub.notify(UserId(1), event(1));
    hub.whisper(UserId(1), typing(2, true));
    let (one, two) = listening.await.unwrap();
    assert_eq!(positions(&[one]), [1]);
    assert_eq!(whispers(vec![two]), [typing(2, true)]);
}

/// Counts how often it is called.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_listener_is_woken_once_until_it_listens_again() {
    let hub = Hub::default();
    let mut ear = connect(&hub, 1);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    for round in 1..=3 {
        assert!(ear.poll_next_unpin(&mut Context::from_waker(&waker)).is_pending());
        for pos in 1..=5 {
            hub.notify(UserId(1), event(pos));
        }
        assert_eq!(bell.0.load(Ordering::SeqCst), round);
        assert_eq!(waiting(&mut ear).len(), 5);
    }
}

/// Uses the hub, and drops a connection, while it is being called.
struct Busybody {
    hub: Hub,
    ear: Mutex<Option<Ear>>,
}

impl Wake for Busybody {
    fn wake(self: Arc<Self>) {
        self.hub.notify(UserId(1), event(2));
        self.hub.whisper(UserId(2), typing(1, true));
        drop(self.ear.lock().unwrap().take());
        assert!(self.hub.is_online(UserId(1)));
    }
}

#[test]
fn what_a_waker_runs_may_use_the_hub() {
    let hub = Hub::default();
    let mut ear = connect(&hub, 1);
    let busybody = Busybody { hub: hub.clone(), ear: Mutex::new(Some(connect(&hub, 1))) };
    let waker = Waker::from(Arc::new(busybody));
    assert!(ear.poll_next_unpin(&mut Context::from_waker(&waker)).is_pending());
    hub.notify(UserId(1), event(1));
    assert_eq!(positions(&waiting(&mut ear)), [1, 2]);
    assert_eq!(hub.connections(), 1);
}

#[test]
fn whoever_left_is_not_told_and_not_counted() {
    let hub = Hub::default();
    let (phone, mut laptop) = (connect_in(&hub, 1, 10), connect_in(&hub, 1, 11));
    drop(phone);
    hub.notify(UserId(1), event(1));
    assert_eq!(positions(&waiting(&mut laptop)), [1]);
    assert!(hub.is_online(UserId(1)));
    assert_eq!(hub.connected_credentials(), [(UserId(1), SessionId(11).into())]);
    drop(laptop);
    assert!(!hub.is_online(UserId(1)));
    assert!(hub.connected_users().is_empty() && hub.connected_credentials().is_empty());
    assert_eq!(hub.connections(), 0);
}

#[test]
fn everyone_connected_is_counted_once() {
    let hub = Hub::default();
    let ears: Vec<Ear> = (0..100).map(|n| connect_in(&hub, n % 40, n)).chain([connect(&hub, 7)]).collect();
    let users = hub.connected_users();
    assert_eq!((users.len(), users.into_iter().collect::<BTreeSet<_>>().len()), (40, 40));
    let credentials = hub.connected_credentials();
    assert_eq!(credentials.len(), 100);
    assert!(credentials.contains(&(UserId(9), SessionId(89).into())));
    assert_eq!(hub.connections(), ears.len());
}

#[test]
fn the_end_of_a_session_is_told_to_its_own_connections() {
    let hub = Hub::default();
    let (mut phone, mut laptop, mut unnamed) = (connect_in(&hub, 1, 10), connect_in(&hub, 1, 11), connect(&hub, 1));
    let mut program = connect_with(&hub, 1, TokenId(10).into());
    hub.notify(UserId(1), event(1));
    hub.whisper(UserId(1), Whisper::CredentialsEnded(vec![SessionId(9).into(), SessionId(10).into()]));
    hub.whisper(UserId(1), Whisper::CredentialsEnded(vec![SessionId(10).into()]));
    let on_phone = waiting(&mut phone);
    assert!(
        matches!(&on_phone[0], Delivery::Whisper(Whisper::CredentialsEnded(ended)) if *ended == [SessionId(10).into()])
    );
    assert_eq!(positions(&on_phone[1..]), [1], "urgent first, and said once");
    assert_eq!(positions(&waiting(&mut laptop)), [1]);
    assert_eq!(positions(&waiting(&mut unnamed)), [1]);
    assert_eq!(positions(&waiting(&mut program)), [1], "a token of the same number is another thing");
    hub.whisper(UserId(1), Whisper::CredentialsEnded(vec![TokenId(10).into()]));
    assert!(matches!(waiting(&mut program)[..], [Delivery::Whisper(Whisper::CredentialsEnded(_))]));
    assert!(waiting(&mut laptop).is_empty());
}

#[test]
fn the_latest_position_is_told_after_the_events() {
    let hub = Hub::default();
    let mut ear = connect(&hub, 1);
    hub.whisper(UserId(1), Whisper::Latest(Pos(5)));
    hub.notify(UserId(1), event(5));
    hub.whisper(UserId(1), Whisper::Latest(Pos(4)));
    let mut heard = waiting(&mut ear);
    assert_eq!(positions(&heard[..1]), [5]);
    assert_eq!(whispers(heard.split_off(1)), [Whisper::Latest(Pos(5))]);
}

#[test]
fn one_connection_too_many_displaces_the_oldest() {
    let hub = Hub::new(HubSettings { connections_per_user: 2, ..HubSettings::default() });
    let (mut oldest, mut middle) = (connect_in(&hub, 1, 10), connect_in(&hub, 1, 11));
    hub.notify(UserId(1), event(1));
    let mut newest = connect_in(&hub, 1, 12);
    hub.notify(UserId(1), event(2));
    assert!(matches!(waiting(&mut oldest)[..], [Delivery::Displaced]), "nothing else is worth reading");
    assert_eq!(positions(&waiting(&mut middle)), [1, 2]);
    assert_eq!(positions(&waiting(&mut newest)), [2]);
    assert_eq!(hub.connected_credentials(), [(UserId(1), SessionId(11).into()), (UserId(1), SessionId(12).into())]);
    drop(oldest);
    assert_eq!(hub.connections(), 2);
    assert!(hub.is_online(UserId(1)));
    let _another = connect(&hub, 2);
    assert!(waiting(&mut middle).is_empty(), "other users displace nobody");
}

#[tokio::test]
async fn a_displaced_connection_is_woken_and_ends() {
    let hub = Hub::new(HubSettings { connections_per_user: 1, ..HubSettings::default() });
    let mut first = connect(&hub, 1);
    let (heard, _second) = tokio::join!(next(&mut first), async { connect(&hub, 1) });
    assert!(matches!(heard, Delivery::Displaced));
    assert!(first.next().await.is_none());
}

#[test]
fn a_full_hub_takes_nobody_until_somebody_leaves() {
    let hub = Hub::new(HubSettings { connections: 2, ..HubSettings::default() });
    let (one, _two) = (connect(&hub, 1), connect(&hub, 2));
    assert_eq!(hub.subscribe(&person(3), None).err(), Some(FeedFull));
    assert!(!hub.is_online(UserId(3)));
    drop(one);
    assert!(hub.subscribe(&person(3), None).is_ok());
}

#[test]
fn any_settings_make_a_hub() {
    let hub = Hub::new(HubSettings { shards: 0, outbox: 0, connections_per_user: 0, connections: 1 });
    let mut ear = connect(&hub, i64::MIN);
    hub.notify(UserId(i64::MIN), event(1));
    assert_eq!(positions(&waiting(&mut ear)), [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_reordered_when_all_talk_at_once() {
    const TALKERS: i64 = 8;
    const EACH: i64 = 2000;
    let hub = Hub::new(HubSettings { outbox: 1 << 20, ..HubSettings::default() });
    let listening: Vec<_> = (0..12)
        .map(|n| {
            let mut ear = connect(&hub, n % 4);
            tokio::spawn(async move {
                let mut heard = Vec::new();
                while heard.len() < usize::try_from(TALKERS * EACH).unwrap() {
                    heard.push(next(&mut ear).await);
                }
                positions(&heard)
            })
        })
        .collect();
    for talker in 0..TALKERS {
        let hub = hub.clone();
        tokio::spawn(async move {
            for (n, to) in (0..EACH).flat_map(|n| (0..4).map(move |to| (n, to))) {
                hub.notify(UserId(to), event(talker * EACH + n));
            }
        });
    }
    for listener in listening {
        let heard = listener.await.unwrap();
        for talker in 0..TALKERS {
            let range = talker * EACH..(talker + 1) * EACH;
            let from_one: Vec<i64> = heard.iter().copied().filter(|pos| range.contains(pos)).collect();
            assert_eq!(from_one, range.collect::<Vec<_>>(), "each talker's events, in order");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn coming_and_going_under_load_leaves_nobody_behind() {
    let hub = Hub::new(HubSettings { connections_per_user: 3, outbox: 4, ..HubSettings::default() });
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..16_i64 {
        let hub = hub.clone();
        tasks.spawn(async move {
            for round in 0..200_i64 {
                let mut ear = connect_in(&hub, n % 5, n);
                ear.watch((0..5).map(person).collect());
                hub.notify(UserId((n + round) % 5), event(round));
                hub.whisper(UserId(n % 5), typing(n, true));
                waiting(&mut ear);
                tokio::task::yield_now().await;
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(hub.connections(), 0);
    assert!(hub.connected_users().is_empty());
}
