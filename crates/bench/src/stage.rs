//! What a figure of one engine is measured on, and divided by.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Plan;
use crate::figure::{Figure, Wanted};
use crate::floor::Floor;
use crate::hammer::Request;
use crate::people::Crowd;
use crate::results::Results;
use crate::server::Server;
use crate::table::Table;

/// A running server with its people, and where its figures go.
pub(crate) struct Stage<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) engine: &'a str,
    pub(crate) floor: &'a Floor,
    pub(crate) server: Server,
    pub(crate) crowd: Crowd,
    pub(crate) table: &'a mut Table,
    pub(crate) results: &'a Results,
}

/// A number for keys that no run before had.
pub(crate) fn next_run() -> u64 {
    static RUN: AtomicU64 = AtomicU64::new(0);
    RUN.fetch_add(1, Ordering::Relaxed)
}

impl Stage<'_> {
    /// Adds a figure.
    pub(crate) fn add(&mut self, figure: Figure<'_>) {
        self.table.add(self.engine, figure);
    }

    /// What is wanted on this engine.
    pub(crate) fn either(&self, on_sqlite: Wanted, on_mysql: Wanted) -> Wanted {
        if self.server.mysql_url().is_some() { on_mysql } else { on_sqlite }
    }

    /// Sends under keys that were never used. Each connection is used by one person at a time, who writes to many.
    pub(crate) fn sends(&self) -> impl Fn(usize, u64) -> Request + Clone + Send + use<> {
        sends_among(&self.crowd)
    }
}

/// Sends under keys that were never used, from and to everyone of a crowd: never to oneself, since the places of the two
/// differ by an odd number.
pub(crate) fn sends_among(crowd: &Crowd) -> impl Fn(usize, u64) -> Request + Clone + Send + use<> {
    let people: Arc<Vec<(String, String)>> =
        Arc::new(crowd.people.iter().map(|person| (person.name.clone(), person.headers.clone())).collect());
    let run = next_run();
    move |place, n| {
        let turn = usize::try_from(n).unwrap_or_default();
        let (_, headers) = &people[(place * 3 + turn) % people.len()];
        let (recipient, _) = &people[(place * 7 + turn * 5 + 1) % people.len()];
        send(headers, recipient, &format!("{run}-{place}-{n}"))
    }
}

/// One message of ordinary length.
pub(crate) fn send(headers: &str, recipient: &str, key: &str) -> Request {
    Request {
        method: "POST",
        path: "/api/v1/message/".to_owned(),
        headers: format!("{headers}Idempotency-Key: {key}\r\n"),
        body: format!(r#"{{"recipient":"{recipient}","body":"a message of ordinary length, as people write them"}}"#),
    }
}
