//! What a run measured, as a row of a table.

use std::fmt;

use crate::checker::{Breach, Verdict};
use crate::stage::{Engine, Peaks};

/// What came of one run.
pub struct Report {
    /// The fault's name.
    pub fault: &'static str,
    /// What was broken.
    pub what: &'static str,
    /// On which database.
    pub engine: Engine,
    /// What the randomness came from.
    pub seed: u64,
    /// Whether less was broken than that, for less time.
    pub short: bool,
    /// What was found, unless it was skipped.
    pub outcome: Result<Played, Skipped>,
}

/// Why a run was not played.
pub struct Skipped(pub String);

/// What was found.
pub struct Played {
    /// By the checker.
    pub verdict: Verdict,
    /// By watching the process.
    pub peaks: Peaks,
    /// The servers' memory before anything was broken, and when everyone had caught up afterwards, in KiB.
    pub memory: (u64, u64),
    /// By the fault itself.
    pub notes: Vec<String>,
    /// Why the run could not be played to its end.
    pub failure: Option<String>,
}

impl Report {
    /// Whether nothing was wrong. A skipped run is not wrong.
    pub fn is_good(&self) -> bool {
        self.outcome.as_ref().map_or(true, |played| played.failure.is_none() && played.verdict.is_clean())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} on {}, seed {}", self.fault, self.engine.name(), self.seed)?;
        match &self.outcome {
            Err(Skipped(reason)) => writeln!(f, "SKIPPED: {reason}"),
            Ok(played) => {
                write!(f, "{}", played.verdict)?;
                played.notes.iter().try_for_each(|note| writeln!(f, "{note}"))?;
                played.failure.iter().try_for_each(|failure| writeln!(f, "FAILED: {failure}"))
            }
        }
    }
}

/// Rows in Markdown.
pub struct Table<'a>(pub &'a [Report]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| fault | database | acked | lost | doubled | out of order | differ | missed | leaked | early / late | \
             answers | longest answer | longest outage | slowest hint | peak | memory before / after |"
        )?;
        writeln!(f, "|{}", " --- |".repeat(16))?;
        self.0.iter().try_for_each(|report| row(report, f))?;
        writeln!(f)?;
        for report in self.0 {
            let Ok(played) = &report.outcome else { continue };
            let (name, engine) = (report.fault, report.engine.name());
            played.notes.iter().try_for_each(|note| writeln!(f, "- {name}, {engine}: {note}"))?;
            played.failure.iter().try_for_each(|failure| writeln!(f, "- {name}, {engine}: FAILED: {failure}"))?;
        }
        Ok(())
    }
}

fn row(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let shortened = if report.short { " (shortened)" } else { "" };
    write!(f, "| {}{shortened} | {} |", report.what, report.engine.name())?;
    let played = match &report.outcome {
        Err(Skipped(reason)) => return writeln!(f, " skipped: {reason} |{}", " |".repeat(13)),
        Ok(played) => played,
    };
    let verdict = &played.verdict;
    let of = |breach| verdict.count(breach);
    let answers: Vec<String> = verdict.answers.iter().map(|(name, count)| format!("{name}: {count}")).collect();
    writeln!(
        f,
        " {} | {} | {} | {} | {} | {} | {} | {} / {} | {} | {} ms | {} ms | {} ms | {} MiB, {} threads, {} files | {} / {} KiB |",
        verdict.acked,
        of(Breach::Lost),
        of(Breach::Doubled),
        of(Breach::Hole) + of(Breach::OutOfOrder),
        of(Breach::Diverged) + of(Breach::Invented),
        of(Breach::Missed),
        of(Breach::Leaked),
        of(Breach::Early),
        of(Breach::Late),
        answers.join(", "),
        verdict.longest_answer / 1000,
        verdict.longest_outage / 1000,
        verdict.longest_delay / 1000,
        played.peaks.rss / 1024,
        played.peaks.threads,
        played.peaks.files,
        played.memory.0,
        played.memory.1,
    )
}
