//! Child processes, and what they take of the machine.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::Duration;

use anyhow::Context;

/// A process that ends with its owner.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Killed {
    /// Resident memory in MiB.
    pub(crate) fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// The processor time it has taken so far, to a hundredth of a second.
    pub(crate) fn processor_time(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        // The name, in brackets, may hold anything; the times are the 12th and 13th word after it.
        let words: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |place: usize| words.get(place).and_then(|word| word.parse::<u64>().ok()).context("a time");
        Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
    }
}

/// Waits for the line that says where a server listens.
pub(crate) fn port_of(child: &mut Child) -> anyhow::Result<u16> {
    let output = child.stdout.take().context("the server's output")?;
    for line in BufReader::new(output).lines() {
        if let Some(address) = line?.strip_prefix("listening on http://") {
            return address.rsplit(':').next().and_then(|port| port.parse().ok()).context("a port");
        }
    }
    anyhow::bail!("the server ended before it listened")
}
