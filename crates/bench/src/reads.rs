//! Reading, after everything that was sent before.

use std::time::Duration;

use crate::clock::during;
use crate::figure::Figure;
use crate::figure::Wanted::AtLeast;
use crate::hammer::{Request, hammer};
use crate::stage::Stage;

/// What a page asks for most, of the first two people, and what it is called.
fn reads(peer: &str) -> [(&'static str, String); 4] {
    [
        ("the 15 newest of a conversation", format!("/api/v1/message/?target={peer}")),
        ("one message", "/api/v1/message/{id}/".to_owned()),
        ("the conversation list (50)", "/api/v1/conversation/?limit=50".to_owned()),
        ("the event feed (100)", "/api/v1/event/?after={pos}&limit=100".to_owned()),
    ]
}

/// Measures them; gives the median rates.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<Vec<(&'static str, f64)>> {
    let peer = stage.crowd.people[1].name.clone();
    let (id, pos) = newest(stage, &peer).await?;
    let mut found = Vec::new();
    for (what, path) in reads(&peer) {
        let path = path.replace("{id}", &id.to_string()).replace("{pos}", &(pos - 100).max(0).to_string());
        let mut rates = Vec::new();
        for _ in 0..stage.plan.runs {
            let (headers, path) = (stage.crowd.people[0].headers.clone(), path.clone());
            let request = move |_, _| Request {
                method: "GET",
                path: path.clone(),
                headers: headers.clone(),
                body: String::new(),
            };
            let length = Duration::from_secs(stage.plan.seconds.min(3));
            rates.push(during(what, hammer(64, length, stage.server.port, request)).await?.rate);
        }
        let figure = Figure::new(what, &rates, "requests/s").of(stage.floor.bare.rate(), "bare handler");
        stage.add(figure.wanted(stage.either(AtLeast(0.4), AtLeast(0.2))));
        found.push((what, crate::clock::median(&rates)));
    }
    Ok(found)
}

/// The newest message of the conversation with `peer`, and the latest place among the first person's events.
async fn newest(stage: &Stage<'_>, peer: &str) -> anyhow::Result<(i64, i64)> {
    use anyhow::Context;
    let headers = &stage.crowd.people[0].headers;
    let mut connection = crate::http::Connection::open(stage.server.port).await?;
    let page = connection.ask("GET", &format!("/api/v1/message/?target={peer}"), headers, "").await?;
    let id = page.number("id").context("a message")?;
    let pos = connection.ask("GET", "/api/v1/event/", headers, "").await?.number("pos").context("a place")?;
    Ok((id, pos))
}
