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

use super::ports::free_port;
use super::stillness::stop;

const DAEMON: &str = "redis-server";
/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Redis server.
pub struct Redis {
    folder: PathBuf,
    port: u16,
    options: Vec<String>,
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
        Self::set_up_at(free_port(), folder, &[]).await
    }

    /// Starts one at a port, with more options.
    pub(super) async fn set_up_at(port: u16, folder: &Path, options: &[&str]) -> anyhow::Result<Self> {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut redis = Self { folder: folder.to_owned(), port, options, child: None };
        redis.start().await?;
        Ok(redis)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// For a server's settings.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// Host and port.
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it answers to a command.
    pub(super) async fn ask(&self, command: &[&str]) -> anyhow::Result<String> {
        let answer = Command::new("redis-cli").arg("-p").arg(self.port.to_string()).args(command).output().await?;
        Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
    }

    /// Starts it where it was and waits until it takes connections.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.join("redis.log"))?;
        let mut command = Command::new(DAEMON);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.arg("--dir").arg(&self.folder).arg("--port").arg(self.port.to_string()).args(&self.options);
        command.kill_on_drop(true);
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
