//! A connection that does not listen costs a bounded amount of memory, nobody else any time, and itself no message.

use chatapp_domain::event::Pos;
use chatapp_domain::ports::notifications::{Delivery, Notifier, Whisper};
use chatapp_domain::session::SessionId;
use chatapp_domain::user::UserId;
use chatapp_notification_hub::{Hub, HubSettings};

use crate::support::{connect, connect_in, event, next, person, positions, typing, waiting, whispers};

fn hub(outbox: usize) -> Hub {
    Hub::new(HubSettings { outbox, ..HubSettings::default() })
}

#[test]
fn a_full_outbox_is_thrown_away_and_said_to_be_behind_once() {
    let hub = hub(4);
    let (mut slow, mut quick) = (connect(&hub, 1), connect(&hub, 1));
    for pos in 1..=1000 {
        hub.notify(UserId(1), event(pos));
        assert_eq!(positions(&waiting(&mut quick)), [pos], "the other connection does not notice");
    }
    assert!(matches!(waiting(&mut slow)[..], [Delivery::Behind]));
    hub.notify(UserId(1), event(1001));
    assert_eq!(positions(&waiting(&mut slow)), [1001], "from here on it is told again");
}

#[test]
fn an_outbox_that_is_just_full_has_lost_nothing() {
    let hub = hub(4);
    let mut slow = connect(&hub, 1);
    (1..=4).for_each(|pos| hub.notify(UserId(1), event(pos)));
    assert_eq!(positions(&waiting(&mut slow)), [1, 2, 3, 4]);
    (5..=9).for_each(|pos| hub.notify(UserId(1), event(pos)));
    assert!(matches!(waiting(&mut slow)[..], [Delivery::Behind]));
}

#[tokio::test]
async fn a_listener_that_fell_behind_is_woken() {
    let hub = hub(1);
    let mut ear = connect(&hub, 1);
    let (heard, ()) = tokio::join!(next(&mut ear), async {
        hub.notify(UserId(1), event(1));
        hub.notify(UserId(1), event(2));
    });
    assert!(matches!(heard, Delivery::Behind));
}

#[test]
fn what_must_not_be_lost_is_not() {
    let hub = Hub::new(HubSettings { outbox: 2, connections_per_user: 2, ..HubSettings::default() });
    let mut slow = connect_in(&hub, 1, 10);
    hub.whisper(UserId(1), Whisper::CredentialsEnded(vec![SessionId(10).into()]));
    hub.whisper(UserId(1), Whisper::Latest(Pos(7)));
    for n in 1..=5000 {
        hub.notify(UserId(1), event(n));
        hub.whisper(UserId(1), typing(n, true));
        hub.whisper(UserId(1), Whisper::CredentialsEnded(vec![SessionId(n + 1000).into()]));
    }
    let mut heard = waiting(&mut slow);
    assert!(matches!(heard[..2], [Delivery::Whisper(Whisper::CredentialsEnded(_)), Delivery::Behind]));
    let passing = whispers(heard.split_off(2));
    assert_eq!(passing[0], Whisper::Latest(Pos(7)));
    assert_eq!(passing.last(), Some(&typing(5000, true)), "the newest survives");
    assert!(passing.len() < 300, "{} whispers waited", passing.len());

    let (_second, _third) = (connect(&hub, 1), connect(&hub, 1));
    (1..=100).for_each(|pos| hub.notify(UserId(1), event(pos)));
    assert!(matches!(waiting(&mut slow)[..], [Delivery::Displaced]));
}

#[test]
fn only_the_last_word_on_a_subject_waits() {
    let hub = Hub::default();
    let (mut slow, watched) = (connect(&hub, 1), person(5));
    slow.watch(vec![watched.clone()]);
    for _ in 0..1000 {
        hub.whisper(UserId(1), typing(2, true));
        drop(connect(&hub, 5));
        hub.whisper(UserId(1), typing(3, true));
        hub.whisper(UserId(1), typing(2, false));
    }
    let expected = [Whisper::Presence { user: watched.username, online: false }, typing(3, true), typing(2, false)];
    assert_eq!(whispers(waiting(&mut slow)), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stalled_connection_holds_nobody_up() {
    let hub = hub(64);
    let mut stalled = connect(&hub, 1);
    let mut talking = tokio::task::JoinSet::new();
    for talker in 0..4 {
        let hub = hub.clone();
        talking.spawn(async move { (0..50_000).for_each(|pos| hub.notify(UserId(1), event(talker * 50_000 + pos))) });
    }
    talking.join_all().await;
    assert!(matches!(waiting(&mut stalled)[..], [Delivery::Behind]));
}
