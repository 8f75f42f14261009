//! The whole flow of the original: a POST, the number on both people's sockets, and both ask for the text.

use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinSet;

use crate::clock::{during, median};
use crate::figure::Figure;
use crate::figure::Wanted::AtLeast;
use crate::http::Connection;
use crate::people::Person;
use crate::stage::{Stage, next_run, send};
use crate::websocket::{self, Reader};

/// How many pairs of people write at once.
const PAIRS: usize = 64;

/// Measures messages a second that went all the way; gives the median.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<f64> {
    let mut rates = Vec::new();
    for _ in 0..stage.plan.runs {
        rates.push(during("the whole flow", one_run(stage)).await?);
    }
    let third = stage.floor.bare.rate() / 3.0;
    let flow = Figure::new("the whole flow: POST, both told, both GET", &rates, "messages/s");
    stage.add(flow.of(third, "a third of bare handler").wanted(stage.either(AtLeast(0.35), AtLeast(0.15))));
    Ok(median(&rates))
}

async fn one_run(stage: &Stage<'_>) -> anyhow::Result<f64> {
    let (mut pairs, run) = (Vec::new(), next_run());
    for people in stage.crowd.people.chunks_exact(2).take(PAIRS) {
        let (writer, reader) = (&people[0], &people[1]);
        pairs.push((End::open(stage.server.port, writer).await?, End::open(stage.server.port, reader).await?));
    }
    let length = Duration::from_secs(stage.plan.seconds);
    let started = Instant::now();
    let mut tasks: JoinSet<anyhow::Result<u64>> = JoinSet::new();
    for (place, (mut writer, mut reader)) in pairs.into_iter().enumerate() {
        tasks.spawn(async move {
            let mut messages = 0;
            while started.elapsed() < length {
                let id = writer.post(&reader.name, &format!("flow-{run}-{place}-{messages}")).await?;
                tokio::try_join!(writer.hear_and_get(id), reader.hear_and_get(id))?;
                messages += 1;
            }
            Ok(messages)
        });
    }
    let mut messages = 0;
    while let Some(outcome) = tasks.join_next().await {
        messages += outcome??;
    }
    Ok(messages as f64 / started.elapsed().as_secs_f64())
}

/// One person with a socket and a kept connection.
struct End {
    name: String,
    headers: String,
    socket: Reader,
    connection: Connection,
}

impl End {
    async fn open(port: u16, person: &Person) -> anyhow::Result<Self> {
        let (socket, _) = websocket::open(port, "/ws", &person.headers).await?;
        let connection = Connection::open(port).await?;
        Ok(Self { name: person.name.clone(), headers: person.headers.clone(), socket, connection })
    }

    async fn post(&mut self, recipient: &str, key: &str) -> anyhow::Result<i64> {
        let request = send(&self.headers, recipient, key);
        let answer = self.connection.ask(request.method, &request.path, &request.headers, &request.body).await?;
        anyhow::ensure!(answer.status == 201, "answered {}", answer.status);
        answer.number("id").context("an id")
    }

    /// The next frame must tell of this message and of no other; then the message must be there.
    async fn hear_and_get(&mut self, id: i64) -> anyhow::Result<()> {
        let frame = self.socket.text().await?.context("a socket was closed")?;
        anyhow::ensure!(frame == format!("{{\"message\": \"{id}\"}}"), "told {frame} instead of {id}");
        let answer = self.connection.ask("GET", &format!("/api/v1/message/{id}/"), &self.headers, "").await?;
        anyhow::ensure!(answer.status == 200 && answer.number("id") == Some(id), "not there: {}", answer.status);
        Ok(())
    }
}
