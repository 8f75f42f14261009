//! The proxies of `deploy/`, with the addresses of a test's servers in place of the names there.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chatapp_chaos::stage::free_port;
use tempfile::TempDir;

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    Haproxy,
}

/// A running proxy; ends with this value.
pub(crate) struct Proxy {
    address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl Proxy {
    /// Starts one before two servers; says so and gives nothing where it is not installed.
    pub(crate) fn before(kind: Kind, servers: [SocketAddr; 2]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let (program, file) = match kind {
            Kind::Nginx => ("nginx", "nginx.conf"),
            Kind::Haproxy => ("haproxy", "haproxy.cfg"),
        };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
        let text = std::fs::read_to_string(source).unwrap();
        assert!(text.contains("one:8000") && text.contains("two:8000") && text.contains("8080"));
        let text = text.replace("one:8000", &servers[0].to_string()).replace("two:8000", &servers[1].to_string());
        let text =
            text.replace(":8080", &format!("127.0.0.1:{port}")).replace(" 8080;", &format!(" 127.0.0.1:{port};"));
        let config = folder.path().join(file);
        std::fs::write(&config, text).unwrap();

        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin")).current_dir(folder.path());
        match kind {
            Kind::Nginx => {
                let pid = folder.path().join("nginx.pid");
                let directives = format!("daemon off; pid {}; error_log stderr;", pid.display());
                command.arg("-p").arg(folder.path()).arg("-c").arg(&config).args(["-g", &directives]);
            }
            Kind::Haproxy => drop(command.arg("-db").arg("-f").arg(&config)),
        }
        let Ok(child) = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn() else {
            eprintln!("SKIPPED: {program} is not installed, so nothing is tested behind it");
            return None;
        };
        let proxy = Self { address: SocketAddr::from(([127, 0, 0, 1], port)), child, _folder: folder };
        Some(proxy.started())
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn started(mut self) -> Self {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(self.address).is_err() {
            assert_eq!(self.child.try_wait().unwrap(), None, "the proxy ended");
            assert!(Instant::now() < deadline, "the proxy does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx ends its own processes only when it is asked to.
        let _ =
            rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}
