//! Who is connected on which node. Each node writes its own people down in Redis, under a sign of life that expires; it
//! tells the others each change, and reads those whose changes it did not follow.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use chatapp_domain::user::UserId;
use redis::Pipeline;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout_at};

use super::Shared;
use super::envelope::{News, NodeId};
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

/// For how long what is known of the other nodes counts without a connection: as long as a dead node's sign of life.
const KNOWN_FOR: Duration = Duration::from_secs(20);

/// Between tries while a cluster is in disorder.
const PAUSE: Duration = Duration::from_secs(1);

/// What lasts from one connection to the next.
pub(super) struct Progress {
    /// The number of the last change that was told.
    seq: u64,
    /// When the signs of life were last looked at.
    looked_at: Instant,
}

impl Progress {
    pub(super) fn begin() -> Self {
        Self { seq: 0, looked_at: Instant::now() }
    }
}

/// Keeps it up on whichever connection there is, for ever.
pub(super) async fn keep_up(shared: &Shared, progress: &mut Progress) -> Infallible {
    let mut homes = shared.homes();
    loop {
        let forget_at = progress.looked_at + KNOWN_FOR;
        if timeout_at(forget_at, homes.wait_for(Option::is_some)).await.is_err() {
            shared.peers.only(&HashSet::new());
            // Nobody else is known any more, so this may take as long as it likes.
            let _ = homes.wait_for(Option::is_some).await;
        }
        let Some(link) = homes.borrow_and_update().clone() else { continue };
        let error = tokio::select! {
            error = Presence::new(shared, &link, progress).keep_up() => Some(error),
            _ = homes.changed() => None,
        };
        shared.moved.end();
        match error {
            // It is no fault of the connection's, which others use.
            Some(error) if error.is_of_cluster() => {
                log::debug!("presence is not kept now: {error}");
                shared.look_again();
                if progress.looked_at.elapsed() >= KNOWN_FOR {
                    shared.peers.only(&HashSet::new());
                }
                sleep(PAUSE).await;
            }
            Some(error) => {
                link.doubt(error);
                let _ = homes.changed().await;
            }
            None => {}
        }
    }
}

/// One node's presence, for as long as one connection lasts.
pub(super) struct Presence<'a> {
    shared: &'a Shared,
    link: &'a Link,
    progress: &'a mut Progress,
}

impl<'a> Presence<'a> {
    pub(super) fn new(shared: &'a Shared, link: &'a Link, progress: &'a mut Progress) -> Self {
        Self { shared, link, progress }
    }

    /// Goes on for ever; gives why it cannot.
    async fn keep_up(mut self) -> LinkError {
        match self.try_to().await {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }

    async fn try_to(&mut self) -> Result<Infallible, LinkError> {
        self.rewrite().await?;
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beat.tick() => self.beat().await?,
                moved = self.shared.moved.next() => {
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
        self.shared.moved.begin();
        let people = self.shared.registry.connected_users();
        self.progress.seq += 1;
        let mut all = Pipeline::new();
        let key = self.shared.names.people(self.shared.node);
        all.atomic().del(&key).ignore();
        for chunk in people.chunks(CHUNK) {
            all.sadd(&key, numbers(chunk)).ignore();
        }
        self.sign(&mut all);
        self.link.send::<()>(&all).await?;
        self.shared.tell_nodes(&News::Rewritten { seq: self.progress.seq }).await;
        Ok(())
    }

    /// Tells who came and went. What counts is where they are now.
    async fn tell(&mut self, moved: HashSet<UserId>) -> Result<(), LinkError> {
        let (here, gone): (Vec<UserId>, Vec<UserId>) =
            moved.into_iter().partition(|user| self.shared.registry.is_here(*user));
        let changes = here.chunks(CHUNK).map(|came| (came, [].as_slice()));
        let changes: Vec<_> = changes.chain(gone.chunks(CHUNK).map(|went| ([].as_slice(), went))).collect();
        let key = self.shared.names.people(self.shared.node);
        for (came, went) in changes {
            self.progress.seq += 1;
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
            let news = News::Presence { seq: self.progress.seq, came: came.to_vec(), went: went.to_vec() };
            self.shared.tell_nodes(&news).await;
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
        self.look_at(&others).await?;
        self.progress.looked_at = Instant::now();
        Ok(())
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
        self.shared.tell_nodes(&News::Left).await;
        Ok(())
    }

    fn sign(&self, all: &mut Pipeline) {
        let (names, node) = (&self.shared.names, self.shared.node);
        all.set_ex(names.alive(node), self.progress.seq, ALIVE).ignore();
        all.expire(names.people(node), PEOPLE_KEPT.cast_signed()).ignore();
        all.sadd(names.nodes(), node.to_string()).ignore();
    }
}

fn numbers(users: &[UserId]) -> Vec<i64> {
    users.iter().map(|user| user.0).collect()
}
