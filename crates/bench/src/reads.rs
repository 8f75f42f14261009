//! Reading, after everything that was sent before.

use std::time::Duration;

use crate::clock::during;
use crate::floor::Bare;
use crate::people::Crowd;
use crate::server::Server;
use crate::table::Table;
use crate::{Plan, sends};

/// Measures what a page asks for most.
pub(crate) async fn measure(
    plan: &Plan,
    engine: &str,
    server: &Server,
    crowd: &Crowd,
    bare: &Bare,
    table: &mut Table,
) -> anyhow::Result<()> {
    let peer = &crowd.people[1].name;
    let reads = [
        ("the 15 newest of a conversation", format!("/api/v1/message/?target={peer}")),
        ("one message", "/api/v1/message/?ids=1,2,3".to_owned()),
        ("the conversation list (50)", "/api/v1/conversation/?limit=50".to_owned()),
        ("the event feed (100)", "/api/v1/event/?after=0&limit=100".to_owned()),
    ];
    for (what, path) in reads {
        let mut rates = Vec::new();
        for _ in 0..plan.runs {
            let (headers, path) = (crowd.people[0].headers.clone(), path.clone());
            let request = move |_, _| sends::Request {
                method: "GET",
                path: path.clone(),
                headers: headers.clone(),
                body: String::new(),
            };
            let length = Duration::from_secs(plan.seconds.min(3));
            let reading = sends::hammer(64, length, server.port, request);
            rates.push(during(what, reading).await?.rate);
        }
        table.add(engine, what, &rates, "requests/s", Some((bare.rate(), "bare handler")));
    }
    Ok(())
}
