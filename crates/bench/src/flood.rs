//! A flood of log-ins, each of which costs a quarter of a second of work, beside people who write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::clock::median;
use crate::figure::Figure;
use crate::figure::Wanted::AtMost;
use crate::http::Connection;
use crate::people::{self, PASSWORD};
use crate::sends::slowest_of_paced;
use crate::stage::Stage;

/// How many log in at once, again and again.
const FLOOD: usize = 50;

/// How many messages a second are sent meanwhile: far less than the machine can do.
const RATE: f64 = 500.0;

/// Measures how long sends take beside a flood, against none. Every send must succeed.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    people::register(&stage.server, "costly", 1, 12)?;
    let (mut calm, mut flooded, mut log_ins) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..stage.plan.runs {
        calm.push(slowest_of_paced(stage, RATE, "sends beside log-ins").await?);
        let flood = Flood::begin(stage.server.port);
        flooded.push(slowest_of_paced(stage, RATE, "sends beside log-ins").await?);
        log_ins.push(flood.end().await as f64 / stage.plan.seconds as f64);
    }
    let calm = median(&calm);
    let slow = Figure::new("a send at 500 a second beside a log-in flood, p99", &flooded, "ms");
    stage.add(slow.of(calm, "without the flood").wanted(AtMost(3.0)));
    stage.add(Figure::new("log-ins answered or refused in the flood", &log_ins, "a second"));
    Ok(())
}

/// People who log in with the right password, over and over.
struct Flood {
    tasks: JoinSet<()>,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

impl Flood {
    fn begin(port: u16) -> Self {
        let (mut tasks, stop, answered) =
            (JoinSet::new(), Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let body = format!(r#"{{"username":"costly0","password":"{PASSWORD}"}}"#);
        for _ in 0..FLOOD {
            let (body, stop, answered) = (body.clone(), Arc::clone(&stop), Arc::clone(&answered));
            tasks.spawn(async move {
                let Ok(mut connection) = Connection::open(port).await else { return };
                while !stop.load(Ordering::Relaxed) {
                    let json = "Content-Type: application/json\r\n";
                    // Too many at once are refused, which is right; whoever is refused tries again a little later.
                    match connection.ask("POST", "/api/v1/session/", json, &body).await {
                        Ok(answer) if answer.status / 100 == 2 => {}
                        Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                        Err(_) => return,
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        Self { tasks, stop, answered }
    }

    async fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
        self.answered.load(Ordering::Relaxed)
    }
}
