//! Redis's bad days: what is told here is heard here at once all the same, and the nodes find each other again.

use std::time::{Duration, Instant};

use chatapp_domain::event::Pos;
use chatapp_domain::ports::nodes::{BusState, Nodes, SharedLimit};
use chatapp_domain::ports::notifications::{Delivery, Notifier};
use chatapp_domain::user::UserId;

use crate::support::{Node, Proxy, Redis, connect, event, heard, silence, within};

/// How long a dead connection may go unnoticed, on a machine that is busy with other tests.
const NOTICED: Duration = Duration::from_secs(40);
/// How long a node may take to be in touch again.
const BACK: Duration = Duration::from_secs(40);

async fn becomes(node: &Node, state: BusState, limit: Duration) -> Duration {
    let began = Instant::now();
    within(limit, "another state of the bus", node.becomes(state)).await;
    began.elapsed()
}

/// What is told on a node is heard there without anything having been awaited.
fn local_news_is_heard_at_once(node: &Node) {
    let mut ear = connect(node, 77);
    node.cluster.notify(UserId(77), event(1));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let heard = futures_util::StreamExt::poll_next_unpin(&mut ear, &mut context);
    assert!(matches!(heard, std::task::Poll::Ready(Some(Delivery::Event(_)))), "{heard:?}");
}

async fn news_crosses(from: &Node, to: &Node) {
    let mut ear = connect(to, 5);
    from.cluster.notify(UserId(5), event(3));
    assert!(matches!(heard(&mut ear).await, Delivery::Event(event) if event.pos == Pos(3)));
}

/// Comparisons that were asked for before are not meant.
async fn forget_comparisons(node: &Node) {
    while tokio::time::timeout(Duration::from_millis(100), node.cluster.comparison()).await.is_ok() {}
}

#[tokio::test]
async fn a_node_works_without_redis_and_finds_it_later() {
    let Some(mut redis) = Redis::start() else { return };
    redis.kill();
    let (here, there) = (Node::start(&redis.url(), "late"), Node::start(&redis.url(), "late"));
    local_news_is_heard_at_once(&here);
    assert_eq!(here.cluster.bus(), BusState::Away);
    redis.start_again();
    for node in [&here, &there] {
        becomes(node, BusState::Connected, BACK).await;
        within(BACK, "a comparison", node.cluster.comparison()).await;
    }
    news_crosses(&here, &there).await;
}

#[tokio::test]
async fn redis_is_killed_and_comes_back_empty() {
    let Some(mut redis) = Redis::start() else { return };
    let (here, there) = (Node::connected(&redis.url(), "killed").await, Node::connected(&redis.url(), "killed").await);
    let _ear = connect(&there, 2);
    here.sees(2, true).await;
    for node in [&here, &there] {
        forget_comparisons(node).await;
    }
    redis.kill();
    for node in [&here, &there] {
        becomes(node, BusState::Away, NOTICED).await;
        local_news_is_heard_at_once(node);
    }
    // Long enough that the tries have become rare.
    tokio::time::sleep(Duration::from_secs(3)).await;
    redis.start_again();
    for node in [&here, &there] {
        becomes(node, BusState::Connected, BACK).await;
        within(BACK, "a comparison", node.cluster.comparison()).await;
    }
    news_crosses(&here, &there).await;
    news_crosses(&there, &here).await;
    here.sees(2, true).await;
}

#[tokio::test]
async fn redis_stands_still() {
    let Some(redis) = Redis::start() else { return };
    let (here, there) = (Node::with(&redis.url(), "frozen", |_| ()), Node::connected(&redis.url(), "frozen").await);
    becomes(&here, BusState::Connected, BACK).await;
    redis.freeze();
    let limit = SharedLimit { key: "ada".to_owned(), burst: 1, every: Duration::from_secs(60) };
    assert_eq!(here.cluster.take(&limit).await, None);
    assert_eq!(here.cluster.bus(), BusState::Connected, "whoever logs in does not wait until it is noticed");
    let noticed = becomes(&here, BusState::Away, NOTICED).await;
    local_news_is_heard_at_once(&here);
    eprintln!("frozen: noticed after {noticed:?}");
    becomes(&there, BusState::Away, NOTICED).await;
    // Past the second missed ping, so that the connection is thrown away too.
    tokio::time::sleep(Duration::from_secs(4)).await;
    redis.thaw();
    becomes(&here, BusState::Connected, BACK).await;
    becomes(&there, BusState::Connected, BACK).await;
    news_crosses(&here, &there).await;
}

#[tokio::test]
async fn a_silent_cut_is_noticed_and_got_over() {
    let Some(redis) = Redis::start() else { return };
    let proxy = Proxy::to(redis.port()).await;
    let (here, there) = (Node::connected(&proxy.url(), "cut").await, Node::connected(&redis.url(), "cut").await);
    forget_comparisons(&here).await;
    forget_comparisons(&there).await;
    proxy.cut();
    let noticed = becomes(&here, BusState::Away, NOTICED).await;
    becomes(&there, BusState::Connected, BACK).await;
    let mut ear = connect(&there, 1);
    here.cluster.notify(UserId(1), event(1));
    tokio::time::sleep(Duration::from_secs(6)).await;
    here.cluster.notify(UserId(1), event(2));
    silence(&mut ear);
    assert!(here.cluster.lost() > 0);
    proxy.heal();
    let back = becomes(&here, BusState::Connected, BACK).await;
    eprintln!("cut: noticed after {noticed:?}, back {back:?} after it healed");
    within(BACK, "a comparison here", here.cluster.comparison()).await;
    within(BACK, "a comparison there, where something was missed", there.cluster.comparison()).await;
    news_crosses(&here, &there).await;
    news_crosses(&there, &here).await;
}

#[tokio::test]
async fn a_cut_on_the_way_is_no_end_of_others() {
    let Some(redis) = Redis::start() else { return };
    let proxy = Proxy::to(redis.port()).await;
    let (here, there) = (Node::connected(&proxy.url(), "expire").await, Node::connected(&redis.url(), "expire").await);
    let (_one, _other) = (connect(&here, 1), connect(&there, 2));
    here.sees(2, true).await;
    there.sees(1, true).await;
    proxy.cut();
    // Neither can know what became of the other, so in the end neither claims anything.
    here.sees(2, false).await;
    there.sees(1, false).await;
    proxy.heal();
    here.sees(2, true).await;
    there.sees(1, true).await;
}

#[tokio::test]
async fn a_full_queue_is_counted_and_not_waited_for() {
    let Some(redis) = Redis::start() else { return };
    let here = Node::with(&redis.url(), "full", |settings| settings.queue = 10);
    becomes(&here, BusState::Connected, BACK).await;
    let mut ear = connect(&here, 1);
    for pos in 1..=50 {
        here.cluster.notify(UserId(1), event(pos));
    }
    // Nothing else had a turn meanwhile, so all but what fits is lost to the others, and nothing is lost here.
    assert_eq!(here.cluster.lost(), 40);
    for pos in 1..=50 {
        assert!(matches!(heard(&mut ear).await, Delivery::Event(event) if event.pos == Pos(pos)));
    }
}
