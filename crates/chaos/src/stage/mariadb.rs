//! A throwaway MariaDB of the run's own, with the durability of its defaults: it can be killed, frozen and started again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::server::free_port;
use super::stillness::stop;

const DAEMON: &str = "mariadbd";
/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often its files are made before that counts as impossible.
const TRIES: u32 = 3;

/// A MariaDB server.
pub struct Mariadb {
    socket: PathBuf,
    log: PathBuf,
    options: Vec<String>,
    port: u16,
    child: Option<Child>,
}

impl Mariadb {
    /// Whether it can be set up here.
    pub fn is_installed() -> bool {
        daemon().is_some()
    }

    /// Sets one up with its data in `ground`, starts it, and makes an empty database.
    pub async fn set_up(folder: &Path, ground: &Path) -> anyhow::Result<Self> {
        let (socket, log) = (folder.join("mariadb.sock"), folder.join("mariadb.log"));
        let mut options = vec![
            "--no-defaults".to_owned(),
            format!("--datadir={}", ground.join("mariadb").display()),
            "--innodb-log-file-size=8M".to_owned(),
            // The kernel has few places for asynchronous writes, and other servers of the machine may have them all.
            "--innodb-use-native-aio=OFF".to_owned(),
        ];
        if geteuid().is_root() {
            options.push("--user=root".to_owned());
        }
        install(&options, &ground.join("mariadb"), &log).await?;
        options.extend([
            format!("--socket={}", socket.display()),
            format!("--pid-file={}", folder.join("mariadb.pid").display()),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--skip-log-bin".to_owned(),
            "--innodb-buffer-pool-size=64M".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            "--collation-server=utf8mb4_bin".to_owned(),
        ]);
        let mut mariadb = Self { socket, log, options, port: free_port(), child: None };
        mariadb.start().await?;
        mariadb
            .execute("CREATE DATABASE chat; CREATE USER chat@'%' IDENTIFIED BY 'chat'; GRANT ALL ON *.* TO chat@'%'")
            .await?;
        Ok(mariadb)
    }

    /// For the server's settings.
    pub fn url(&self) -> String {
        self.url_of("chat")
    }

    /// The same for another database on it.
    pub fn url_of(&self, database: &str) -> String {
        format!("mysql://chat:chat@127.0.0.1:{}/{database}", self.port)
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.child.as_mut().map_or(Ok(None), |child| Ok(child.try_wait()?))
    }

    /// Starts it and waits until it answers.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let mut command = program(DAEMON, &self.log)?;
        let child = command.args(&self.options).arg(format!("--port={}", self.port)).spawn();
        self.child = Some(child.context("MariaDB is not installed")?);
        let deadline = Instant::now() + PATIENCE;
        while self.execute("SELECT 1").await.is_err() {
            let ended = self.child.as_mut().is_none_or(|child| child.try_wait().is_ok_and(|status| status.is_some()));
            anyhow::ensure!(!ended && Instant::now() < deadline, "MariaDB did not start: {}", self.last_words());
            sleep(Duration::from_millis(50)).await;
        }
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

    /// Runs statements as root.
    pub async fn execute(&self, statements: &str) -> anyhow::Result<()> {
        let status = timeout(PATIENCE, self.client(statements)?.status()).await??;
        anyhow::ensure!(status.success(), "a statement failed: {status}");
        Ok(())
    }

    /// Begins to run statements as root; they end with the client.
    pub fn begin(&self, statements: &str) -> anyhow::Result<Child> {
        Ok(self.client(statements)?.spawn()?)
    }

    fn client(&self, statements: &str) -> anyhow::Result<Command> {
        let mut client = program("mariadb", &self.log)?;
        client.args(["--no-defaults", "--user=root", "--connect-timeout=5"]);
        client.arg(format!("--socket={}", self.socket.display())).arg(format!("--execute={statements}"));
        Ok(client)
    }

    fn pid(&self) -> anyhow::Result<Pid> {
        let id = self.child.as_ref().and_then(Child::id).context("MariaDB does not run")?;
        Pid::from_raw(i32::try_from(id)?).context("no process")
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().last().unwrap_or_default().to_owned()
    }
}

/// Makes the files of an empty server. On a machine that is short of everything this fails now and then, and works when it
/// is done again.
async fn install(options: &[String], data: &Path, log: &Path) -> anyhow::Result<()> {
    let mut tries = 0;
    loop {
        let mut install = program("mariadb-install-db", log)?;
        install.args(options).args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
        let status = timeout(PATIENCE, install.status()).await?.context("MariaDB is not installed")?;
        tries += 1;
        if status.success() {
            return Ok(());
        }
        let said = std::fs::read_to_string(log).unwrap_or_default();
        anyhow::ensure!(tries < TRIES, "mariadb-install-db failed {tries} times: {status}: {said}");
        let _ = std::fs::remove_dir_all(data);
        sleep(Duration::from_secs(1)).await;
    }
}

/// A program of MariaDB's, which Debian partly keeps where only root looks.
fn program(name: &str, log: &Path) -> anyhow::Result<Command> {
    let log = File::options().create(true).append(true).open(log)?;
    let path = std::env::var("PATH").unwrap_or_default();
    let name = if name == DAEMON { daemon().context("MariaDB is not installed")? } else { PathBuf::from(name) };
    let mut command = Command::new(name);
    command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"));
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    Ok(command)
}

fn daemon() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(DAEMON)).find(|program| program.exists())
}
