//! The most that a process uses: memory, threads and open files, looked at ten times a second.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_millis(100);

/// The most that was seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peaks {
    /// Resident memory in KiB.
    pub rss: u64,
    /// Threads.
    pub threads: u64,
    /// Open files.
    pub files: u64,
}

impl Peaks {
    /// The higher of each.
    pub fn higher(self, other: Self) -> Self {
        Self {
            rss: self.rss.max(other.rss),
            threads: self.threads.max(other.threads),
            files: self.files.max(other.files),
        }
    }
}

#[derive(Default)]
struct Shared {
    pid: AtomicU32,
    rss: AtomicU64,
    threads: AtomicU64,
    files: AtomicU64,
}

/// Watches one process at a time.
pub(super) struct Meter {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Meter {
    pub(super) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let watching = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            loop {
                watching.look();
                tokio::time::sleep(EVERY).await;
            }
        });
        Self { shared, task }
    }

    /// Watches another process, or none.
    pub(super) fn watch(&self, pid: Option<u32>) {
        self.shared.look();
        self.shared.pid.store(pid.unwrap_or(0), Ordering::Relaxed);
    }

    /// The resident memory at this moment, in KiB.
    pub(super) fn memory(&self) -> u64 {
        let status = self.shared.status().unwrap_or_default();
        number(&status, "VmRSS:").unwrap_or(0)
    }

    pub(super) fn peaks(&self) -> Peaks {
        self.shared.look();
        let of = |peak: &AtomicU64| peak.load(Ordering::Relaxed);
        Peaks { rss: of(&self.shared.rss), threads: of(&self.shared.threads), files: of(&self.shared.files) }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn status(&self) -> Option<String> {
        fs::read_to_string(format!("/proc/{}/status", self.pid.load(Ordering::Relaxed))).ok()
    }

    fn look(&self) {
        let Some(status) = self.status() else { return };
        let pid = self.pid.load(Ordering::Relaxed);
        let files = fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
        // The kernel keeps the highest resident size itself, so nothing between two looks is overlooked.
        self.rss.fetch_max(number(&status, "VmHWM:").unwrap_or(0), Ordering::Relaxed);
        self.threads.fetch_max(number(&status, "Threads:").unwrap_or(0), Ordering::Relaxed);
        self.files.fetch_max(u64::try_from(files).unwrap_or(0), Ordering::Relaxed);
    }
}

fn number(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
