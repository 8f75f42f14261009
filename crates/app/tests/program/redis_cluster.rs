//! Two servers on one MariaDB with a Redis Cluster between them: three masters, which the work is spread over.

use std::time::{Duration, Instant};

use chatapp_chaos::stage::{Redis, RedisCluster};
use serde_json::{Value, json};

use crate::bus::{NEVER, OFTEN, bus_becomes, crosses, listening, wrong_log_ins};
use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::server::Server;
use crate::support::socket::Socket;

/// So many that each master has somebody.
const PEOPLE: [&str; 12] = ["ada", "bob", "cem", "dan", "eve", "fay", "gil", "hal", "ida", "joe", "kim", "lea"];

struct Nodes {
    here: Server,
    there: Server,
    redis: RedisCluster,
    _folder: tempfile::TempDir,
}

impl Nodes {
    /// Nothing where MariaDB or Redis is not there.
    async fn start(compare_every: &str, settings: &[(&'static str, &str)]) -> Option<Self> {
        let place = Place::on(Engine::Mysql)?;
        if !Redis::is_installed() {
            eprintln!("SKIPPED: redis-server is not installed, so no cluster of them is tested");
            return None;
        }
        place.people(&PEOPLE);
        let folder = tempfile::tempdir().unwrap();
        let redis = RedisCluster::set_up(folder.path()).await.unwrap();
        let place = place.with("CHATAPP_REDIS_URL", redis.url()).with("CHATAPP_COMPARE_EVERY", compare_every);
        let place = settings.iter().fold(place, |place, (variable, value)| place.with(variable, *value));
        let here = Server::in_place(place);
        let there = here.beside();
        let nodes = Self { here, there, redis, _folder: folder };
        nodes.are_in_touch().await;
        Some(nodes)
    }

    async fn are_in_touch(&self) {
        for server in [&self.here, &self.there] {
            bus_becomes(server, "connected").await;
        }
    }

    /// Everybody at the second server, with a socket each; and somebody at the first who writes to them.
    async fn crowd(&self) -> (Client, Vec<Socket>) {
        let ada = Client::log_in(&self.here, "ada").await;
        let mut ears = Vec::new();
        for name in &PEOPLE[1..] {
            ears.push(listening(&Client::log_in(&self.there, name).await).await);
        }
        (ada, ears)
    }
}

/// A message to everybody, each of which is told on the other server; gives the longest that one took.
async fn everybody_is_told(ada: &Client, ears: &mut [Socket]) -> Duration {
    let mut longest = Duration::ZERO;
    for (name, ear) in PEOPLE[1..].iter().zip(ears) {
        let sent = Instant::now();
        crosses(ada, name, ear).await;
        longest = longest.max(sent.elapsed());
    }
    longest
}

#[tokio::test]
async fn everything_crosses_through_a_cluster_of_three_masters() {
    let settings = [("CHATAPP_THROTTLE", "on"), ("CHATAPP_LOG_INS_PER_ADDRESS", "1000")];
    let Some(nodes) = Nodes::start(NEVER, &settings).await else { return };
    let checked = nodes.here.place.run(&["check"]);
    assert!(checked.stdout.contains(", a cluster with 3 masters, at redis://127.0.0.1:"), "{}", checked.stdout);

    let (ada, mut ears) = nodes.crowd().await;
    everybody_is_told(&ada, &mut ears).await;
    let mut watcher = listening(&ada).await;
    watcher.say(&json!({"type": "watch", "users": ["bob"]})).await;
    assert_eq!(watcher.next_of_type("presence").await["online"], true);
    let mut bob = ears.remove(0);
    bob.say(&json!({"type": "typing", "conversation": "ada", "typing": true})).await;
    assert_eq!(watcher.next_of_type("typing").await["conversation"], "bob");
    drop(bob);
    assert_eq!(watcher.next_of_type("presence").await["online"], false);

    let mut ends = listening(&ada.at(&nodes.there)).await;
    assert_eq!(ada.any("DELETE", "/api/v1/session/", &Value::Null).await.status(), 204);
    assert_eq!(ends.close_code().await, 4401);
    let mut change = nodes.here.place.chatapp(&["changepassword", "kim", "--noinput"]);
    assert!(change.env("CHATAPP_PASSWORD", "another good one").output().unwrap().status.success());
    assert_eq!(ears[8].close_code().await, 4401, "a command finds the right master too");
    for name in ["gil", "hal", "ida"] {
        let looked_at = wrong_log_ins(&[&nodes.here, &nodes.there], name, 40).await;
        assert!((10..=11).contains(&looked_at), "{name}'s guesses are counted together: {looked_at}");
    }
}

#[tokio::test]
async fn nobody_notices_that_a_master_was_killed() {
    let Some(mut nodes) = Nodes::start(OFTEN, &[]).await else { return };
    let (ada, mut ears) = nodes.crowd().await;
    everybody_is_told(&ada, &mut ears).await;
    nodes.redis.kill(0).await.unwrap();
    // Every message is taken, and told at once or found in the database.
    let longest = everybody_is_told(&ada, &mut ears).await;
    eprintln!("while a master was gone, the slowest news took {longest:?}");
    nodes.are_in_touch().await;
    everybody_is_told(&ada, &mut ears).await;
    // It follows the one that took its place.
    nodes.redis.start(0).await.unwrap();
    everybody_is_told(&ada, &mut ears).await;
}
