//! Input that nobody should send, in classes: how many were tried, and what came back. An answer is wrong if it is a 5xx
//! other than 503, is HTML where JSON is spoken, is another status than the class deserves, or does not come.

mod classes;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures_util::{StreamExt, stream};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;

use self::classes::{CLASSES, Class};
use self::wire::Answer;
use crate::crowd::{messages, register};
use crate::faults;
use crate::recorder::Recorder;
use crate::run::Plan;
use crate::stage::{Engine, Stage};

/// How many of each class are tried.
const TRIES: usize = 500;
const SHORT_TRIES: usize = 40;
/// How many are tried at once: fewer than a person may have sockets.
const AT_ONCE: usize = 8;

/// How long the server may take to accept a message.
const PATIENCE: Duration = Duration::from_secs(12);

/// What came of one class.
struct Row {
    class: &'static Class,
    engine: Engine,
    tried: usize,
    answers: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

/// What came of all classes.
pub struct Inputs {
    rows: Vec<Row>,
    memory: Vec<(Engine, u64, u64)>,
}

impl Inputs {
    /// Whether no answer was wrong.
    pub fn is_good(&self) -> bool {
        self.rows.iter().all(|row| row.wrong.is_empty())
    }
}

/// Tries every class on a server of its own.
pub async fn try_all(plan: &Plan, engines: &[Engine]) -> anyhow::Result<Inputs> {
    let mut inputs = Inputs { rows: Vec::new(), memory: Vec::new() };
    for engine in engines {
        try_on(plan, *engine, &mut inputs).await?;
    }
    Ok(inputs)
}

async fn try_on(plan: &Plan, engine: Engine, inputs: &mut Inputs) -> anyhow::Result<()> {
    let folder = TempDir::with_prefix("chatapp-chaos-")?;
    let recorder = Arc::new(Recorder::begin(&folder.path().join("history.jsonl"))?);
    let calm = faults::named("calm").context("there is always a calm run")?;
    let stage = Stage::set_up(folder.path(), &plan.binary, engine, calm, &plan.settings, recorder).await?;
    let people = register(&stage, &["ada", "bob"].map(str::to_owned), |_| Vec::new()).await?;
    let (ada, bob) = (&people[0], &people[1]);
    ada.send("bob", "a-key-of-its-own", "the first message", PATIENCE).await;
    let message = messages(ada, "bob").await?.first().context("a message was not accepted")?.id;
    let before = stage.server.memory();
    for class in CLASSES {
        eprintln!("{} on {}", class.name, engine.name());
        let mut random = StdRng::seed_from_u64(plan.seed);
        let mut row = Row { class, engine, tried: 0, answers: BTreeMap::new(), wrong: Vec::new() };
        let scene = wire::Scene { cookie: &ada.cookie, message };
        let tries = if plan.short { SHORT_TRIES } else { TRIES };
        let requests: Vec<Vec<u8>> = (0..tries).map(|n| (class.make)(&mut random, n, &scene)).collect();
        let asking = requests.iter().map(async |request| (request, wire::ask(stage.server.address(), request).await));
        let mut answers = stream::iter(asking).buffer_unordered(AT_ONCE);
        while let Some((request, answer)) = answers.next().await {
            row.note(request, answer);
        }
        inputs.rows.push(row);
    }
    inputs.memory.push((engine, before, stage.server.memory()));
    let kept = bob.status_of(&format!("/api/v1/message/{message}/")).await;
    anyhow::ensure!(kept == Some(200), "the first message is gone: {kept:?}");
    Ok(())
}

impl Row {
    fn note(&mut self, request: &[u8], answer: Answer) {
        self.tried += 1;
        if !self.class.deserves(&answer) {
            let request = String::from_utf8_lossy(&request[..request.len().min(300)]).into_owned();
            self.wrong.push(format!("{answer:?} for {request:?}"));
        }
        *self.answers.entry(answer.name()).or_default() += 1;
    }
}

impl fmt::Display for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| input | database | tried | what came back | wrong |\n| --- | --- | --- | --- | --- |")?;
        for row in &self.rows {
            let answers: Vec<String> = row.answers.iter().map(|(name, count)| format!("{name}: {count}")).collect();
            let (what, engine, wrong) = (row.class.what, row.engine.name(), row.wrong.len());
            writeln!(f, "| {what} | {engine} | {} | {} | {wrong} |", row.tried, answers.join(", "))?;
        }
        writeln!(f)?;
        for (engine, before, after) in &self.memory {
            writeln!(f, "- {}: {before} KiB of memory before, {after} KiB after all of it", engine.name())?;
        }
        for row in &self.rows {
            row.wrong.iter().take(5).try_for_each(|wrong| writeln!(f, "- WRONG, {}: {wrong}", row.class.name))?;
        }
        Ok(())
    }
}
