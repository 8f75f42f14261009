//! What the machine itself can do: a bare handler that takes the same POST, and an append that is flushed.

use std::io::{BufRead, BufReader, Seek, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use serde::Deserialize;

use crate::clock::{during, histogram, millis, note};
use crate::http::Connection;
use crate::{Plan, sends};

/// The same JSON that a message is sent in.
#[derive(Deserialize)]
struct NewMessage {
    recipient: String,
    body: String,
}

const CANNED: &str = r#"{"id":1,"user":"user1","recipient":"user2","timestamp":"2026-01-01T00:00:00.000000Z","body":"a message of ordinary length, as people write them","seq":1}"#;

/// Serves the bare handler until it is killed.
pub(crate) fn serve() -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let create = |message: web::Json<NewMessage>| async move {
            let known = !message.recipient.is_empty() && !message.body.is_empty();
            if known {
                HttpResponse::Created().content_type("application/json").body(CANNED)
            } else {
                HttpResponse::BadRequest().finish()
            }
        };
        let server = HttpServer::new(move || App::new().route("/api/v1/message/", web::post().to(create)))
            .bind("127.0.0.1:0")?;
        println!("listening on http://{}", server.addrs().first().context("an address")?);
        server.run().await?;
        Ok(())
    })
}

/// The bare handler's figures.
pub(crate) struct Bare {
    pub(crate) throughput: Vec<f64>,
    pub(crate) single_p50: Vec<f64>,
}

impl Bare {
    /// Requests a second from 64 connections.
    pub(crate) fn rate(&self) -> f64 {
        crate::clock::median(&self.throughput)
    }

    /// What one request takes on an idle machine, in milliseconds.
    pub(crate) fn single(&self) -> f64 {
        crate::clock::median(&self.single_p50)
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Measures the bare handler.
pub(crate) async fn measure(plan: &Plan) -> anyhow::Result<Bare> {
    let mut child = Killed(Command::new(std::env::current_exe()?).arg("floor").stdout(Stdio::piped()).spawn()?);
    let port = port_of(&mut child.0)?;
    let mut bare = Bare { throughput: Vec::new(), single_p50: Vec::new() };
    for _ in 0..plan.runs {
        let run = sends::hammer(64, Duration::from_secs(plan.seconds), port, bare_request);
        bare.throughput.push(during("bare handler", run).await?.rate);
        let mut connection = Connection::open(port).await?;
        let mut times = histogram()?;
        for _ in 0..2000 {
            let started = Instant::now();
            bare_request_on(&mut connection).await?;
            note(&mut times, started.elapsed());
        }
        bare.single_p50.push(millis(&times, 0.5));
    }
    Ok(bare)
}

fn bare_request(_connection: usize, _n: u64) -> sends::Request {
    let body = r#"{"recipient":"user2","body":"a message of ordinary length, as people write them"}"#;
    sends::Request {
        method: "POST",
        path: "/api/v1/message/".to_owned(),
        headers: "Content-Type: application/json\r\n".to_owned(),
        body: body.to_owned(),
    }
}

async fn bare_request_on(connection: &mut Connection) -> anyhow::Result<()> {
    let request = bare_request(0, 0);
    let answer = connection.ask(request.method, &request.path, &request.headers, &request.body).await?;
    anyhow::ensure!(answer.status == 201, "the bare handler answered {}", answer.status);
    Ok(())
}

/// Waits for the line that says where a server listens.
pub(crate) fn port_of(child: &mut Child) -> anyhow::Result<u16> {
    let output = child.stdout.take().context("the server's output")?;
    for line in BufReader::new(output).lines() {
        if let Some(address) = line?.strip_prefix("listening on http://") {
            return address.rsplit(':').next().and_then(|port| port.parse().ok()).context("a port");
        }
    }
    anyhow::bail!("the server ended before it listened")
}

/// The median of appending 4 KiB to a file and flushing it, in milliseconds.
pub(crate) fn flush_millis() -> anyhow::Result<f64> {
    let mut file = tempfile::NamedTempFile::new_in(".")?;
    let mut times = histogram()?;
    for _ in 0..500 {
        let started = Instant::now();
        file.as_file_mut().seek(std::io::SeekFrom::End(0))?;
        file.write_all(&[7; 4096])?;
        file.as_file().sync_data()?;
        note(&mut times, started.elapsed());
    }
    Ok(millis(&times, 0.5))
}
