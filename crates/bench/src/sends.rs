//! Durable sends: how many a second, and how long until both people are told.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Plan;
use crate::clock::{during, histogram, median, millis, note};
use crate::floor::Bare;
use crate::http::Connection;
use crate::people::Crowd;
use crate::server::Server;
use crate::sockets::Sockets;
use crate::table::Table;

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
                answers.push((answer.number("id").unwrap_or(0), asked));
            }
            Ok(answers)
        });
    }
    let mut answers = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        answers.extend(outcome??);
    }
    Ok(Hammered { rate: answers.len() as f64 / started.elapsed().as_secs_f64(), answers })
}

static RUN: AtomicU64 = AtomicU64::new(0);

/// A send with a key of its own. Each connection is used by one person at a time, who writes to many.
fn send(people: &Arc<Vec<(String, String)>>, run: u64, place: usize, n: u64) -> Request {
    let turn = usize::try_from(n).unwrap_or_default();
    let (_, headers) = &people[(place * 3 + turn) % people.len()];
    let (recipient, _) = &people[(place * 7 + turn * 5 + 1) % people.len()];
    Request {
        method: "POST",
        path: "/api/v1/message/".to_owned(),
        headers: format!("{headers}Idempotency-Key: {run}-{place}-{n}\r\n"),
        body: format!(r#"{{"recipient":"{recipient}","body":"a message of ordinary length, as people write them"}}"#),
    }
}

fn shared(crowd: &Crowd) -> Arc<Vec<(String, String)>> {
    Arc::new(crowd.people.iter().map(|person| (person.name.clone(), person.headers.clone())).collect())
}

/// Sends from 64 connections while everyone listens; gives the median rate.
pub(crate) async fn measure(
    plan: &Plan,
    engine: &str,
    server: &Server,
    crowd: &Crowd,
    bare: &Bare,
    flush: f64,
    table: &mut Table,
) -> anyhow::Result<f64> {
    let people = shared(crowd);
    let (mut rates, mut singles) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        let sockets = Sockets::open(server, crowd).await?;
        let run = RUN.fetch_add(1, Ordering::Relaxed);
        let people_here = Arc::clone(&people);
        let request = move |place, n| send(&people_here, run, place, n);
        let length = Duration::from_secs(plan.seconds);
        let sending = hammer(64, length, server.port, request);
        let hammered = during("durable sends", sending).await?;
        check_told(&hammered, sockets.close().await?)?;
        rates.push(hammered.rate);
        singles.push(single_sender(server, &people).await?);
    }
    table.add(
        engine,
        "durable sends, 64 connections, both told",
        &rates,
        "messages/s",
        Some((bare.rate(), "bare handler")),
    );
    table.add(
        engine,
        "a single idle sender, p50",
        &singles,
        "ms",
        Some((flush + bare.single(), "flush + bare request")),
    );
    Ok(median(&rates))
}

async fn single_sender(server: &Server, people: &Arc<Vec<(String, String)>>) -> anyhow::Result<f64> {
    let run = RUN.fetch_add(1, Ordering::Relaxed);
    let mut connection = Connection::open(server.port).await?;
    let mut times = histogram()?;
    for n in 0..1000 {
        let Request { method, path, headers, body } = send(people, run, 0, n);
        let started = Instant::now();
        let status = connection.ask(method, &path, &headers, &body).await?.status;
        anyhow::ensure!(status == 201, "answered {status}");
        note(&mut times, started.elapsed());
    }
    Ok(millis(&times, 0.5))
}

/// Everyone must have heard of each message: twice in all, once if somebody wrote to themselves.
fn check_told(hammered: &Hammered, arrived: Vec<(i64, Instant)>) -> anyhow::Result<()> {
    let mut told: HashMap<i64, u32> = HashMap::new();
    for (id, _) in &arrived {
        *told.entry(*id).or_default() += 1;
    }
    let missed = hammered.answers.iter().filter(|(id, _)| !matches!(told.get(id), Some(1 | 2))).count();
    anyhow::ensure!(missed == 0, "{missed} of {} messages were not told exactly", hammered.answers.len());
    Ok(())
}

/// From a POST to its notification, at a steady rate that the server can keep up with.
#[expect(clippy::too_many_arguments, reason = "what a figure is measured on and divided by")]
pub(crate) async fn latency(
    plan: &Plan,
    engine: &str,
    server: &Server,
    crowd: &Crowd,
    rate: f64,
    bare: &Bare,
    flush: f64,
    table: &mut Table,
) -> anyhow::Result<()> {
    let people = shared(crowd);
    let (mut p50s, mut p99s) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        let sockets = Sockets::open(server, crowd).await?;
        let sending = paced(server.port, &people, rate, Duration::from_secs(plan.seconds));
        let sent: HashMap<i64, Instant> = during("latency", sending).await?.into_iter().collect();
        let mut times = histogram()?;
        for (id, arrived) in sockets.close().await? {
            if let Some(asked) = sent.get(&id) {
                note(&mut times, arrived.saturating_duration_since(*asked));
            }
        }
        p50s.push(millis(&times, 0.5));
        p99s.push(millis(&times, 0.99));
    }
    let floor = Some((flush + bare.single(), "flush + bare request"));
    table.add(engine, "POST to notification at half the top rate, p50", &p50s, "ms", floor);
    table.add(engine, "POST to notification at half the top rate, p99", &p99s, "ms", floor);
    Ok(())
}

/// Sends at moments fixed beforehand, whether or not the one before was answered in time: a slow answer does not slow
/// the load down, and its wait counts.
async fn paced(
    port: u16,
    people: &Arc<Vec<(String, String)>>,
    rate: f64,
    length: Duration,
) -> anyhow::Result<Vec<(i64, Instant)>> {
    const CONNECTIONS: usize = 32;
    let run = RUN.fetch_add(1, Ordering::Relaxed);
    let each = Duration::from_secs_f64(CONNECTIONS as f64 / rate);
    let started = Instant::now();
    let mut tasks: JoinSet<anyhow::Result<Vec<(i64, Instant)>>> = JoinSet::new();
    for place in 0..CONNECTIONS {
        let people = Arc::clone(people);
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut sent = Vec::new();
            let offset = each.mul_f64(place as f64 / CONNECTIONS as f64);
            for n in 0.. {
                let due = started + offset + each.mul_f64(n as f64);
                if due.duration_since(started) >= length {
                    break;
                }
                tokio::time::sleep_until(due.into()).await;
                let Request { method, path, headers, body } = send(&people, run, place, n);
                // The timer is coarse; what the generator is late itself is not the server's.
                let asked = Instant::now().min(due + Duration::from_millis(2));
                let answer = connection.ask(method, &path, &headers, &body).await?;
                anyhow::ensure!(answer.status == 201, "answered {}", answer.status);
                sent.extend(answer.number("id").map(|id| (id, asked)));
            }
            Ok(sent)
        });
    }
    let mut sent = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        sent.extend(outcome??);
    }
    Ok(sent)
}
