//! Limits that all nodes count together.

use std::time::Duration;

use chatapp_domain::ports::nodes::{BusState, Nodes, SharedLimit};
use redis::Commands;

use crate::support::{Node, Redis, some_redis};

fn limit(key: &str, burst: u32, every: Duration) -> SharedLimit {
    SharedLimit { key: key.to_owned(), burst, every }
}

#[tokio::test]
async fn nodes_count_together() {
    let Some((url, prefix)) = some_redis() else { return };
    let nodes = [Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await];
    let (ada, bob) = (limit("ada", 10, Duration::from_secs(60)), limit("bob", 10, Duration::from_secs(60)));
    for round in 0..10 {
        assert_eq!(nodes[round % 2].cluster.take(&ada).await, Some(Ok(())));
    }
    for node in &nodes {
        let Some(Err(wait)) = node.cluster.take(&ada).await else { panic!("an eleventh") };
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(60), "{wait:?}");
    }
    assert_eq!(nodes[0].cluster.take(&bob).await, Some(Ok(())), "each key for itself");
    nodes[0].cluster.give_back(&ada).await;
    assert_eq!(nodes[1].cluster.take(&ada).await, Some(Ok(())));
    assert!(matches!(nodes[0].cluster.take(&ada).await, Some(Err(_))));
    nodes[0].cluster.give_back(&limit("nobody", 10, Duration::from_secs(60))).await;
}

#[tokio::test]
async fn what_was_used_is_made_up_for_with_time() {
    let Some((url, prefix)) = some_redis() else { return };
    let node = Node::connected(&url, &prefix).await;
    // Three are tried in much less.
    let quick = limit("quick", 2, Duration::from_secs(3));
    assert_eq!(node.cluster.take(&quick).await, Some(Ok(())));
    assert_eq!(node.cluster.take(&quick).await, Some(Ok(())));
    let Some(Err(wait)) = node.cluster.take(&quick).await else { panic!("a third") };
    tokio::time::sleep(wait).await;
    assert_eq!(node.cluster.take(&quick).await, Some(Ok(())));
}

#[tokio::test]
async fn nobody_waits_until_a_clock_that_was_put_back_has_caught_up() {
    let Some((url, prefix)) = some_redis() else { return };
    let node = Node::connected(&url, &prefix).await;
    let (every, ada) = (Duration::from_secs(60), limit("ada", 2, Duration::from_secs(60)));
    assert_eq!(node.cluster.take(&ada).await, Some(Ok(())));
    // What was used an hour ahead of now looks like this once the clock is right again.
    let mut redis = redis::Client::open(url).unwrap().get_connection().unwrap();
    let keys: Vec<String> = redis.keys(format!("{prefix}:limit:*")).unwrap();
    let (used, key) = (redis.get::<_, f64>(&keys[0]).unwrap(), &keys[0]);
    let ahead = used + 3_600_000_000.0;
    redis.set::<_, _, ()>(key, format!("{ahead:.0}")).unwrap();
    let Some(Err(wait)) = node.cluster.take(&ada).await else { panic!("all of it is used") };
    assert!(wait <= every, "{wait:?}");
}

#[tokio::test]
async fn many_at_once_are_no_way_around() {
    let Some((url, prefix)) = some_redis() else { return };
    let nodes = [Node::connected(&url, &prefix).await, Node::connected(&url, &prefix).await];
    let mut tries = tokio::task::JoinSet::new();
    for round in 0..100 {
        let cluster = nodes[round % 2].cluster.clone();
        tries.spawn(async move { cluster.take(&limit("ada", 10, Duration::from_secs(60))).await });
    }
    let passed = tries.join_all().await.into_iter().filter(|taken| *taken == Some(Ok(()))).count();
    assert_eq!(passed, 10);
}

#[tokio::test]
async fn without_redis_there_is_no_common_count() {
    let Some(mut redis) = Redis::start() else { return };
    let node = Node::connected(&redis.url(), "limits").await;
    let ada = limit("ada", 10, Duration::from_secs(60));
    assert_eq!(node.cluster.take(&ada).await, Some(Ok(())));
    redis.kill();
    node.becomes(BusState::Away).await;
    assert_eq!(node.cluster.take(&ada).await, None);
    node.cluster.give_back(&ada).await;
}
