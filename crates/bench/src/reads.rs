//! Reading, after everything that was sent before.

use std::time::Duration;

use anyhow::Context;

use crate::clock::{during, median};
use crate::figure::Figure;
use crate::figure::Wanted::AtLeast;
use crate::hammer::{Request, hammer};
use crate::http::Connection;
use crate::stage::Stage;

/// How many connections ask.
const CONNECTIONS: usize = 64;

/// What somebody asks for.
type Path = fn(&Reader) -> String;

/// What a page asks for most, and what that is called.
const READS: [(&str, Path); 4] = [
    ("the 15 newest of a conversation", |reader| format!("/api/v1/message/?target={}", reader.peer)),
    ("one message", |reader| format!("/api/v1/message/{}/", reader.message)),
    ("the conversation list (50)", |_| "/api/v1/conversation/?limit=50".to_owned()),
    ("the event feed (100)", |reader| format!("/api/v1/event/?after={}&limit=100", (reader.pos - 100).max(0))),
];

/// Somebody who reads.
struct Reader {
    headers: String,
    /// Whom they write to.
    peer: String,
    /// A message between the two.
    message: i64,
    /// The latest place among their events.
    pos: i64,
}

/// Measures them: first one person asks on all connections, as whose devices come back together, most of which are answered by what
/// others looked up; then another one on each. Gives the median rates of the latter.
pub(crate) async fn measure(stage: &mut Stage<'_>) -> anyhow::Result<Vec<(String, f64)>> {
    let mut readers = Vec::new();
    for place in 0..CONNECTIONS {
        readers.push(reader(stage, place).await?);
    }
    let mut found = Vec::new();
    for (what, path) in READS {
        rate(stage, format!("{what}, one person"), path, &readers[..1]).await?;
        found.push(rate(stage, format!("{what}, {CONNECTIONS} people"), path, &readers).await?);
    }
    Ok(found)
}

/// How often they are answered, asking on all connections in turn.
async fn rate(stage: &mut Stage<'_>, what: String, path: Path, readers: &[Reader]) -> anyhow::Result<(String, f64)> {
    let asked: Vec<(String, String)> = readers.iter().map(|reader| (path(reader), reader.headers.clone())).collect();
    let mut rates = Vec::new();
    for _ in 0..stage.plan.runs {
        let asked = asked.clone();
        let request = move |place: usize, _| {
            let (path, headers) = asked[place % asked.len()].clone();
            Request { method: "GET", path, headers, body: String::new() }
        };
        let length = Duration::from_secs(stage.plan.seconds.min(3));
        rates.push(during(&what, hammer(CONNECTIONS, length, stage.server.port, request)).await?.rate);
    }
    let figure = Figure::new(&what, &rates, "requests/s").of(stage.floor.bare.rate(), "bare handler");
    stage.add(figure.wanted(stage.either(AtLeast(0.4), AtLeast(0.2))));
    Ok((what, median(&rates)))
}

/// The person at this place, and whoever of the two beside writes to them.
async fn reader(stage: &Stage<'_>, place: usize) -> anyhow::Result<Reader> {
    let people = &stage.crowd.people;
    let (headers, peer) = (people[place].headers.clone(), people[place ^ 1].name.clone());
    let mut connection = Connection::open(stage.server.port).await?;
    let page = connection.ask("GET", &format!("/api/v1/message/?target={peer}"), &headers, "").await?;
    let message = page.number("id").context("a message")?;
    let pos = connection.ask("GET", "/api/v1/event/", &headers, "").await?.number("pos").context("a place")?;
    Ok(Reader { headers, peer, message, pos })
}
