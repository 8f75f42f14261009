//! The bare handler: takes the same JSON, answers something canned.

use std::time::{Duration, Instant};

use crate::Plan;
use crate::clock::{during, histogram, median, millis, note};
use crate::hammer::{Request, hammer};
use crate::http::Connection;

/// The bare handler's figures.
pub(crate) struct Bare {
    pub(super) throughput: Vec<f64>,
    pub(super) single_p50: Vec<f64>,
}

impl Bare {
    /// Requests a second from 64 connections.
    pub(crate) fn rate(&self) -> f64 {
        median(&self.throughput)
    }

    /// What one request takes on an idle machine, in milliseconds.
    pub(crate) fn single(&self) -> f64 {
        median(&self.single_p50)
    }
}

/// Measures the bare handler.
pub(super) async fn measure(plan: &Plan, port: u16) -> anyhow::Result<Bare> {
    let mut bare = Bare { throughput: Vec::new(), single_p50: Vec::new() };
    for _ in 0..plan.runs {
        let run = hammer(64, Duration::from_secs(plan.seconds), port, |_, _| request());
        bare.throughput.push(during("bare handler", run).await?.rate);
        let mut connection = Connection::open(port).await?;
        let mut times = histogram()?;
        for _ in 0..2000 {
            let started = Instant::now();
            let Request { method, path, headers, body } = request();
            let answer = connection.ask(method, &path, &headers, &body).await?;
            anyhow::ensure!(answer.status == 201, "the bare handler answered {}", answer.status);
            note(&mut times, started.elapsed());
        }
        bare.single_p50.push(millis(&times, 0.5));
    }
    Ok(bare)
}

/// A message, as it is sent to ChatApp.
fn request() -> Request {
    Request {
        method: "POST",
        path: "/api/v1/message/".to_owned(),
        headers: "Content-Type: application/json\r\n".to_owned(),
        body: r#"{"recipient":"user2","body":"a message of ordinary length, as people write them"}"#.to_owned(),
    }
}
