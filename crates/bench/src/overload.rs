//! More than the server can do: whoever is refused must be told at once, whoever is not must not wait for long, and nobody may take
//! everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::clock::{during, histogram, median, millis, note};
use crate::figure::Figure;
use crate::hammer::Request;
use crate::http::Connection;
use crate::sends::slowest_of_paced;
use crate::stage::{Stage, next_run, send};

/// How many connections ask at once where that is no overload, and where it is: four times as many as the server answers at once.
const MANY: usize = 64;
const TOO_MANY: usize = 1024;

/// How long whoever is refused waits before the next try: less than the server asks for, so that the overload lasts.
const PAUSE: Duration = Duration::from_millis(100);

/// On how many connections two people write to each other without a pause: most of those that the server answers at once.
const GREEDY: usize = 192;

/// How many messages a second everybody else sends together.
const RATE: f64 = 500.0;

/// Measures sends from more connections than are answered at once, and beside two people who write without a pause.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let (mut before, mut loaded) = (Vec::new(), Vec::new());
    for _ in 0..stage.plan.runs {
        before.push(pressed(stage, MANY).await?);
        loaded.push(pressed(stage, TOO_MANY).await?);
    }
    let of = |runs: &[Pressed], figure: fn(&Pressed) -> f64| runs.iter().map(figure).collect::<Vec<f64>>();
    let rates = of(&loaded, |run| run.rate);
    let named = |what: &str| format!("{what}, {TOO_MANY} connections");
    let saved = Figure::new(named("durable sends"), &rates, "messages/s");
    stage.add(saved.of(median(&of(&before, |run| run.rate)), &format!("from {MANY}")));
    let slowest = of(&loaded, |run| run.saved);
    let slow = Figure::new(named("a send that is saved, p99"), &slowest, "ms");
    stage.add(slow.of(median(&of(&before, |run| run.saved)), &format!("from {MANY}")));
    stage.add(Figure::new(named("a refusal, p99"), &of(&loaded, |run| run.refused), "ms"));
    stage.add(Figure::new(named("refused of all"), &of(&loaded, |run| 100.0 * run.share), "%"));
    let (mut calm, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..stage.plan.runs {
        calm.push(slowest_of_paced(stage, RATE, "sends beside a greedy pair").await?);
        let greedy = Greedy::begin(stage);
        beside.push(slowest_of_paced(stage, RATE, "sends beside a greedy pair").await?);
        greedy.end().await?;
    }
    let what = format!("a send at 500 a second beside two who write on {GREEDY} connections, p99");
    stage.add(Figure::new(what, &beside, "ms").of(median(&calm), "without them"));
    Ok(())
}

/// What came of asking on so many connections.
struct Pressed {
    /// Messages a second.
    rate: f64,
    /// How long the slowest of a hundred waited that was saved, and that was refused, in milliseconds.
    saved: f64,
    refused: f64,
    /// How many were refused, of all.
    share: f64,
}

/// How long answers took.
struct Answers {
    saved: Histogram<u64>,
    refused: Histogram<u64>,
}

async fn pressed(stage: &Stage<'_>, connections: usize) -> anyhow::Result<Pressed> {
    let length = Duration::from_secs(stage.plan.seconds);
    let mut tasks: JoinSet<anyhow::Result<Answers>> = JoinSet::new();
    let started = Instant::now();
    for place in 0..connections {
        tasks.spawn(press(stage.server.port, place, started + length, stage.sends()));
    }
    let mut all = Answers { saved: histogram()?, refused: histogram()? };
    let asking = async {
        while let Some(answers) = tasks.join_next().await {
            let answers = answers??;
            all.saved.add(&answers.saved)?;
            all.refused.add(&answers.refused)?;
        }
        Ok::<_, anyhow::Error>(())
    };
    during("more sends than can be answered", asking).await?;
    let (saved, refused) = (all.saved.len() as f64, all.refused.len() as f64);
    Ok(Pressed {
        rate: saved / started.elapsed().as_secs_f64(),
        saved: millis(&all.saved, 0.99),
        refused: millis(&all.refused, 0.99),
        share: refused / (saved + refused),
    })
}

/// Sends on one connection until a moment. Nothing but 201 and 503 is right.
async fn press(
    port: u16,
    place: usize,
    until: Instant,
    request: impl Fn(usize, u64) -> Request,
) -> anyhow::Result<Answers> {
    let mut answers = Answers { saved: histogram()?, refused: histogram()? };
    let mut connection = Connection::open(port).await?;
    for n in 0.. {
        let asked = Instant::now();
        if asked >= until {
            break;
        }
        let Request { method, path, headers, body } = request(place, n);
        match connection.ask(method, &path, &headers, &body).await?.status {
            201 => note(&mut answers.saved, asked.elapsed()),
            503 => {
                note(&mut answers.refused, asked.elapsed());
                tokio::time::sleep(PAUSE).await;
                // Whoever is refused before the body was read cannot go on with the same connection.
                connection = Connection::open(port).await?;
            }
            status => anyhow::bail!("answered {status}"),
        }
    }
    Ok(answers)
}

/// Two people who write to each other as fast as they are answered.
struct Greedy {
    tasks: JoinSet<anyhow::Result<()>>,
    stop: Arc<AtomicBool>,
}

impl Greedy {
    fn begin(stage: &Stage<'_>) -> Self {
        let (mut tasks, stop, run) = (JoinSet::new(), Arc::new(AtomicBool::new(false)), next_run());
        for place in 0..GREEDY {
            let (from, to) = (&stage.crowd.people[place % 2], &stage.crowd.people[(place + 1) % 2]);
            let (headers, to, port, stop) =
                (from.headers.clone(), to.name.clone(), stage.server.port, Arc::clone(&stop));
            tasks.spawn(async move {
                let mut connection = Connection::open(port).await?;
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let Request { method, path, headers, body } = send(&headers, &to, &format!("{run}-{place}-{n}"));
                    let status = connection.ask(method, &path, &headers, &body).await?.status;
                    anyhow::ensure!(status == 201, "answered {status}");
                }
                Ok(())
            });
        }
        Self { tasks, stop }
    }

    async fn end(mut self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(outcome) = self.tasks.join_next().await {
            outcome??;
        }
        Ok(())
    }
}
