//! Everyone's open socket: what arrives there, and when.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinSet;

use crate::people::{Crowd, Person};
use crate::server::Server;
use crate::websocket::{self, Reader, Writer};

/// Open sockets of a whole crowd.
pub(crate) struct Sockets {
    tasks: JoinSet<anyhow::Result<Vec<(i64, Instant)>>>,
    writers: Vec<Writer>,
}

impl Sockets {
    /// Opens one socket for each person, as the original's page does.
    pub(crate) async fn open(server: &Server, crowd: &Crowd) -> anyhow::Result<Self> {
        Self::open_for(server, &crowd.people).await
    }

    /// The same for some of them.
    pub(crate) async fn open_for(server: &Server, people: impl IntoIterator<Item = &Person>) -> anyhow::Result<Self> {
        let (mut tasks, mut writers) = (JoinSet::new(), Vec::new());
        for person in people {
            let (reader, writer) = websocket::open(server.port, "/ws", &person.headers).await?;
            tasks.spawn(listen(reader));
            writers.push(writer);
        }
        Ok(Self { tasks, writers })
    }

    /// Closes all sockets after a moment in which late frames may still come, and gives all that arrived.
    pub(crate) async fn close(mut self) -> anyhow::Result<Vec<(i64, Instant)>> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        for writer in &self.writers {
            writer.close()?;
        }
        let mut arrived = Vec::new();
        while let Some(frames) = self.tasks.join_next().await {
            arrived.extend(frames??);
        }
        Ok(arrived)
    }
}

/// That each message arrived on both people's sockets, once: `sent` are between two people each.
pub(crate) fn check_told(sent: impl IntoIterator<Item = i64>, arrived: &[(i64, Instant)]) -> anyhow::Result<()> {
    let mut told: HashMap<i64, u32> = HashMap::new();
    for (id, _) in arrived {
        *told.entry(*id).or_default() += 1;
    }
    let wrong = sent.into_iter().filter(|id| told.get(id) != Some(&2)).count();
    anyhow::ensure!(wrong == 0, "{wrong} messages were not told twice, once to each of both");
    Ok(())
}

async fn listen(mut reader: Reader) -> anyhow::Result<Vec<(i64, Instant)>> {
    let mut arrived = Vec::new();
    while let Some(text) = reader.text().await? {
        arrived.push((id_in(text).context("a frame without an id")?, Instant::now()));
    }
    Ok(arrived)
}

/// The id in `{"message": "123"}`.
fn id_in(frame: &str) -> Option<i64> {
    frame.rsplit('"').nth(1)?.parse().ok()
}
