//! Who is connected on which node. Each node writes its own people down in Redis, under a sign of life that expires; it
//! tells the others each change, and reads those whose changes it did not follow.

use std::collections::HashSet;
use std::time::Duration;

use chatapp_domain::user::UserId;
use redis::Pipeline;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Shared;
use super::envelope::{self, News, NodeId};
use super::link::{Link, LinkError};

/// How often a node gives a sign of life, and looks at those of others.
const BEAT: Duration = Duration::from_secs(3);
/// How long a sign of life counts. A node that was killed is gone for all others after this and one beat.
const ALIVE: u64 = 10;
/// What is promised of a node that was killed, in seconds. Half of it is for machines that are busy.
const _: () = assert!(ALIVE + BEAT.as_secs() <= 15);
/// How long the people of a dead node stay in Redis.
const PEOPLE_KEPT: u64 = 120;
/// How many people one command names.
const CHUNK: usize = 1000;
/// How long changes are collected, so that everybody who comes back after a restart is told in few pieces.
const COLLECTING: Duration = Duration::from_millis(20);

/// One node's presence, for as long as one connection lasts.
pub(super) struct Presence<'a> {
    shared: &'a Shared,
    link: &'a Link,
    /// The number of the last change that was told.
    seq: &'a mut u64,
}

impl<'a> Presence<'a> {
    pub(super) fn new(shared: &'a Shared, link: &'a Link, seq: &'a mut u64) -> Self {
        Self { shared, link, seq }
    }

    /// Goes on for ever; gives why it cannot.
    pub(super) async fn keep_up(mut self) -> LinkError {
        match self.try_to().await {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }

    async fn try_to(&mut self) -> Result<std::convert::Infallible, LinkError> {
        self.rewrite().await?;
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beat.tick() => self.beat().await?,
                moved = self.shared.outgoing.next_moved() => {
                    sleep(COLLECTING).await;
                    self.tell(moved).await?;
                }
                outdated = self.shared.peers.next_outdated() => {
                    for node in outdated {
                        self.read(node).await?;
                    }
                }
            }
        }
    }

    /// Writes everyone down who is here.
    async fn rewrite(&mut self) -> Result<(), LinkError> {
        self.shared.outgoing.forget_moved();
        let people = self.shared.registry.connected_users();
        *self.seq += 1;
        let mut all = Pipeline::new();
        let key = self.shared.names.people(self.shared.node);
        all.atomic().del(&key).ignore();
        for chunk in people.chunks(CHUNK) {
            all.sadd(&key, numbers(chunk)).ignore();
        }
        self.sign(&mut all);
        self.link.send::<()>(&all).await?;
        self.publish(&News::Rewritten { seq: *self.seq }).await
    }

    /// Tells who came and went. What counts is where they are now.
    async fn tell(&mut self, moved: HashSet<UserId>) -> Result<(), LinkError> {
        let (here, gone): (Vec<UserId>, Vec<UserId>) =
            moved.into_iter().partition(|user| self.shared.registry.is_here(*user));
        let changes = here.chunks(CHUNK).map(|came| (came, [].as_slice()));
        let changes: Vec<_> = changes.chain(gone.chunks(CHUNK).map(|went| ([].as_slice(), went))).collect();
        let key = self.shared.names.people(self.shared.node);
        for (came, went) in changes {
            *self.seq += 1;
            let mut all = Pipeline::new();
            all.atomic();
            if !came.is_empty() {
                all.sadd(&key, numbers(came)).ignore();
            }
            if !went.is_empty() {
                all.srem(&key, numbers(went)).ignore();
            }
            self.sign(&mut all);
            self.link.send::<()>(&all).await?;
            self.publish(&News::Presence { seq: *self.seq, came: came.to_vec(), went: went.to_vec() }).await?;
        }
        Ok(())
    }

    /// Gives a sign of life and looks at those of the others.
    async fn beat(&mut self) -> Result<(), LinkError> {
        let (names, node) = (&self.shared.names, self.shared.node);
        let mut all = Pipeline::new();
        all.exists(names.alive(node));
        self.sign(&mut all);
        all.smembers(names.nodes());
        let (known, nodes): (bool, Vec<String>) = self.link.send(&all).await?;
        if !known {
            // Redis has forgotten, or this node was silent for so long that the others have.
            self.rewrite().await?;
        }
        let others: Vec<NodeId> = nodes.iter().filter_map(|name| NodeId::parse(name)).filter(|n| *n != node).collect();
        self.look_at(&others).await
    }

    async fn look_at(&self, others: &[NodeId]) -> Result<(), LinkError> {
        let (names, peers) = (&self.shared.names, &self.shared.peers);
        let mut signs: Vec<Option<u64>> = Vec::new();
        if !others.is_empty() {
            let keys: Vec<String> = others.iter().map(|node| names.alive(*node)).collect();
            (signs,) = self.link.send(Pipeline::new().mget(keys)).await?;
        }
        let mut forget = Pipeline::new();
        let mut alive = HashSet::new();
        for (node, sign) in others.iter().zip(signs) {
            if let Some(seq) = sign {
                alive.insert(*node);
                peers.is_at(*node, seq);
            } else {
                forget.srem(names.nodes(), node.to_string()).ignore();
                forget.del(names.people(*node)).ignore();
            }
        }
        peers.only(&alive);
        if forget.is_empty() { Ok(()) } else { self.link.send(&forget).await }
    }

    /// Reads who is on another node.
    async fn read(&self, node: NodeId) -> Result<(), LinkError> {
        let names = &self.shared.names;
        let mut both = Pipeline::new();
        both.atomic().get(names.alive(node)).smembers(names.people(node));
        let (seq, people): (Option<u64>, Vec<i64>) = self.link.send(&both).await?;
        match seq {
            Some(seq) => self.shared.peers.replace(node, seq, people.into_iter().map(UserId).collect()),
            None => self.shared.peers.gone(node),
        }
        Ok(())
    }

    /// Leaves, so that the others need not wait until this node's sign of life has expired.
    pub(super) async fn leave(self) -> Result<(), LinkError> {
        let (names, node) = (&self.shared.names, self.shared.node);
        let mut all = Pipeline::new();
        all.atomic().del(names.alive(node)).ignore();
        all.del(names.people(node)).ignore();
        all.srem(names.nodes(), node.to_string()).ignore();
        self.link.send::<()>(&all).await?;
        self.publish(&News::Left).await
    }

    fn sign(&self, all: &mut Pipeline) {
        let (names, node) = (&self.shared.names, self.shared.node);
        all.set_ex(names.alive(node), *self.seq, ALIVE).ignore();
        all.expire(names.people(node), PEOPLE_KEPT.cast_signed()).ignore();
        all.sadd(names.nodes(), node.to_string()).ignore();
    }

    /// Tells all nodes. Never within a transaction: up to 7.2, Redis breaks its own protocol when what is published there
    /// comes back to the same connection.
    async fn publish(&self, news: &News) -> Result<(), LinkError> {
        let Some(bytes) = envelope::close(self.shared.node, news) else { return Ok(()) };
        let mut one = Pipeline::new();
        self.link.publish(&mut one, self.shared.names.of_all(), bytes);
        self.link.send(&one).await
    }
}

fn numbers(users: &[UserId]) -> Vec<i64> {
    users.iter().map(|user| user.0).collect()
}
