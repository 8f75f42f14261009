//! One run: people chat, something breaks and is mended, everyone catches up, and the checker looks at it all.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::checker::{self, Verdict};
use crate::crowd::Crowd;
use crate::faults::{Fault, Nodes};
use crate::recorder::Recorder;
use crate::report::{Played, Report, Skipped};
use crate::stage::{Engine, Peaks, Server, Stage};

/// Longer than any run takes unless something hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the server may use at most, whatever is done to it: some times of what it uses by itself, in KiB.
const MOST_MEMORY: u64 = 128 * 1024;
const MOST_THREADS: u64 = 128;

/// How to play.
#[derive(Clone)]
pub struct Plan {
    /// The server's binary.
    pub binary: PathBuf,
    /// Where histories are kept; otherwise they go away.
    pub records: Option<PathBuf>,
    /// What randomness comes from.
    pub seed: u64,
    /// Whether there is little time.
    pub short: bool,
    /// More settings of the server.
    pub settings: Vec<(&'static str, String)>,
}

/// Plays one run. What could not be played to its end is in the report too.
pub async fn play(plan: &Plan, fault: &'static Fault, engine: Engine) -> Report {
    let outcome = match Stage::is_possible(engine, fault).await {
        Err(reason) => Err(Skipped(reason)),
        Ok(()) => Ok(try_to_play(plan, fault, engine).await.unwrap_or_else(|error| Played {
            verdict: Verdict::default(),
            peaks: Peaks::default(),
            memory: (0, 0),
            notes: Vec::new(),
            failure: Some(format!("{error:#}")),
        })),
    };
    Report { fault: fault.name, what: fault.what, engine, seed: plan.seed, short: plan.short, outcome }
}

async fn try_to_play(plan: &Plan, fault: &Fault, engine: Engine) -> anyhow::Result<Played> {
    let folder = TempDir::with_prefix("chatapp-chaos-")?;
    let records = match &plan.records {
        Some(records) => records.join(format!("{}-{}-{}", fault.name, engine.name().to_lowercase(), plan.seed)),
        None => folder.path().to_owned(),
    };
    std::fs::create_dir_all(&records)?;
    let recorder = Arc::new(Recorder::begin(&records.join("history.jsonl"))?);
    let mut stage =
        Stage::set_up(folder.path(), &plan.binary, engine, fault, &plan.settings, Arc::clone(&recorder)).await?;
    stage.short = plan.short;
    let crowd = Crowd::gather(&stage, &recorder, plan.seed).await?;
    stage.people = crowd.people().to_vec();
    let mut before = 0;
    let failure = match timeout(PATIENCE, chat(&mut stage, fault, crowd, &mut before)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(_) => Some(format!("not done after {} s", PATIENCE.as_secs())),
    };
    let memory = (before, memory(&stage));
    if let Some(records) = plan.records.as_ref().map(|_| &records) {
        keep_log(folder.path(), records);
    }
    let verdict = checker::check(&recorder.history());
    let peaks = stage.servers().map(Server::peaks).fold(Peaks::default(), Peaks::higher);
    let mut notes = std::mem::take(&mut stage.notes);
    if fault.nodes != Nodes::One {
        notes.push(format!("slowest hint in bad times: {} ms", verdict.longest_bad_delay / 1000));
    }
    let failure = failure.or_else(|| too_much(peaks));
    Ok(Played { verdict, peaks, memory, notes, failure })
}

fn too_much(peaks: Peaks) -> Option<String> {
    let bounded = peaks.rss <= MOST_MEMORY && peaks.threads <= MOST_THREADS;
    (!bounded).then(|| format!("the server used too much: {peaks:?}"))
}

/// The most that one of the servers has.
fn memory(stage: &Stage) -> u64 {
    stage.servers().map(Server::memory).max().unwrap_or(0)
}

async fn chat(stage: &mut Stage, fault: &Fault, crowd: Crowd, before: &mut u64) -> anyhow::Result<()> {
    let calm = Duration::from_millis(if stage.short { 700 } else { 4000 });
    sleep(calm).await;
    *before = memory(stage);
    let struck = (fault.strike)(stage).await;
    // Good times again: long enough that notifications are timed once more.
    let grace = Duration::from_micros(checker::GRACE);
    sleep(if stage.short { calm } else { grace + calm }).await;
    let finished = crowd.finish().await;
    struck.and(finished)
}

fn keep_log(folder: &Path, records: &Path) {
    for name in ["server.log", "mariadb.log", "redis.log"] {
        // Not every run has all of them.
        let _ = std::fs::copy(folder.join(name), records.join(name));
    }
}
