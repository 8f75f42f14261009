//! People, logged in.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use anyhow::Context;

use crate::clock::during;
use crate::http::Connection;
use crate::server::Server;

/// Everybody's.
pub(crate) const PASSWORD: &str = "a long enough password";

/// People and their session cookies.
pub(crate) struct Crowd {
    pub(crate) people: Vec<Person>,
}

pub(crate) struct Person {
    pub(crate) name: String,
    /// The header lines that each of the person's requests carries.
    pub(crate) headers: String,
}

impl Crowd {
    /// How many people write to each other.
    pub(crate) const SIZE: usize = 200;

    /// Registers so many people, whose names begin alike, through the command line, and logs them in.
    pub(crate) async fn make(server: &Server, prefix: &str, count: usize) -> anyhow::Result<Self> {
        during("making people", async {
            register(server, prefix, count, 4)?;
            let mut people = Vec::with_capacity(count);
            for n in 0..count {
                people.push(log_in(server, format!("{prefix}{n}")).await?);
            }
            Ok(Self { people })
        })
        .await
    }
}

/// Registers people whose passwords take 2 to the power of `cost` rounds to check.
pub(crate) fn register(server: &Server, prefix: &str, count: usize, cost: u32) -> anyhow::Result<()> {
    let mut list = String::new();
    for n in 0..count {
        writeln!(list, "{prefix}{n},,{PASSWORD}")?;
    }
    let mut child = server
        .command()
        .env("CHATAPP_BCRYPT_COST", cost.to_string())
        .args(["createuser", "--from-csv", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    child.stdin.take().context("standard input")?.write_all(list.as_bytes())?;
    let status = child.wait()?;
    anyhow::ensure!(status.success(), "createuser failed: {status}");
    Ok(())
}

async fn log_in(server: &Server, name: String) -> anyhow::Result<Person> {
    let mut connection = Connection::open(server.port).await?;
    let body = format!(r#"{{"username":"{name}","password":"{PASSWORD}"}}"#);
    let json = "Content-Type: application/json\r\n";
    let answer = connection.ask("POST", "/api/v1/session/", json, &body).await?;
    let cookie = answer.cookie().with_context(|| format!("no session for {name}: {}", answer.status))?;
    Ok(Person { name, headers: format!("Cookie: {cookie}\r\n{json}") })
}
