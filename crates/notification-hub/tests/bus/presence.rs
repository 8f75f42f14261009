//! A person is online if any node has a connection of theirs.

use std::time::Duration;

use chatapp_domain::ports::notifications::{Delivery, EventFeed, Whisper};
use chatapp_domain::user::UserId;

use crate::support::{Ear, Node, connect, heard, person, silence, some_redis, within};

async fn hears(ear: &mut Ear, id: i64, is_online: bool) {
    let expected = Whisper::Presence { user: person(id).username, online: is_online };
    let heard = heard(ear).await;
    assert!(matches!(&heard, Delivery::Whisper(whisper) if *whisper == expected), "{heard:?}");
}

#[tokio::test]
async fn coming_and_going_is_told_on_other_nodes() {
    let Some((url, prefix)) = some_redis() else { return };
    let (here, there) = (Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await);
    let mut watcher = connect(&here, 1);
    watcher.as_ref().watch(vec![person(2), person(3)]);
    let phone = connect(&there, 2);
    hears(&mut watcher, 2, true).await;
    assert!(here.cluster.is_online(UserId(2)));
    // Here too: nothing new. Gone there: still here.
    let laptop = connect(&here, 2);
    drop(phone);
    let other = connect(&there, 3);
    hears(&mut watcher, 3, true).await;
    silence(&mut watcher);
    assert!(here.cluster.is_online(UserId(2)));
    drop(laptop);
    hears(&mut watcher, 2, false).await;
    there.sees(2, false).await;
    drop(other);
    hears(&mut watcher, 3, false).await;
    there.sees(1, true).await;
}

#[tokio::test]
async fn a_node_that_comes_later_learns_who_is_there() {
    let Some((url, prefix)) = some_redis() else { return };
    let here = Node::connected(&url, &prefix).await;
    let ears: Vec<Ear> = (1..=3000).map(|id| connect(&here, id)).collect();
    let there = Node::connected(&url, &prefix).await;
    // It may follow some as they come, and reads of the rest.
    for id in 1..=3000 {
        there.sees(id, true).await;
    }
    drop(ears);
    for id in 1..=3000 {
        there.sees(id, false).await;
    }
}

#[tokio::test]
async fn whoever_is_on_a_node_that_stops_is_gone_at_once() {
    let Some((url, prefix)) = some_redis() else { return };
    let (here, there) = (Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await);
    let mut watcher = connect(&here, 1);
    watcher.as_ref().watch(vec![person(2)]);
    let ear = connect(&there, 2);
    hears(&mut watcher, 2, true).await;
    there.stop().await;
    // Its sign of life would count for much longer.
    within(Duration::from_secs(10), "a goodbye", hears(&mut watcher, 2, false)).await;
    drop(ear);
}

#[tokio::test]
async fn whoever_is_on_a_node_that_was_killed_is_gone_in_the_end() {
    let Some((url, prefix)) = some_redis() else { return };
    let (here, there) = (Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await);
    let mut watcher = connect(&here, 1);
    watcher.as_ref().watch(vec![person(2)]);
    let ear = connect(&there, 2);
    hears(&mut watcher, 2, true).await;
    there.kill().await;
    hears(&mut watcher, 2, false).await;
    drop(ear);
}

#[tokio::test]
async fn everybody_at_once_is_right_in_the_end() {
    let Some((url, prefix)) = some_redis() else { return };
    let nodes = [Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await];
    let mut staying: Vec<Ear> = Vec::new();
    for round in 0..2000 {
        let ear = connect(&nodes[round % 2], i64::try_from(round % 50).unwrap());
        if round >= 1990 {
            staying.push(ear);
        }
        if round % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for node in &nodes {
        for id in 0..50 {
            node.sees(id, id >= 40).await;
        }
    }
}
