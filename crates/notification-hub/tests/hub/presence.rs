//! Who hears that somebody came or went.

use chatapp_domain::ports::notifications::{EventFeed, Notifier, Watched, Whisper};
use chatapp_domain::user::{UserId, Username};
use chatapp_notification_hub::{Hub, HubSettings};

use crate::support::{connect, event, next, person, waiting, whispers};

fn came(id: i64) -> Whisper {
    Whisper::Presence { user: person(id).username, online: true }
}

fn went(id: i64) -> Whisper {
    Whisper::Presence { user: person(id).username, online: false }
}

#[test]
fn the_first_connection_is_a_coming_and_the_last_a_going() {
    let hub = Hub::default();
    let (mut ear, mut deaf) = (connect(&hub, 1), connect(&hub, 1));
    ear.watch(vec![person(2), person(3)]);
    let phone = connect(&hub, 2);
    assert_eq!(whispers(waiting(&mut ear)), [came(2)]);
    let laptop = connect(&hub, 2);
    drop(phone);
    assert!(waiting(&mut ear).is_empty(), "still there");
    drop(laptop);
    assert_eq!(whispers(waiting(&mut ear)), [went(2)]);
    let _stranger = connect(&hub, 4);
    assert!(waiting(&mut ear).is_empty());
    assert!(waiting(&mut deaf).is_empty(), "it is the connection that watches, not the user");
}

#[test]
fn people_are_reported_under_the_name_they_are_watched_by() {
    let hub = Hub::default();
    let mut ear = connect(&hub, 1);
    let username = Username::parse("Ada").unwrap();
    ear.watch(vec![Watched { id: UserId(2), username: username.clone() }]);
    let _ada = connect(&hub, 2);
    assert_eq!(whispers(waiting(&mut ear)), [Whisper::Presence { user: username, online: true }]);
}

#[test]
fn watching_others_replaces_those_before() {
    let hub = Hub::default();
    let mut ear = connect(&hub, 1);
    ear.watch(vec![person(2), person(3)]);
    ear.watch(vec![person(3), person(4), person(4)]);
    let ears = [connect(&hub, 2), connect(&hub, 3), connect(&hub, 4)];
    assert_eq!(whispers(waiting(&mut ear)), [came(3), came(4)]);
    ear.watch(Vec::new());
    drop(ears);
    assert!(waiting(&mut ear).is_empty());
}

#[test]
fn a_connection_watches_two_hundred_people_at_most() {
    let hub = Hub::default();
    let mut ear = connect(&hub, 1);
    ear.watch((1000..2000).map(person).collect());
    let ears: Vec<_> = (1000..2000).map(|id| connect(&hub, id)).collect();
    assert_eq!(whispers(waiting(&mut ear)), (1000..1200).map(came).collect::<Vec<_>>());
    drop(ears);
    assert_eq!(waiting(&mut ear).len(), 200, "and hears of each of them, however late it listens");
}

#[test]
fn whoever_left_watches_nobody() {
    let hub = Hub::default();
    let ear = connect(&hub, 1);
    ear.watch(vec![person(1), person(2)]);
    drop(ear);
    let _two = connect(&hub, 2);
    assert_eq!(hub.connected_users(), [UserId(2)]);
}

#[test]
fn displacing_a_connection_is_neither_coming_nor_going() {
    let hub = Hub::new(HubSettings { connections_per_user: 1, ..HubSettings::default() });
    let mut ear = connect(&hub, 1);
    ear.watch(vec![person(2)]);
    let first = connect(&hub, 2);
    assert_eq!(whispers(waiting(&mut ear)), [came(2)]);
    let second = connect(&hub, 2);
    drop(first);
    assert!(waiting(&mut ear).is_empty());
    drop(second);
    assert_eq!(whispers(waiting(&mut ear)), [went(2)]);
}

#[tokio::test]
async fn a_watcher_that_sleeps_is_woken() {
    let hub = Hub::default();
    let mut ear = connect(&hub, 1);
    ear.watch(vec![person(2)]);
    let (heard, _two) = tokio::join!(next(&mut ear), async { connect(&hub, 2) });
    assert_eq!(whispers(vec![heard]), [came(2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_word_about_somebody_is_the_truth() {
    let hub = Hub::default();
    let mut ears: Vec<_> = (100..110).map(|id| connect(&hub, id)).collect();
    for ear in &ears {
        ear.watch((0..4).map(person).collect());
    }
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8_i64 {
        let hub = hub.clone();
        tasks.spawn(async move {
            for round in 0..500 {
                let ear = connect(&hub, n % 4);
                hub.notify(UserId(n % 4), event(round));
                if round % 7 == 0 {
                    tokio::task::yield_now().await;
                }
                drop(ear);
            }
            // The people with even numbers stay.
            (n % 2 == 0).then(|| connect(&hub, n % 4))
        });
    }
    let _staying = tasks.join_all().await;
    for ear in &mut ears {
        let heard = whispers(waiting(ear));
        for id in 0..4 {
            let last = heard.iter().rfind(|whisper| [came(id), went(id)].contains(whisper));
            let expected = if id % 2 == 0 { came(id) } else { went(id) };
            assert_eq!((last, hub.is_online(UserId(id))), (Some(&expected), id % 2 == 0));
        }
    }
}

#[test]
fn whoever_watches_somebody_hears_that_they_share_more_or_less() {
    let hub = Hub::default();
    let (mut watcher, mut own, mut other) = (connect(&hub, 1), connect(&hub, 2), connect(&hub, 3));
    watcher.watch(vec![person(2)]);
    hub.whisper(UserId(2), Whisper::SharingChanged);
    hub.whisper(UserId(2), Whisper::SharingChanged);
    for ear in [&mut watcher, &mut own] {
        assert_eq!(whispers(waiting(ear)), [Whisper::SharingChanged], "once");
    }
    assert!(waiting(&mut other).is_empty());
}
