//! A Redis Cluster: the work is spread over its masters, and nobody stays deaf when one of them is another server.

use std::collections::HashSet;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use chatapp_domain::event::Pos;
use chatapp_domain::ports::nodes::{BusState, Nodes, SharedLimit};
use chatapp_domain::ports::notifications::{Delivery, Notifier};
use chatapp_domain::user::UserId;
use chatapp_notification_hub::{RedisUrl, probe};
use futures_util::StreamExt;

use crate::crossing::events_cross_once_and_in_order;
use crate::support::{Ear, Node, Redis, RedisCluster, connect, event, heard, within};

/// So many that every channel has somebody.
const PEOPLE: i64 = 400;
/// How long a failover may take on a machine that is busy with other tests.
const BACK: Duration = Duration::from_secs(60);

/// Two nodes, and everybody's ears on the second.
struct Pair {
    here: Node,
    there: Node,
    ears: Vec<Ear>,
    told: i64,
}

impl Pair {
    async fn on(cluster: &RedisCluster, prefix: &str) -> Self {
        let (here, there) =
            (Node::connected(&cluster.url(0), prefix).await, Node::connected(&cluster.url(1), prefix).await);
        let ears = (1..=PEOPLE).map(|id| connect(&there, id)).collect();
        Self { here, there, ears, told: 0 }
    }

    fn both(&self) -> [&Node; 2] {
        [&self.here, &self.there]
    }

    /// Tells everybody something; gives its position.
    fn tell_everybody(&mut self) -> Pos {
        self.told += 1;
        (1..=PEOPLE).for_each(|id| self.here.cluster.notify(UserId(id), event(self.told)));
        Pos(self.told)
    }

    /// Everybody hears of a position, whatever they hear of before.
    async fn everybody_hears(&mut self, pos: Pos) {
        for ear in &mut self.ears {
            while !matches!(heard(ear).await, Delivery::Event(event) if event.pos == pos) {}
        }
    }

    async fn news_crosses(&mut self) {
        let pos = self.tell_everybody();
        self.everybody_hears(pos).await;
    }

    /// Who has heard something that they had not been asked for yet.
    fn hear_something(&mut self) -> HashSet<usize> {
        let mut context = Context::from_waker(Waker::noop());
        let ears = self.ears.iter_mut().enumerate();
        ears.filter_map(|(place, ear)| matches!(ear.poll_next_unpin(&mut context), Poll::Ready(_)).then_some(place))
            .collect()
    }

    /// Waits until so many have heard something, or it was counted as lost since `lost` was. Gives how many have heard.
    async fn are_told_or_lost(&mut self, most: usize, lost: u64) -> usize {
        let mut reached = HashSet::new();
        let told = async {
            while reached.len() + usize::try_from(self.here.cluster.lost() - lost).unwrap() < most {
                tokio::time::sleep(Duration::from_millis(5)).await;
                reached.extend(self.hear_something());
            }
        };
        within(BACK, "everybody to be told or lost", told).await;
        reached.len()
    }

    /// Comparisons that were asked for before are not meant.
    async fn forget_comparisons(&self) {
        for node in self.both() {
            while tokio::time::timeout(Duration::from_millis(200), node.cluster.comparison()).await.is_ok() {}
        }
    }

    async fn become_connected_and_compare(&self) {
        for node in self.both() {
            within(BACK, "the bus to be back", node.becomes(BusState::Connected)).await;
            within(BACK, "a comparison", node.cluster.comparison()).await;
        }
    }

    /// Each of many limits, whichever master they are at, is counted by both together. Whoever looks for one where it no
    /// longer is counts alone until the next look.
    async fn count_together(&self, what: &str) {
        let tries =
            (0..50).map(|number| SharedLimit { key: format!("try {number}"), burst: 9, every: Duration::from_secs(1) });
        for limit in tries {
            for node in self.both() {
                let answered = async { while node.cluster.take(&limit).await.is_none() {} };
                within(BACK, "a master that counts", answered).await;
            }
        }
        for number in 0..50 {
            let limit = SharedLimit { key: format!("{what} {number}"), burst: 2, every: Duration::from_secs(60) };
            assert_eq!(self.here.cluster.take(&limit).await, Some(Ok(())));
            assert_eq!(self.there.cluster.take(&limit).await, Some(Ok(())));
            assert!(matches!(self.here.cluster.take(&limit).await, Some(Err(_))));
            self.there.cluster.give_back(&limit).await;
            assert_eq!(self.here.cluster.take(&limit).await, Some(Ok(())));
        }
    }

    /// Presence follows who comes and goes.
    async fn see_each_other(&self) {
        let ear = connect(&self.here, 1000);
        self.there.sees(1000, true).await;
        drop(ear);
        self.there.sees(1000, false).await;
        self.here.sees(PEOPLE, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_shares_the_work_and_slots_may_move() {
    let Some(mut cluster) = RedisCluster::start() else { return };
    events_cross_once_and_in_order(&cluster.url(2), "crossing").await;
    let mut nodes = Pair::on(&cluster, "spread").await;
    let listened = cluster.channels();
    assert!(listened[..3].iter().all(|count| *count > 10), "each master has its share: {listened:?}");
    assert_eq!(listened.iter().sum::<usize>(), 65, "and nobody listens anywhere else: {listened:?}");
    nodes.news_crosses().await;
    nodes.see_each_other().await;
    nodes.count_together("before").await;
    assert_eq!((nodes.here.cluster.lost(), nodes.there.cluster.lost()), (0, 0));
    assert_eq!(nodes.here.cluster.count(), 2);

    nodes.forget_comparisons().await;
    cluster.move_slots(0, 1, 2000);
    cluster.settles(3);
    for node in nodes.both() {
        within(BACK, "a comparison", node.cluster.comparison()).await;
    }
    settle(&cluster, &nodes).await;
    let moved = cluster.channels();
    assert!(moved[0] < listened[0] && moved[1] > listened[1], "{listened:?} became {moved:?}");
    nodes.news_crosses().await;
    nodes.see_each_other().await;
    nodes.count_together("after").await;
}

/// Waits until all channels are listened to again, at whoever has them.
async fn settle(cluster: &RedisCluster, nodes: &Pair) {
    let settled = async {
        while cluster.channels().iter().sum::<usize>() != 65
            || nodes.both().iter().any(|node| node.cluster.bus() != BusState::Connected)
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    within(BACK, "all channels to be listened to", settled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_dies_and_its_replica_takes_over() {
    let Some(mut cluster) = RedisCluster::start() else { return };
    let mut nodes = Pair::on(&cluster, "failover").await;
    nodes.news_crosses().await;
    nodes.forget_comparisons().await;
    // The one that both were told of is still one of them.
    cluster.members[0].kill();
    let began = Instant::now();
    for node in nodes.both() {
        within(BACK, "the loss to be noticed", node.becomes(BusState::Away)).await;
    }
    let noticed = began.elapsed();
    let lost = nodes.here.cluster.lost();
    nodes.tell_everybody();
    let reached = nodes.are_told_or_lost(400, lost).await;
    assert!(reached > 100 && reached < 400, "the others go on: {reached}");
    nodes.become_connected_and_compare().await;
    eprintln!("a master died: noticed after {noticed:?}, its replica used after {:?}", began.elapsed());
    nodes.news_crosses().await;
    nodes.see_each_other().await;
    nodes.count_together("with a replica").await;
    assert!(nodes.here.cluster.lost() > 0, "what could not be told is counted");

    // Back as a replica, which is not to be mistaken for what it was.
    cluster.members[0].start_again();
    cluster.settles(3);
    nodes.news_crosses().await;
    nodes.see_each_other().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_stands_still_and_is_replaced() {
    let Some(mut cluster) = RedisCluster::start() else { return };
    let mut nodes = Pair::on(&cluster, "frozen").await;
    nodes.forget_comparisons().await;
    cluster.members[1].freeze();
    for node in nodes.both() {
        within(BACK, "the loss to be noticed", node.becomes(BusState::Away)).await;
    }
    nodes.become_connected_and_compare().await;
    nodes.news_crosses().await;
    cluster.members[1].thaw();
    cluster.settles(3);
    nodes.news_crosses().await;
    nodes.see_each_other().await;
    nodes.count_together("after the frost").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_cluster_is_used() {
    let Some(mut cluster) = RedisCluster::start() else { return };
    let mut nodes = Pair::on(&cluster, "left").await;
    nodes.news_crosses().await;
    let replica = cluster.replica_of(2);
    cluster.members[replica].kill();
    cluster.members[2].kill();
    for node in nodes.both() {
        within(BACK, "the loss to be noticed", node.becomes(BusState::Away)).await;
    }
    // All others say that the cluster is down, and refuse to keep anything.
    cluster.is_down();
    nodes.hear_something();
    let lost = nodes.here.cluster.lost();
    nodes.tell_everybody();
    let heard = nodes.are_told_or_lost(400, lost).await;
    assert!(heard > 100, "{heard} heard");
    cluster.members[2].start_again();
    nodes.become_connected_and_compare().await;
    nodes.news_crosses().await;
    nodes.see_each_other().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_member_that_answers_leads_to_all() {
    let Some(mut cluster) = RedisCluster::start() else { return };
    cluster.members[0].kill();
    let url = RedisUrl::parse(&cluster.urls()).unwrap();
    let here = Node::start(&cluster.urls(), "seeds");
    let there = Node::start(&cluster.urls(), "seeds");
    for node in [&here, &there] {
        within(BACK, "the replica to take over", node.becomes(BusState::Connected)).await;
    }
    assert!(within(BACK, "an answer", probe(&url)).await.unwrap().contains("a cluster with 3 masters"));
    let mut ear = connect(&there, 7);
    here.cluster.notify(UserId(7), event(1));
    assert!(matches!(heard(&mut ear).await, Delivery::Event(_)));
}

#[tokio::test]
async fn several_servers_that_are_no_cluster_are_refused() {
    let (Some(one), Some(other)) = (Redis::start(), Redis::start()) else { return };
    let url = RedisUrl::parse(&format!("{},127.0.0.1:{}", one.url(), other.port())).unwrap();
    let error = probe(&url).await.unwrap_err().to_string();
    assert!(error.contains("is not in a cluster"), "{error}");
}
