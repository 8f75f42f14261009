//! Whether anything gets slower as a database grows: the same figures on an almost empty one, in which everybody wrote to the
//! same people once, and on a large one.

mod fill;

use crate::figure::Figure;
use crate::figure::Wanted::AtMost;
use crate::people::Crowd;
use crate::server::Server;
use crate::stage::Stage;
use crate::{flow, latency, reads, rest, sends};

/// Measures on two new databases, one of which has next to nothing in it.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let small = on_new_database(stage, 0).await?;
    let large = on_new_database(stage, stage.plan.growth).await?;
    for ((what, small), (_, large)) in small.into_iter().zip(large) {
        let times = if what.ends_with("ms") { large / small } else { small / large };
        let what = format!("{} messages against none: {what}", stage.plan.growth);
        stage.add(Figure::new(what, &[times], "times as slow").wanted(AtMost(1.25)));
    }
    Ok(())
}

async fn on_new_database(stage: &mut Stage<'_>, messages: u64) -> anyhow::Result<Vec<(String, f64)>> {
    let url = match stage.server.mysql_url() {
        Some(url) => Some(fill::new_database(url, messages).await?),
        None => None,
    };
    let mut server = Server::start(&stage.plan.server, url.as_deref()).await?;
    let crowd = Crowd::make(&server, "user", Crowd::SIZE).await?;
    server.stop()?;
    fill::fill(&server, messages).await?;
    let started = server.restart().await?;
    let before = (std::mem::replace(&mut stage.server, server), std::mem::replace(&mut stage.crowd, crowd));
    let figures = figures(stage, messages).await;
    (stage.server, stage.crowd) = before;
    let mut figures = figures?;
    figures.push(("start to first answer, ms".to_owned(), started.as_secs_f64() * 1e3));
    Ok(figures)
}

async fn figures(stage: &mut Stage<'_>, messages: u64) -> anyhow::Result<Vec<(String, f64)>> {
    eprintln!("| {} | with {messages} messages | | | |", stage.engine);
    let sent = sends::measure(stage, None).await?;
    let mut figures = vec![
        ("durable sends".to_owned(), sent.rate),
        ("a single idle sender, ms".to_owned(), sent.single),
        ("POST to notification, p99, ms".to_owned(), latency::measure(stage, sent.rate).await?),
        ("the whole flow".to_owned(), flow::measure(stage).await?),
    ];
    figures.extend(reads::measure(stage).await?);
    rest::restart(stage).await?;
    Ok(figures)
}
