//! Where the time goes: samples of the server under load, by thread and by function.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::process::Killed;

/// Samples of a process, taken while something else happens.
pub(crate) struct Profile {
    perf: Killed,
    folder: tempfile::TempDir,
}

/// How many functions are named.
const NAMED: usize = 40;

impl Profile {
    /// Begins to sample the server and everything else on this machine.
    pub(crate) fn begin() -> anyhow::Result<Self> {
        let folder = tempfile::TempDir::new()?;
        let perf = Command::new("perf")
            .args(["record", "--all-cpus", "--event", "cpu-clock", "--freq", "999", "--output"])
            .arg(folder.path().join("samples"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("perf, which takes the samples")?;
        Ok(Self { perf: Killed(perf), folder })
    }

    /// Ends sampling, and prints shares of the processors' time.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        // perf writes what it has when it is interrupted.
        Command::new("kill").args(["-INT", &self.perf.0.id().to_string()]).status()?;
        self.perf.0.wait()?;
        let shares = self.shares()?;
        let all: f64 = shares.values().sum();
        let mut threads: BTreeMap<&str, f64> = BTreeMap::new();
        for ((thread, _), samples) in &shares {
            *threads.entry(thread).or_default() += samples;
        }
        print("by thread", threads.iter().map(|(thread, samples)| ((*thread).to_owned(), samples / all)).collect());
        let functions = shares.iter().map(|((thread, name), samples)| (format!("{thread}: {name}"), samples / all));
        print("by function", functions.collect());
        Ok(())
    }

    /// Samples by thread and function.
    fn shares(&self) -> anyhow::Result<BTreeMap<(String, String), f64>> {
        let output = Command::new("perf")
            .args(["script", "--fields", "comm,ip,sym", "--input"])
            .arg(self.folder.path().join("samples"))
            .output()?;
        anyhow::ensure!(output.status.success(), "perf: {}", String::from_utf8_lossy(&output.stderr));
        let mut shares = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            // The name of a thread, which may have a space in it; an address; a function.
            let Some((thread, place)) = line.trim().split_once("  ") else { continue };
            let function = place.trim_start().split_once(' ').map_or("?", |(_, function)| function);
            *shares.entry((thread.to_owned(), function.to_owned())).or_default() += 1.0;
        }
        Ok(shares)
    }
}

fn print(what: &str, mut shares: Vec<(String, f64)>) {
    shares.sort_by(|one, other| other.1.total_cmp(&one.1));
    eprintln!("\n| {what} | share |\n| --- | --- |");
    for (name, share) in shares.into_iter().take(NAMED) {
        eprintln!("| `{name}` | {:.1} % |", 100.0 * share);
    }
}
