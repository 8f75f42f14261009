//! A throwaway Redis Cluster: three masters, each with a replica that takes over when it is gone.

use std::process::Command;
use std::time::{Duration, Instant};

use redis::{Connection, cmd};

use super::redis::Redis;

const MASTERS: usize = 3;
/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(40);
/// After so many milliseconds without a word the others take a member for gone: long enough that none of them is that is only
/// slow, and that what happens before another takes its place can be seen.
const GONE_AFTER: &str = "4000";

/// Its members, of which the first three are masters in the beginning.
pub(crate) struct RedisCluster {
    pub(crate) members: Vec<Redis>,
}

impl RedisCluster {
    /// Starts one; says so and gives nothing where Redis is not installed.
    pub(crate) fn start() -> Option<Self> {
        let options = ["--cluster-enabled", "yes", "--cluster-node-timeout", GONE_AFTER];
        let members: Vec<Redis> = (0..2 * MASTERS).map(|_| Redis::start_member(&options)).collect::<Option<_>>()?;
        let mut cluster = Self { members };
        let addresses = cluster.members.iter().map(|member| format!("127.0.0.1:{}", member.port()));
        let mut create = Command::new("redis-cli");
        create.args(["--cluster", "create"]).args(addresses).args(["--cluster-replicas", "1", "--cluster-yes"]);
        let created = create.output().unwrap();
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stdout));
        cluster.settles(MASTERS);
        Some(cluster)
    }

    /// Its address by one member.
    pub(crate) fn url(&self, member: usize) -> String {
        self.members[member].url()
    }

    /// Its address by all members.
    pub(crate) fn urls(&self) -> String {
        let addresses: Vec<String> = self.members.iter().map(|member| format!("127.0.0.1:{}", member.port())).collect();
        format!("redis://{}", addresses.join(","))
    }

    /// Waits until every member that runs finds the cluster in order, and so many replicas could take over.
    pub(crate) fn settles(&mut self, replicas: usize) {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_settled(replicas) {
            assert!(Instant::now() < deadline, "the cluster does not settle");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_settled(&mut self, replicas: usize) -> bool {
        let running: Vec<&mut Redis> =
            self.members.iter_mut().filter_map(|member| member.runs().then_some(member)).collect();
        let in_order = |member: &Redis| asked(member, "CLUSTER", "INFO").contains("cluster_state:ok");
        let ready = |member: &Redis| asked(member, "INFO", "replication").contains("master_link_status:up");
        running.iter().all(|member| in_order(member))
            && running.iter().filter(|member| ready(member)).count() == replicas
    }

    /// Waits until every member that runs finds the cluster down.
    pub(crate) fn is_down(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let mut running: Vec<&mut Redis> = self.members.iter_mut().collect();
        running.retain_mut(|member| member.runs());
        while running.iter().any(|member| !asked(member, "CLUSTER", "INFO").contains("cluster_state:fail")) {
            assert!(Instant::now() < deadline, "the cluster is not down");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How many channels are listened to on each member.
    pub(crate) fn channels(&self) -> Vec<usize> {
        let count = |member: &Redis| {
            let channels: Vec<String> = cmd("PUBSUB").arg("SHARDCHANNELS").query(&mut connection(member)).unwrap();
            channels.len()
        };
        self.members.iter().map(count).collect()
    }

    /// The replica of a member.
    pub(crate) fn replica_of(&self, master: usize) -> usize {
        let line = format!("master_port:{}\r", self.members[master].port());
        let is_replica = |member: &Redis| asked(member, "INFO", "replication").contains(&line);
        self.members.iter().position(is_replica).unwrap()
    }

    /// Gives slots of one master to another one.
    pub(crate) fn move_slots(&self, from: usize, to: usize, count: usize) {
        let id = |member: usize| -> String {
            cmd("CLUSTER").arg("MYID").query(&mut connection(&self.members[member])).unwrap()
        };
        let mut reshard = Command::new("redis-cli");
        reshard.args(["--cluster", "reshard", &format!("127.0.0.1:{}", self.members[from].port())]);
        reshard.args(["--cluster-from", &id(from), "--cluster-to", &id(to)]);
        reshard.args(["--cluster-slots", &count.to_string(), "--cluster-yes"]);
        let done = reshard.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
}

fn connection(member: &Redis) -> Connection {
    redis::Client::open(member.url()).unwrap().get_connection().unwrap()
}

fn asked(member: &Redis, command: &str, what: &str) -> String {
    cmd(command).arg(what).query(&mut connection(member)).unwrap()
}
