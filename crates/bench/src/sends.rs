//! Durable sends: how many a second, and how long one takes.

use std::time::{Duration, Instant};

use crate::clock::{during, histogram, median, millis, note};
use crate::figure::Figure;
use crate::figure::Wanted::{AtLeast, AtMost};
use crate::hammer::{Request, hammer, paced};
use crate::http::Connection;
use crate::profile::Profile;
use crate::sockets::{Sockets, check_told};
use crate::stage::Stage;

/// Medians of what was measured.
pub(crate) struct Sent {
    /// Messages a second from 64 connections.
    pub(crate) rate: f64,
    /// How long a single sender waits, in milliseconds.
    pub(crate) single: f64,
}

/// Sends from 64 connections while everyone listens, and from one. If the engine was measured alone, `alone` is how many
/// messages a second it takes in a transaction each, over a pool of 16 connections.
pub(crate) async fn measure(stage: &mut Stage<'_>, alone: Option<f64>) -> anyhow::Result<Sent> {
    let (mut rates, mut singles) = (Vec::new(), Vec::new());
    for _ in 0..stage.plan.runs {
        rates.push(told_rate(stage, "durable sends").await?);
        singles.push(single_sender(stage).await?);
    }
    let sends = || Figure::new("durable sends, 64 connections, both told", &rates, "messages/s");
    let bare = sends().of(stage.floor.bare.rate(), "bare handler");
    stage.add(bare.wanted(stage.either(AtLeast(0.3), AtLeast(0.12))));
    if let Some(alone) = alone {
        stage.add(sends().of(alone, "a transaction a message, pool of 16").wanted(AtLeast(3.0)));
    }
    let one = stage.floor.flush + stage.floor.bare.single();
    let single = Figure::new("a single idle sender, p50", &singles, "ms").of(one, "flush + bare request");
    stage.add(single.wanted(stage.either(AtMost(2.0), AtMost(2.5))));
    if stage.plan.profile {
        sampled(stage).await?;
    }
    Ok(Sent { rate: median(&rates), single: median(&singles) })
}

/// Sends once more, to see where the time goes.
async fn sampled(stage: &Stage<'_>) -> anyhow::Result<()> {
    let profile = Profile::begin()?;
    let rate = told_rate(stage, "durable sends, sampled").await?;
    let title = format!("Durable sends on {}, {rate:.0} a second, with those who send them", stage.engine);
    profile.end(&title, &stage.results.file(&format!("sends-{}.svg", stage.engine.to_lowercase())))
}

/// Messages a second, each of which both people were told of on an open socket.
pub(crate) async fn told_rate(stage: &Stage<'_>, what: &str) -> anyhow::Result<f64> {
    let sockets = Sockets::open(&stage.server, &stage.crowd).await?;
    let length = Duration::from_secs(stage.plan.seconds);
    let hammered = during(what, hammer(64, length, stage.server.port, stage.sends())).await?;
    check_told(hammered.answers.iter().map(|(id, _)| *id), &sockets.close().await?)?;
    Ok(hammered.rate)
}

/// How long the slowest of a hundred sends takes, in milliseconds, if there are so many a second.
pub(crate) async fn slowest_of_paced(stage: &Stage<'_>, rate: f64, what: &str) -> anyhow::Result<f64> {
    let length = Duration::from_secs(stage.plan.seconds);
    let sent = during(what, paced(stage.server.port, rate, length, stage.sends())).await?;
    let mut times = histogram()?;
    for (_, asked, answered) in sent {
        note(&mut times, answered.saturating_duration_since(asked));
    }
    Ok(millis(&times, 0.99))
}

async fn single_sender(stage: &Stage<'_>) -> anyhow::Result<f64> {
    let mut connection = Connection::open(stage.server.port).await?;
    let (mut times, send) = (histogram()?, stage.sends());
    for n in 0..1000 {
        let Request { method, path, headers, body } = send(0, n);
        let started = Instant::now();
        let status = connection.ask(method, &path, &headers, &body).await?.status;
        anyhow::ensure!(status == 201, "answered {status}");
        note(&mut times, started.elapsed());
    }
    Ok(millis(&times, 0.5))
}
