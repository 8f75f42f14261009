//! The server as a process that can be killed, stopped and started again where it was.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use rand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::meter::{Meter, Peaks};
use super::ports::free_port;
use super::stillness::stop;

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server.
pub struct Server {
    binary: PathBuf,
    log: PathBuf,
    data: PathBuf,
    settings: Vec<(&'static str, String)>,
    address: SocketAddr,
    child: Option<Running>,
    meter: Meter,
}

struct Running {
    child: Child,
    /// Kept open: what the server prints must have somewhere to go.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// A server that does not run yet, with its log in `folder` and its data in `data`.
    pub fn new(
        binary: &Path,
        folder: &Path,
        data: &Path,
        database: Option<String>,
        settings: &[(&'static str, String)],
    ) -> anyhow::Result<Self> {
        let binary = binary.canonicalize().with_context(|| format!("there is no server at {}", binary.display()))?;
        let mut all = vec![
            ("CHATAPP_DATA_DIR", data.display().to_string()),
            ("CHATAPP_BCRYPT_COST", "4".to_owned()),
            ("CHATAPP_THROTTLE", "off".to_owned()),
            ("CHATAPP_LOG", "warn".to_owned()),
        ];
        all.extend(database.map(|url| ("CHATAPP_DATABASE_URL", url)));
        all.extend_from_slice(settings);
        let address = own_address();
        let log = folder.join("server.log");
        Ok(Self { binary, log, data: data.to_owned(), settings: all, address, child: None, meter: Meter::start() })
    }

    /// Another one with the same settings, on another database and with its data and log in `folder`.
    pub fn another(&self, folder: &Path, database: Option<String>) -> anyhow::Result<Self> {
        let mut settings = self.settings.clone();
        settings.retain(|(name, _)| !["CHATAPP_DATA_DIR", "CHATAPP_DATABASE_URL"].contains(name));
        Self::new(&self.binary, folder, &folder.join("data"), database, &settings)
    }

    /// Where it keeps what is not in a database of its own.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where its log is.
    pub fn folder(&self) -> &Path {
        self.log.parent().unwrap_or(Path::new("."))
    }

    /// How much memory it has now, in KiB.
    pub fn memory(&self) -> u64 {
        self.meter.memory()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The most that it used so far.
    pub fn peaks(&self) -> Peaks {
        self.meter.peaks()
    }

    /// Starts it and waits until it says that it listens.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let mut command = self.prepared("serve")?;
        let mut child = command.arg(self.address.to_string()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.context("the server does not start")??;
        let expected = format!("listening on http://{}", self.address);
        anyhow::ensure!(line.as_ref() == Some(&expected), "the server did not start: {line:?}; {}", self.last_words());
        self.meter.watch(child.id());
        self.child = Some(Running { child, _stdout: lines });
        Ok(())
    }

    /// Runs another of the binary's commands, which must succeed.
    pub async fn command(&self, name: &str) -> anyhow::Result<()> {
        self.command_with_input(&[name], "").await
    }

    /// Runs another of the binary's commands on some input; it must succeed.
    pub async fn command_with_input(&self, arguments: &[&str], input: &str) -> anyhow::Result<()> {
        let mut command = self.prepared(arguments[0])?;
        command.args(&arguments[1..]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take().context("no standard input")?;
        stdin.write_all(input.as_bytes()).await?;
        drop(stdin);
        let status = timeout(PATIENCE, child.wait()).await??;
        anyhow::ensure!(status.success(), "{arguments:?} failed: {status}; {}", self.last_words());
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

    /// Ends it as a crash does.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.meter.watch(None);
        if let Some(mut running) = self.child.take() {
            timeout(PATIENCE, running.child.kill()).await??;
        }
        Ok(())
    }

    /// Asks it to stop.
    pub fn terminate(&self) -> anyhow::Result<()> {
        Ok(kill_process(self.pid()?, Signal::TERM)?)
    }

    /// How it ended, which it must within `limit`.
    pub async fn ended(&mut self, limit: Duration) -> anyhow::Result<ExitStatus> {
        let mut running = self.child.take().context("the server does not run")?;
        let status = timeout(limit, running.child.wait()).await;
        self.meter.watch(None);
        Ok(status.with_context(|| format!("still running after {limit:?}"))??)
    }

    /// Its process.
    pub fn pid(&self) -> anyhow::Result<Pid> {
        let id = self.child.as_ref().and_then(|running| running.child.id()).context("the server does not run")?;
        Pid::from_raw(i32::try_from(id)?).context("no process")
    }

    fn prepared(&self, argument: &str) -> anyhow::Result<Command> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.binary);
        // Nothing of the settings around the run.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CHATAPP_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        command.arg(argument).current_dir(self.folder()).envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stderr(log).kill_on_drop(true);
        Ok(command)
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().last().unwrap_or_default().to_owned()
    }
}

/// An address of the loopback network that nobody else uses: while the server is dead its port must not become another's.
fn own_address() -> SocketAddr {
    let number = || rand::rng().random_range(1..255);
    SocketAddr::from(([127, number(), number(), number()], free_port()))
}
