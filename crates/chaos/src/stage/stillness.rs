//! Stopping a process where it is, and knowing that it stands still.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

/// Longer than any call into the kernel takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Stops a process and waits until none of its threads runs or is in the kernel any more.
pub(super) async fn stop(pid: Pid) -> anyhow::Result<()> {
    kill_process(pid, Signal::STOP)?;
    let deadline = Instant::now() + PATIENCE;
    while !stands_still(pid)? {
        anyhow::ensure!(Instant::now() < deadline, "a process does not stop");
        sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

fn stands_still(pid: Pid) -> anyhow::Result<bool> {
    for thread in fs::read_dir(format!("/proc/{}/task", pid.as_raw_pid()))? {
        // A thread may end between the two looks.
        let Ok(stat) = fs::read_to_string(thread?.path().join("stat")) else { continue };
        // The name before the state is in parentheses and may itself hold some.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        if !matches!(state, Some('T' | 't' | 'Z' | 'X')) {
            return Ok(false);
        }
    }
    Ok(true)
}
