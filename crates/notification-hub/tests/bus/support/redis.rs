//! A throwaway Redis of a test's own, which can be killed, frozen and started again; or the shared one.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chatapp_chaos::stage::{free_port, free_ports};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Names the shared Redis.
const VARIABLE: &str = "CHATAPP_TEST_REDIS_URL";
const PATIENCE: Duration = Duration::from_secs(20);

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// The shared Redis and a prefix of the test's own; says so and gives nothing where there is none.
pub(crate) fn some_redis() -> Option<(String, String)> {
    let Ok(url) = std::env::var(VARIABLE) else {
        eprintln!("SKIPPED: {VARIABLE} is not set, so the bus is not tested; scripts/with-services sets it");
        return None;
    };
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    Some((url, format!("test-{}-{number}", std::process::id())))
}

/// A server.
pub(crate) struct Redis {
    port: u16,
    options: Vec<&'static str>,
    child: Child,
    /// Where it may keep something.
    folder: TempDir,
}

impl Redis {
    /// Starts one; says so and gives nothing where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(options: &[&'static str]) -> Option<Self> {
        Self::start_at(free_port, options)
    }

    /// Starts one that may be a member of a cluster.
    pub(crate) fn start_member(options: &[&'static str]) -> Option<Self> {
        Self::start_at(free_ports, options)
    }

    fn start_at(port: impl Fn() -> u16, options: &[&'static str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("SKIPPED: redis-server is not installed, so its bad days are not tested");
            return None;
        }
        loop {
            let (port, folder) = (port(), tempfile::tempdir().unwrap());
            // Another test may have been faster to the port.
            if let Some(child) = spawn(port, options, folder.path()) {
                return Some(Self { port, options: options.to_vec(), child, folder });
            }
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again where it was, with nothing in it.
    pub(crate) fn start_again(&mut self) {
        self.child = spawn(self.port, &self.options, self.folder.path()).expect("the port was its own");
    }

    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn freeze(&self) {
        kill_process(Pid::from_child(&self.child), Signal::STOP).unwrap();
    }

    pub(crate) fn thaw(&self) {
        kill_process(Pid::from_child(&self.child), Signal::CONT).unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16, options: &[&str], folder: &Path) -> Option<Child> {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]).arg(folder);
    command.arg("--port").arg(port.to_string()).args(options);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(started.elapsed() < PATIENCE, "redis-server does not start");
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(child)
}
