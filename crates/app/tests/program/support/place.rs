//! Where the program runs in a test: a directory of its own, and a database of either engine.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::database::MysqlDatabase;

/// The password of everyone in the tests.
pub(crate) const PASSWORD: &str = "correct horse 🐴";

/// A directory and a database.
pub(crate) struct Place {
    directory: TempDir,
    mysql: Option<MysqlDatabase>,
    environment: Vec<(&'static str, String)>,
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// In a file.
    Sqlite,
    /// On the test server.
    Mysql,
}

impl Place {
    /// A place with an SQLite file.
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), mysql: None, environment: Vec::new() }
    }

    /// The same place, with one more setting in the environment.
    pub(crate) fn with(mut self, variable: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((variable, value.into()));
        self
    }

    /// A place with a database of the given engine, migrated; nothing where the engine is not there.
    pub(crate) fn on(engine: Engine) -> Option<Self> {
        let mysql = match engine {
            Engine::Sqlite => None,
            Engine::Mysql => Some(MysqlDatabase::make()?),
        };
        let place = Self { mysql, ..Self::new() };
        place.succeeds(&["migrate"]);
        Some(place)
    }

    /// A place with a MySQL database that was never migrated.
    pub(crate) fn on_empty_mysql() -> Option<Self> {
        Some(Self { mysql: Some(MysqlDatabase::make()?), ..Self::new() })
    }

    /// The URL of its MySQL database, or of the SQLite file that it has by default.
    pub(crate) fn database_url(&self) -> String {
        let file = || format!("sqlite:{}", self.path("chatapp-data/chatapp.sqlite3").display());
        self.mysql.as_ref().map_or_else(file, MysqlDatabase::url)
    }

    /// Its MySQL database.
    pub(crate) fn mysql(&self) -> &MysqlDatabase {
        self.mysql.as_ref().unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The program, seeing nothing of the settings around the tests.
    pub(crate) fn chatapp(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatapp"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CHATAPP_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(self.directory.path()).env("CHATAPP_BCRYPT_COST", "4");
        // Everybody in a test has one address; what tests this turns it on.
        command.env("CHATAPP_THROTTLE", "off");
        command.envs(self.environment.iter().map(|(variable, value)| (variable, value)));
        if let Some(mysql) = &self.mysql {
            command.env("CHATAPP_DATABASE_URL", mysql.url());
        }
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(self.chatapp(arguments).output().unwrap())
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> String {
        let finished = self.run(arguments);
        assert_eq!(finished.code, 0, "{arguments:?}: {}{}", finished.stdout, finished.stderr);
        finished.stdout
    }

    /// Makes people who all have [`PASSWORD`].
    pub(crate) fn people(&self, names: &[&str]) {
        let lines: String = names.iter().map(|name| format!("{name},,{PASSWORD}\n")).collect();
        let finished = self.run_with_input(&["createuser", "--from-csv", "-"], lines.as_bytes());
        assert_eq!(finished.code, 0, "{}{}", finished.stdout, finished.stderr);
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Finished {
        let mut command = self.chatapp(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // Both sides would wait for each other if the answers filled their pipe first.
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join();
        Finished::of(output)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> &Path {
        std::fs::write(self.path(name), text).unwrap();
        self.directory.path()
    }
}

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
