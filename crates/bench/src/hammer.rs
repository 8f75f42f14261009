//! Asking as fast as answers come, or at a steady beat.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::http::Connection;

/// What one connection asks for.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

/// What came of asking for a while.
pub(crate) struct Hammered {
    pub(crate) rate: f64,
    /// The `id` in each answer to a POST, or 0, and when it was asked for.
    pub(crate) answers: Vec<(i64, Instant)>,
}

/// Asks as fast as answers come, on so many connections for so long. Each answer must be a 2xx.
pub(crate) async fn hammer(
    connections: usize,
    length: Duration,
    port: u16,
    request: impl Fn(usize, u64) -> Request + Clone + Send + 'static,
) -> anyhow::Result<Hammered> {
    let mut tasks: JoinSet<anyhow::Result<Vec<(i64, Instant)>>> = JoinSet::new();
    let started = Instant::now();
    for place in 0..connections {
        let request = request.clone();
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut answers = Vec::new();
            for n in 0.. {
                let asked = Instant::now();
                if asked.duration_since(started) >= length {
                    break;
                }
                let Request { method, path, headers, body } = request(place, n);
                let answer = connection.ask(method, &path, &headers, &body).await?;
                anyhow::ensure!(answer.status / 100 == 2, "answered {}", answer.status);
                // Only who sends needs it. To search a long list for it would cost the generator what it measures.
                let id = if method == "POST" { answer.number("id") } else { None };
                answers.push((id.unwrap_or(0), asked));
            }
            Ok(answers)
        });
    }
    let answers = all(tasks).await?;
    Ok(Hammered { rate: answers.len() as f64 / started.elapsed().as_secs_f64(), answers })
}

/// How many connections share a steady beat.
const PACED: usize = 32;

/// Asks at moments fixed beforehand, whether or not the one before was answered in time: a slow answer does not slow the
/// load down, and its wait counts. Gives each answer's `id` with the moment when it should have been asked for, and
/// the moment when it came.
pub(crate) async fn paced(
    port: u16,
    rate: f64,
    length: Duration,
    request: impl Fn(usize, u64) -> Request + Clone + Send + 'static,
) -> anyhow::Result<Vec<(i64, Instant, Instant)>> {
    let each = Duration::from_secs_f64(PACED as f64 / rate);
    let started = Instant::now();
    let mut tasks: JoinSet<anyhow::Result<Vec<(i64, Instant, Instant)>>> = JoinSet::new();
    for place in 0..PACED {
        let request = request.clone();
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut sent = Vec::new();
            let offset = each.mul_f64(place as f64 / PACED as f64);
            for n in 0.. {
                let due = started + offset + each.mul_f64(n as f64);
                if due.duration_since(started) >= length {
                    break;
                }
                tokio::time::sleep_until(due.into()).await;
                let Request { method, path, headers, body } = request(place, n);
                // The timer is coarse; what the generator is late itself is not the server's.
                let asked = Instant::now().min(due + Duration::from_millis(2));
                let answer = connection.ask(method, &path, &headers, &body).await?;
                anyhow::ensure!(answer.status / 100 == 2, "answered {}", answer.status);
                sent.push((answer.number("id").unwrap_or(0), asked, Instant::now()));
            }
            Ok(sent)
        });
    }
    all(tasks).await
}

async fn all<T: 'static>(mut tasks: JoinSet<anyhow::Result<Vec<T>>>) -> anyhow::Result<Vec<T>> {
    let mut found = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        found.extend(outcome??);
    }
    Ok(found)
}
