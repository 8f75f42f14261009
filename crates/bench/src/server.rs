//! A ChatApp server of the bench's own, on a free port in a folder that goes away.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use tempfile::TempDir;

use crate::floor::port_of;
use crate::http::Connection;

pub(crate) struct Server {
    binary: PathBuf,
    database: Option<String>,
    folder: TempDir,
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Starts a server on SQLite, or on the given database, which is migrated first.
    pub(crate) async fn start(binary: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        let folder = TempDir::new_in(".")?;
        let database = database.map(str::to_owned);
        run(command(binary, folder.path(), database.as_deref()).arg("migrate").stdout(Stdio::null()))?;
        let (child, port) = serve(binary, folder.path(), database.as_deref())?;
        let server = Self { binary: binary.to_owned(), database, folder, child, port };
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// Runs another of the binary's commands on the same database.
    pub(crate) fn command(&self) -> Command {
        command(&self.binary, self.folder.path(), self.database.as_deref())
    }

    /// Stops the server, starts it again, and gives the time from the start to the first answer.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<Duration> {
        self.child.kill()?;
        self.child.wait()?;
        let started = Instant::now();
        let (child, port) = serve(&self.binary, self.folder.path(), self.database.as_deref())?;
        (self.child, self.port) = (child, port);
        self.wait_until_ready().await?;
        Ok(started.elapsed())
    }

    async fn wait_until_ready(&self) -> anyhow::Result<()> {
        let answer = Connection::open(self.port).await?.ask("GET", "/health/ready", "", "").await.map(|a| a.status)?;
        anyhow::ensure!(answer == 200, "the server is not ready: {answer}");
        Ok(())
    }

    /// Resident memory in MiB.
    pub(crate) fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// The binary's size in MiB.
    pub(crate) fn size(&self) -> anyhow::Result<f64> {
        Ok(std::fs::metadata(&self.binary)?.len() as f64 / (1024.0 * 1024.0))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(binary: &Path, folder: &Path, database: Option<&str>) -> anyhow::Result<(Child, u16)> {
    let mut child = command(binary, folder, database).arg("serve").stdout(Stdio::piped()).spawn()?;
    let port = port_of(&mut child)?;
    Ok((child, port))
}

fn command(binary: &Path, folder: &Path, database: Option<&str>) -> Command {
    let mut command = Command::new(binary);
    command
        .env("CHATAPP_DATA_DIR", folder)
        .env("CHATAPP_LISTEN", "127.0.0.1:0")
        .env("CHATAPP_BCRYPT_COST", "4")
        .env("CHATAPP_THROTTLE", "off")
        .env("RUST_LOG", "warn");
    if let Some(database) = database {
        command.env("CHATAPP_DATABASE_URL", database);
    }
    command
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status()?;
    anyhow::ensure!(status.success(), "the command failed: {status}");
    Ok(())
}
