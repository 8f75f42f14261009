//! A throwaway Redis of the run's own: it can be killed, frozen and started again, and comes back with nothing in it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::server::free_port;
use super::stillness::stop;

const DAEMON: &str = "redis-server";
/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Redis server.
pub struct Redis {
    log: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Redis {
    /// Whether it can be set up here.
    pub fn is_installed() -> bool {
        let asked =
            std::process::Command::new(DAEMON).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    }

    /// Starts one with its log in `folder`.
    pub async fn set_up(folder: &Path) -> anyhow::Result<Self> {
        let mut redis = Self { log: folder.join("redis.log"), port: free_port(), child: None };
        redis.start().await?;
        Ok(redis)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// For a server's settings.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it where it was and waits until it takes connections.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(DAEMON);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/"]);
        command.arg("--port").arg(self.port.to_string()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut child = command.spawn().context("Redis is not installed")?;
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let has_ended = child.try_wait()?.is_some();
            anyhow::ensure!(!has_ended && Instant::now() < deadline, "Redis did not start");
            sleep(Duration::from_millis(10)).await;
        }
        self.child = Some(child);
        Ok(())
    }

    /// Ends it as a crash does.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            timeout(PATIENCE, child.kill()).await??;
        }
        Ok(())
    }

    /// Stops its process where it is, and waits until it stands still.
    pub async fn freeze(&self) -> anyhow::Result<()> {
        stop(self.pid()?).await
    }

    /// Lets its process go on.
    pub fn thaw(&self) -> anyhow::Result<()> {
        Ok(kill_process(self.pid()?, Signal::CONT)?)
    }

    fn pid(&self) -> anyhow::Result<Pid> {
        let id = self.child.as_ref().and_then(Child::id).context("Redis does not run")?;
        Pid::from_raw(i32::try_from(id)?).context("no process")
    }
}
