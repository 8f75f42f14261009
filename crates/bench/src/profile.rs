//! Where the time goes: samples of both processors under load, as a flame graph, and by thread and by function.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;
use inferno::collapse::Collapse;
use inferno::collapse::perf::Folder;
use inferno::flamegraph;

use crate::process::Killed;

/// Samples of everything on this machine, taken while something else happens.
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
            .args(["record", "--all-cpus", "--event", "cpu-clock", "--freq", "999", "--call-graph", "fp", "--output"])
            .arg(folder.path().join("samples"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("perf, which takes the samples")?;
        Ok(Self { perf: Killed(perf), folder })
    }

    /// Ends sampling, prints shares of the processors' time, and draws `picture`.
    pub(crate) fn end(mut self, title: &str, picture: &Path) -> anyhow::Result<()> {
        // perf writes what it has when it is interrupted.
        Command::new("kill").args(["-INT", &self.perf.0.id().to_string()]).status()?;
        self.perf.0.wait()?;
        let stacks = self.stacks()?;
        let shares = Shares::of(&stacks);
        print("by thread", shares.threads);
        print("by function", shares.functions);
        draw(title, &stacks, picture)?;
        eprintln!("\nflame graph: {}", picture.display());
        Ok(())
    }

    /// One line for each different stack: thread and functions from outside inwards with `;` between, and how often.
    fn stacks(&self) -> anyhow::Result<String> {
        let text = self.folder.path().join("text");
        let status = Command::new("perf")
            .args(["script", "--fields", "comm,pid,tid,cpu,time,event,ip,sym,dso", "--input"])
            .arg(self.folder.path().join("samples"))
            .stdout(File::create(&text)?)
            .stderr(Stdio::null())
            .status()?;
        anyhow::ensure!(status.success(), "perf script: {status}");
        let mut stacks = Vec::new();
        Folder::default().collapse(BufReader::new(File::open(text)?), &mut stacks)?;
        Ok(String::from_utf8(stacks)?)
    }
}

/// Samples of each thread, and of each function in it.
#[derive(Debug, Default, PartialEq)]
struct Shares {
    threads: BTreeMap<String, f64>,
    functions: BTreeMap<String, f64>,
}

impl Shares {
    fn of(stacks: &str) -> Self {
        let mut shares = Self::default();
        for (stack, samples) in stacks.lines().filter_map(|line| line.rsplit_once(' ')) {
            let samples: f64 = samples.parse().unwrap_or_default();
            let thread = stack.split(';').next().unwrap_or(stack);
            let function = stack.rsplit(';').next().unwrap_or(stack);
            *shares.threads.entry(thread.to_owned()).or_default() += samples;
            *shares.functions.entry(format!("{thread}: {function}")).or_default() += samples;
        }
        shares
    }
}

fn print(what: &str, samples: BTreeMap<String, f64>) {
    let all: f64 = samples.values().sum();
    let mut samples: Vec<(String, f64)> = samples.into_iter().collect();
    samples.sort_by(|one, other| other.1.total_cmp(&one.1));
    eprintln!("\n| {what} | share |\n| --- | --- |");
    for (name, samples) in samples.into_iter().take(NAMED) {
        eprintln!("| `{name}` | {:.1} % |", 100.0 * samples / all);
    }
}

fn draw(title: &str, stacks: &str, picture: &Path) -> anyhow::Result<()> {
    let mut options = flamegraph::Options::default();
    options.title = title.to_owned();
    options.min_width = 0.1;
    let file = File::create(picture).with_context(|| format!("cannot write {}", picture.display()))?;
    flamegraph::from_lines(&mut options, stacks.lines(), BufWriter::new(file))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACKS: &str = "chatapp-writer;commit;pwrite64 3\nchatapp-writer;commit 1\nactix-rt|system;poll;pwrite64 4\n";

    #[test]
    fn a_sample_counts_for_its_thread_and_for_the_innermost_function() {
        let shares = Shares::of(STACKS);
        assert_eq!(shares.threads["chatapp-writer"], 4.0);
        assert_eq!(shares.functions["chatapp-writer: pwrite64"], 3.0);
        assert_eq!(shares.functions["chatapp-writer: commit"], 1.0);
        assert_eq!(shares.functions["actix-rt|system: pwrite64"], 4.0);
    }

    #[test]
    fn the_stacks_become_a_picture() -> anyhow::Result<()> {
        let folder = tempfile::TempDir::new()?;
        let picture = folder.path().join("flames.svg");
        draw("durable sends", STACKS, &picture)?;
        let drawn = std::fs::read_to_string(picture)?;
        assert!(drawn.contains("<svg") && drawn.contains("durable sends") && drawn.contains("pwrite64"));
        Ok(())
    }
}
