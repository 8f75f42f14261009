//! Two hundred people, logged in.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use anyhow::Context;

use crate::clock::during;
use crate::http::Connection;
use crate::server::Server;

const PASSWORD: &str = "a long enough password";

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
    /// How many there are.
    pub(crate) const SIZE: usize = 200;

    /// Registers everyone through the command line and logs them in.
    pub(crate) async fn make(server: &Server) -> anyhow::Result<Self> {
        during("making 200 people", async {
            register(server)?;
            let mut people = Vec::with_capacity(Self::SIZE);
            for n in 0..Self::SIZE {
                people.push(log_in(server, format!("user{n}")).await?);
            }
            Ok(Self { people })
        })
        .await
    }
}

fn register(server: &Server) -> anyhow::Result<()> {
    let mut list = String::new();
    for n in 0..Crowd::SIZE {
        writeln!(list, "user{n},,{PASSWORD}")?;
    }
    let mut child = server
        .command()
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
