//! A throwaway Redis Cluster on the loopback address: three masters, each with a replica that takes over when it is gone.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use super::ports::free_ports;
use super::redis::Redis;

/// Nobody is elected among fewer.
const MASTERS: usize = 3;
/// After so many milliseconds without a word the others take a member for gone.
const GONE_AFTER: &str = "2000";
/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster; ends with this value.
pub struct RedisCluster {
    /// In the beginning the first three are masters.
    members: Vec<Redis>,
}

impl RedisCluster {
    /// Sets one up, and waits until all members know each other.
    pub async fn set_up(folder: &Path) -> anyhow::Result<Self> {
        let mut members = Vec::new();
        for number in 0..2 * MASTERS {
            let own: PathBuf = folder.join(format!("redis{number}"));
            std::fs::create_dir_all(&own)?;
            let options = ["--cluster-enabled", "yes", "--cluster-node-timeout", GONE_AFTER];
            members.push(Redis::set_up_at(free_ports(), &own, &options).await?);
        }
        let cluster = Self { members };
        let mut create = Command::new("redis-cli");
        create.args(["--cluster", "create"]).args(cluster.members.iter().map(Redis::address));
        let created = create.args(["--cluster-replicas", "1", "--cluster-yes"]).output().await?;
        ensure!(created.status.success(), "no cluster: {}", String::from_utf8_lossy(&created.stdout));
        cluster.settle().await?;
        Ok(cluster)
    }

    /// For a server's settings: all members.
    pub fn url(&self) -> String {
        let addresses: Vec<String> = self.members.iter().map(Redis::address).collect();
        format!("redis://{}", addresses.join(","))
    }

    /// Ends a member as a crash does.
    pub async fn kill(&mut self, number: usize) -> anyhow::Result<()> {
        self.member(number)?.kill().await
    }

    /// Starts a member that was killed; it follows whoever has taken its place, if somebody has.
    pub async fn start(&mut self, number: usize) -> anyhow::Result<()> {
        self.member(number)?.start().await
    }

    fn member(&mut self, number: usize) -> anyhow::Result<&mut Redis> {
        self.members.get_mut(number).context("no such member")
    }

    /// Waits until all members find the cluster in order, and all replicas have what their masters have: one that never had
    /// it does not take over.
    async fn settle(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_settled().await? {
            ensure!(Instant::now() < deadline, "the cluster does not settle");
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn is_settled(&self) -> anyhow::Result<bool> {
        let mut replicas = 0;
        for member in &self.members {
            if !member.ask(&["CLUSTER", "INFO"]).await?.contains("cluster_state:ok") {
                return Ok(false);
            }
            replicas += usize::from(member.ask(&["INFO", "replication"]).await?.contains("master_link_status:up"));
        }
        Ok(replicas == MASTERS)
    }
}
