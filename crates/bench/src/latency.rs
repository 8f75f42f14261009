//! From a POST to its notification, at a steady rate that the server can keep up with.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::clock::{during, histogram, median, millis, note};
use crate::figure::Figure;
use crate::figure::Wanted::AtMost;
use crate::hammer::paced;
use crate::sockets::{Sockets, check_told};
use crate::stage::Stage;

/// Measures at half of `top` messages a second; gives the median of what 99 of 100 notifications took at most, in milliseconds.
pub(crate) async fn measure(stage: &mut Stage<'_>, top: f64) -> anyhow::Result<f64> {
    let (mut p50s, mut p99s) = (Vec::new(), Vec::new());
    for _ in 0..stage.plan.runs {
        let sockets = Sockets::open(&stage.server, &stage.crowd).await?;
        let length = Duration::from_secs(stage.plan.seconds);
        let sending = paced(stage.server.port, top / 2.0, length, stage.sends());
        let sent = during("latency", sending).await?;
        let sent: HashMap<i64, Instant> = sent.into_iter().map(|(id, asked, _)| (id, asked)).collect();
        let mut times = histogram()?;
        let arrived = sockets.close().await?;
        check_told(sent.keys().copied(), &arrived)?;
        for (id, arrived) in arrived {
            if let Some(asked) = sent.get(&id) {
                note(&mut times, arrived.saturating_duration_since(*asked));
            }
        }
        p50s.push(millis(&times, 0.5));
        p99s.push(millis(&times, 0.99));
    }
    let floor = stage.floor.flush + stage.floor.echo;
    let usual = Figure::new("POST to notification at half the top rate, p50", &p50s, "ms");
    stage.add(usual.of(floor, "flush + echo"));
    let slow = Figure::new("POST to notification at half the top rate, p99", &p99s, "ms");
    stage.add(slow.of(floor, "flush + echo").wanted(stage.either(AtMost(5.0), AtMost(8.0))));
    Ok(median(&p99s))
}
