//! What is told on one node is heard on the others.

use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{IdempotencyKey, MessageId, Seq};
use chatapp_domain::ports::notifications::{Delivery, Notifier, Whisper};
use chatapp_domain::session::SessionId;
use chatapp_domain::user::UserId;

use crate::support::{Node, Redis, connect, connect_in, event, heard, person, silence, some_redis, typing};

pub(crate) async fn events_cross_once_and_in_order(url: &str, prefix: &str) {
    let (here, there) = (Node::connected(url, prefix).await, Node::connected(url, prefix).await);
    let (mut near, mut far, mut other) = (connect(&here, 1), connect(&there, 1), connect(&there, 2));
    let keyed = Change::Message { id: MessageId(7), seq: Seq(3), key: Some(IdempotencyKey::parse("k/1").unwrap()) };
    let read = Change::Read { reader: person(2).username, seq: Seq(3) };
    let mut told: Vec<Event> = (1..=500).map(event).collect();
    told.extend([keyed, read].map(|change| Event { pos: Pos(501), peer: person(2).username, change }));
    for chunk in told.chunks(50) {
        chunk.iter().for_each(|event| here.cluster.notify(UserId(1), event.clone()));
        for expected in chunk {
            for ear in [&mut near, &mut far] {
                let Delivery::Event(event) = heard(ear).await else { panic!("an event") };
                assert_eq!(*event, *expected);
            }
            assert!(there.has_heard(expected), "before its connections were told");
            assert!(!here.has_heard(expected), "it knows by itself");
        }
    }
    // The last word comes after whatever might come twice.
    there.cluster.notify(UserId(1), event(600));
    there.cluster.notify(UserId(2), event(1));
    for ear in [&mut near, &mut far] {
        assert!(matches!(heard(ear).await, Delivery::Event(event) if event.pos == Pos(600)));
    }
    assert!(matches!(heard(&mut other).await, Delivery::Event(event) if event.pos == Pos(1)));
    [near, far, other].iter_mut().for_each(silence);
    assert_eq!((here.cluster.lost(), there.cluster.lost()), (0, 0));
}

#[tokio::test]
async fn events_cross_nodes_once_and_in_order() {
    let Some((url, prefix)) = some_redis() else { return };
    events_cross_once_and_in_order(&url, &prefix).await;
}

#[tokio::test]
async fn a_server_without_sharded_channels_will_do() {
    let options = ["--rename-command", "SSUBSCRIBE", "", "--rename-command", "SPUBLISH", ""];
    let Some(redis) = Redis::start_with(&options) else { return };
    events_cross_once_and_in_order(&redis.url(), "old").await;
}

#[tokio::test]
async fn a_server_that_asks_for_a_password_gets_it() {
    let Some(redis) = Redis::start_with(&["--requirepass", "hunter2"]) else { return };
    let url = redis.url().replace("redis://", "redis://:hunter2@");
    events_cross_once_and_in_order(&url, "secret").await;
    assert!(
        chatapp_notification_hub::probe(&chatapp_notification_hub::RedisUrl::parse(&redis.url()).unwrap())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn passing_things_and_ended_sessions_cross() {
    let Some((url, prefix)) = some_redis() else { return };
    let (here, there) = (Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await);
    let (mut phone, mut laptop) = (connect_in(&there, 1, 10), connect_in(&there, 1, 11));
    here.cluster.whisper(UserId(1), typing(2));
    let delivered = Whisper::Delivered { peer: person(2).username, seq: Seq(7) };
    here.cluster.whisper(UserId(1), delivered.clone());
    for ear in [&mut phone, &mut laptop] {
        assert!(matches!(heard(ear).await, Delivery::Whisper(whisper) if whisper == typing(2)));
        assert!(matches!(heard(ear).await, Delivery::Whisper(whisper) if whisper == delivered));
    }
    // Every node finds the latest position in the database by itself.
    here.cluster.whisper(UserId(1), Whisper::Latest(Pos(5)));
    here.cluster.whisper(UserId(1), Whisper::CredentialsEnded(vec![SessionId(10).into()]));
    let ended = Whisper::CredentialsEnded(vec![SessionId(10).into()]);
    assert!(matches!(heard(&mut phone).await, Delivery::Whisper(whisper) if whisper == ended));
    silence(&mut phone);
    silence(&mut laptop);
}

#[tokio::test]
async fn installations_on_one_redis_do_not_hear_each_other() {
    let Some((url, prefix)) = some_redis() else { return };
    let ours = (Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await);
    let other = Node::connected(&url, &format!("{prefix}-other")).await;
    let (mut ear, mut stranger) = (connect(&ours.1, 1), connect(&other, 1));
    ours.0.cluster.notify(UserId(1), event(1));
    heard(&mut ear).await;
    other.cluster.notify(UserId(1), event(9));
    assert!(matches!(heard(&mut stranger).await, Delivery::Event(event) if event.pos == Pos(9)));
    silence(&mut ear);
}
