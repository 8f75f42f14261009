//! A ChatApp server of the bench's own, on a free port in a folder that goes away.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::http::Connection;
use crate::process::{Killed, port_of};

pub(crate) struct Server {
    binary: PathBuf,
    database: Option<String>,
    settings: Vec<(&'static str, String)>,
    folder: TempDir,
    process: Killed,
    pub(crate) port: u16,
}

impl Server {
    /// Starts a server on SQLite, or on the given database, which is migrated first.
    pub(crate) async fn start(binary: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        Self::start_with(binary, database, &[]).await
    }

    /// The same, with more settings.
    pub(crate) async fn start_with(
        binary: &Path,
        database: Option<&str>,
        settings: &[(&'static str, &str)],
    ) -> anyhow::Result<Self> {
        let folder = TempDir::new_in(".")?;
        let database = database.map(str::to_owned);
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        run(command(binary, folder.path(), database.as_deref(), &settings).arg("migrate").stdout(Stdio::null()))?;
        let (process, port) = serve(binary, folder.path(), database.as_deref(), &settings)?;
        let server = Self { binary: binary.to_owned(), database, settings, folder, process, port };
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// Runs another of the binary's commands on the same database.
    pub(crate) fn command(&self) -> Command {
        command(&self.binary, self.folder.path(), self.database.as_deref(), &self.settings)
    }

    /// Kills the server.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        self.process.0.kill()?;
        self.process.0.wait()?;
        Ok(())
    }

    /// Stops the server, starts it again, and gives the time from the start to the first answer.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<Duration> {
        self.stop()?;
        let started = Instant::now();
        let (process, port) = serve(&self.binary, self.folder.path(), self.database.as_deref(), &self.settings)?;
        (self.process, self.port) = (process, port);
        self.wait_until_ready().await?;
        Ok(started.elapsed())
    }

    async fn wait_until_ready(&self) -> anyhow::Result<()> {
        let answer = Connection::open(self.port).await?.ask("GET", "/health/ready", "", "").await.map(|a| a.status)?;
        anyhow::ensure!(answer == 200, "the server is not ready: {answer}");
        Ok(())
    }

    pub(crate) fn process(&self) -> &Killed {
        &self.process
    }

    /// The MySQL database, if that is the engine.
    pub(crate) fn mysql_url(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The SQLite database, if that is the engine.
    pub(crate) fn sqlite_file(&self) -> PathBuf {
        self.folder.path().join("chatapp.sqlite3")
    }

    /// The binary's size in MiB.
    pub(crate) fn size(&self) -> anyhow::Result<f64> {
        Ok(std::fs::metadata(&self.binary)?.len() as f64 / (1024.0 * 1024.0))
    }
}

fn serve(
    binary: &Path,
    folder: &Path,
    database: Option<&str>,
    settings: &[(&str, String)],
) -> anyhow::Result<(Killed, u16)> {
    let mut process = Killed(command(binary, folder, database, settings).arg("serve").stdout(Stdio::piped()).spawn()?);
    let port = port_of(&mut process.0)?;
    Ok((process, port))
}

fn command(binary: &Path, folder: &Path, database: Option<&str>, settings: &[(&str, String)]) -> Command {
    let mut command = Command::new(binary);
    command
        .env("CHATAPP_DATA_DIR", folder)
        .env("CHATAPP_LISTEN", "127.0.0.1:0")
        .env("CHATAPP_BCRYPT_COST", "4")
        .env("CHATAPP_THROTTLE", "off")
        .env("CHATAPP_SOCKETS", "20000")
        .env("RUST_LOG", "warn");
    if let Some(database) = database {
        command.env("CHATAPP_DATABASE_URL", database);
    }
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status()?;
    anyhow::ensure!(status.success(), "the command failed: {status}");
    Ok(())
}
