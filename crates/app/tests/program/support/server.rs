//! The server as a process of its own, which can be killed, stopped and started again where it was.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chatapp_chaos::stage::free_port;
use rustix::process::{Pid, Signal, kill_process};

use super::place::{Engine, Place};

/// Slow machines are slow; nothing waits for as long as this unless something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub(crate) struct Server {
    pub(crate) place: Arc<Place>,
    pub(crate) address: SocketAddr,
    /// Settings that this server alone has.
    own: Vec<(&'static str, String)>,
    child: Child,
    /// What the server prints; kept open, so that it has somewhere to go.
    stdout: BufReader<ChildStdout>,
}

impl Server {
    /// A server with these people on a database of its own; nothing where the engine is not there.
    pub(crate) fn with_people(engine: Engine, names: &[&str]) -> Option<Self> {
        let place = Place::on(engine)?;
        place.people(names);
        Some(Self::in_place(place))
    }

    pub(crate) fn in_place(place: Place) -> Self {
        Self::sharing(Arc::new(place), Vec::new())
    }

    /// A server with a setting of its own.
    pub(crate) fn in_place_with(place: Place, variable: &'static str, value: impl Into<String>) -> Self {
        Self::sharing(Arc::new(place), vec![(variable, value.into())])
    }

    /// Another server on the same data, with a port of its own.
    pub(crate) fn beside(&self) -> Self {
        Self::sharing(Arc::clone(&self.place), Vec::new())
    }

    /// The same, with a setting of its own.
    pub(crate) fn beside_with(&self, variable: &'static str, value: impl Into<String>) -> Self {
        Self::sharing(Arc::clone(&self.place), vec![(variable, value.into())])
    }

    fn sharing(place: Arc<Place>, own: Vec<(&'static str, String)>) -> Self {
        let mut tries = 0;
        loop {
            let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
            // Another test may have been faster to the port.
            match start(&place, address, &own) {
                Ok((child, stdout)) => return Self { place, address, own, child, stdout },
                Err(log) => assert!(tries < 5 && log.contains("cannot listen"), "the server did not start: {log}"),
            }
            tries += 1;
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next line that it prints with this in it; waits for it.
    pub(crate) fn printed(&mut self, what: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.stdout.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended without printing {what:?}: {}", self.log());
            if line.contains(what) {
                return line.trim_end().to_owned();
            }
        }
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Starts it again on the same address and data.
    pub(crate) fn start_again(&mut self) {
        let (child, stdout) = start(&self.place, self.address, &self.own).unwrap();
        (self.child, self.stdout) = (child, stdout);
    }

    /// How it ended, which it must within `limit`.
    pub(crate) async fn ended(&mut self, limit: Duration) -> ExitStatus {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "still running after {limit:?}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The most memory that it had so far, in bytes.
    pub(crate) fn most_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    /// The processor time that it used so far.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The name in front is in brackets and may hold anything; ticks are hundredths of a second.
        let mut fields = stat.rsplit(") ").next().unwrap().split(' ').skip(11);
        let mut ticks = || fields.next().unwrap().parse::<u64>().unwrap();
        Duration::from_millis((ticks() + ticks()) * 10)
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        log_of(&self.place)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{}---", self.log());
        }
    }
}

fn start(
    place: &Place,
    address: SocketAddr,
    own: &[(&str, String)],
) -> Result<(Child, BufReader<ChildStdout>), String> {
    let log = File::options().create(true).append(true).open(place.path("server.log")).unwrap();
    let mut command = place.chatapp(&["serve", &address.to_string()]);
    command.envs(own.iter().map(|(variable, value)| (variable, value)));
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let started = Instant::now();
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(started.elapsed() < PATIENCE, "the start took {:?}", started.elapsed());
    if line == format!("listening on http://{address}\n") {
        return Ok((child, stdout));
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(format!("{line}{}", log_of(place)))
}

fn log_of(place: &Place) -> String {
    std::fs::read_to_string(place.path("server.log")).unwrap_or_default()
}
