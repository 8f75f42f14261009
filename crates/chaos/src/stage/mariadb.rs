//! A throwaway MariaDB of the run's own, with the durability of its defaults: it can be killed, frozen and started again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::ground::{run, text};
use super::ports::free_port;
use super::stillness::stop;

const DAEMON: &str = "mariadbd";
/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often its files are made before that counts as impossible.
const TRIES: u32 = 3;
/// Fails until a server can be used: one that joins a cluster answers long before.
const READY: &str = "BEGIN NOT ATOMIC
    IF @@wsrep_on AND (SELECT variable_value FROM information_schema.global_status
                       WHERE variable_name = 'wsrep_local_state_comment') <> 'Synced'
    THEN SIGNAL SQLSTATE '45000'; END IF;
END";

/// As whom a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Whoever runs this.
    Me,
    /// The user of Debian's package: a cluster's servers copy files in ways that fail for root.
    Mysql,
}

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
        let data = ground.join("mariadb");
        Self::install(folder, &data, Owner::Me).await?;
        let mut mariadb = Self::over(folder, &data, folder, Owner::Me, &["--skip-log-bin".to_owned()]);
        mariadb.start().await?;
        mariadb.make_database().await?;
        Ok(mariadb)
    }

    /// Makes the files of a server in `data`. On a machine that is short of everything this fails now and then, and works
    /// when it is done again.
    pub(super) async fn install(folder: &Path, data: &Path, owner: Owner) -> anyhow::Result<()> {
        if owner == Owner::Mysql {
            // Others may not look into temporary folders, but this user must get through.
            run("chmod", &["o+x", text(folder)?])?;
        }
        let (log, own) = (folder.join("mariadb.log"), data_options(folder, data, owner));
        make_temporary(folder, data, owner)?;
        let mut tries = 0;
        loop {
            let mut install = program("mariadb-install-db", &log)?;
            install.args(&own);
            install.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
            let status = timeout(PATIENCE, install.status()).await?.context("MariaDB is not installed")?;
            tries += 1;
            if status.success() {
                return Ok(());
            }
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            anyhow::ensure!(tries < TRIES, "mariadb-install-db failed {tries} times: {status}: {said}");
            let _ = std::fs::remove_dir_all(data);
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// A server that does not run yet, on a copy of such files, with its socket beside them.
    pub(super) fn copied(
        folder: &Path,
        template: &Path,
        data: &Path,
        owner: Owner,
        options: &[String],
    ) -> anyhow::Result<Self> {
        let place = data.with_extension("run");
        std::fs::create_dir_all(&place)?;
        make_temporary(folder, data, owner)?;
        run("cp", &["-a", text(template)?, text(data)?])?;
        if owner == Owner::Mysql {
            run("chown", &["-R", "mysql:mysql", text(data)?, text(&place)?])?;
        }
        Ok(Self::over(folder, data, &place, owner, options))
    }

    fn over(folder: &Path, data: &Path, place: &Path, owner: Owner, options: &[String]) -> Self {
        let (socket, log) = (place.join("mariadb.sock"), folder.join("mariadb.log"));
        let mut all = data_options(folder, data, owner);
        all.extend([
            format!("--socket={}", socket.display()),
            format!("--pid-file={}", place.join("mariadb.pid").display()),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--innodb-buffer-pool-size=64M".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            "--collation-server=utf8mb4_bin".to_owned(),
        ]);
        all.extend_from_slice(options);
        Self { socket, log, options: all, port: free_port(), child: None }
    }

    /// Makes an empty database, and a user for the server.
    pub(super) async fn make_database(&self) -> anyhow::Result<()> {
        self.execute("CREATE DATABASE chat; CREATE USER chat@'%' IDENTIFIED BY 'chat'; GRANT ALL ON *.* TO chat@'%'")
            .await
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// For the server's settings.
    pub fn url(&self) -> String {
        self.url_of("chat")
    }

    /// The same for another database on it.
    pub fn url_of(&self, database: &str) -> String {
        format!("mysql://chat:chat@{}/{database}", self.address())
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.child.as_mut().map_or(Ok(None), |child| Ok(child.try_wait()?))
    }

    /// Starts it and waits until it answers.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        self.start_with(&[]).await
    }

    /// The same, with more options for this time.
    pub(super) async fn start_with(&mut self, options: &[String]) -> anyhow::Result<()> {
        let child = self.daemon()?.args(options).spawn();
        self.child = Some(child.context("MariaDB is not installed")?);
        let deadline = Instant::now() + PATIENCE;
        while self.execute(READY).await.is_err() {
            let ended = self.child.as_mut().is_none_or(|child| child.try_wait().is_ok_and(|status| status.is_some()));
            anyhow::ensure!(!ended && Instant::now() < deadline, "MariaDB did not start: {}", self.last_words());
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Up to where a member of a cluster had got when it was killed.
    pub(super) async fn recovered_position(&self) -> anyhow::Result<String> {
        let mut command = self.daemon()?;
        command.arg("--wsrep-recover").stderr(Stdio::piped());
        let output = timeout(PATIENCE, command.output()).await??;
        let said = String::from_utf8_lossy(&output.stderr);
        let position = said.lines().find_map(|line| line.split_once("Recovered position: ")).map(|(_, at)| at.trim());
        position.map(str::to_owned).context("no position was recovered")
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
        client.args(["--no-defaults", "--user=root", "--connect-timeout=5", "--delimiter=//"]);
        client.arg(format!("--socket={}", self.socket.display())).arg(format!("--execute={statements}"));
        Ok(client)
    }

    fn daemon(&self) -> anyhow::Result<Command> {
        let mut command = program(DAEMON, &self.log)?;
        command.args(&self.options).arg(format!("--port={}", self.port));
        Ok(command)
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

/// A server's own folder for temporary files: each that starts clears away what others have open in the same one.
fn temporary(folder: &Path, data: &Path) -> PathBuf {
    folder.join(data.with_extension("tmp").file_name().unwrap_or_default())
}

fn make_temporary(folder: &Path, data: &Path, owner: Owner) -> anyhow::Result<()> {
    let temporary = temporary(folder, data);
    std::fs::create_dir_all(&temporary)?;
    if owner == Owner::Mysql { run("chown", &["mysql:mysql", text(&temporary)?]) } else { Ok(()) }
}

fn data_options(folder: &Path, data: &Path, owner: Owner) -> Vec<String> {
    let mut options = vec![
        "--no-defaults".to_owned(),
        format!("--datadir={}", data.display()),
        format!("--tmpdir={}", temporary(folder, data).display()),
        "--innodb-log-file-size=8M".to_owned(),
        // The kernel has few places for asynchronous writes, and other servers of the machine may have them all.
        "--innodb-use-native-aio=OFF".to_owned(),
    ];
    if geteuid().is_root() {
        options.push(if owner == Owner::Mysql { "--user=mysql" } else { "--user=root" }.to_owned());
    }
    options
}

/// A program of MariaDB's, which Debian partly keeps where only root looks.
fn program(name: &str, log: &Path) -> anyhow::Result<Command> {
    let log = File::options().create(true).append(true).open(log)?;
    let path = std::env::var("PATH").unwrap_or_default();
    let name = if name == DAEMON { daemon().context("MariaDB is not installed")? } else { PathBuf::from(name) };
    let mut command = Command::new(name);
    command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"));
    // It may belong to somebody else than the server's user; everybody has the usual one.
    command.env_remove("TMPDIR");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    Ok(command)
}

fn daemon() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(DAEMON)).find(|program| program.exists())
}
