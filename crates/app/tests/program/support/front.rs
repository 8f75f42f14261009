//! The proxies of `deploy/` in front of one server, with TLS under an authority of the test's own; what is said there can be
//! changed, to see what comes of it.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chatapp_chaos::stage::free_port;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use tempfile::TempDir;

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    Haproxy,
    Caddy,
}

/// Whom the certificate is for, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proof {
    pub(crate) name: &'static str,
    pub(crate) last_year: i32,
}

/// A good one.
pub(crate) const GOOD: Proof = Proof { name: "localhost", last_year: 2100 };

/// Ports and certificates that a proxy will have. A server can be told of it before there is one.
pub(crate) struct Site {
    pub(crate) port: u16,
    pub(crate) plain_port: u16,
    folder: TempDir,
}

/// A running proxy; ends with this value.
pub(crate) struct Front {
    child: Child,
    _folder: TempDir,
}

impl Site {
    pub(crate) fn new(proof: Proof) -> Self {
        let site = Self { port: free_port(), plain_port: free_port(), folder: tempfile::tempdir().unwrap() };
        let (authority, certificate, key) = certificates(proof);
        std::fs::write(site.path("ca.pem"), authority).unwrap();
        std::fs::write(site.path("site.pem"), &certificate).unwrap();
        std::fs::write(site.path("site.key"), &key).unwrap();
        std::fs::write(site.path("both.pem"), certificate + &key).unwrap();
        site
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Opens it before `server`, with each of `changes` made to the file in `deploy/`; says so and gives nothing where the proxy
    /// is not installed.
    pub(crate) fn open(self, kind: Kind, server: SocketAddr, changes: &[(&str, &str)]) -> Option<Front> {
        let (program, file) = match kind {
            Kind::Nginx => ("nginx", "nginx-site.conf"),
            Kind::Haproxy => ("haproxy", "haproxy.cfg"),
            Kind::Caddy => ("caddy", "Caddyfile"),
        };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
        let mut text = std::fs::read_to_string(source).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "{file} does not say {from:?}");
            text = text.replace(from, to);
        }
        let config = self.path(file);
        std::fs::write(&config, self.placed(kind, &text, server)).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin")).env("HOME", self.folder.path());
        command.current_dir(self.folder.path());
        match kind {
            Kind::Nginx => {
                let directives = format!("daemon off; pid {}; error_log stderr;", self.path("nginx.pid"));
                command.arg("-p").arg(self.folder.path()).arg("-c").arg(&config).args(["-g", &directives]);
            }
            Kind::Haproxy => drop(command.arg("-db").arg("-f").arg(&config)),
            Kind::Caddy => drop(command.args(["run", "--adapter", "caddyfile", "--config", &config])),
        }
        let log = std::fs::File::create(self.path("proxy.log")).unwrap();
        let Ok(mut child) = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn() else {
            eprintln!("SKIPPED: {program} is not installed, so nothing is tested behind it");
            return None;
        };
        let deadline = Instant::now() + PATIENCE;
        for port in [self.port, self.plain_port] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                let log = || std::fs::read_to_string(self.path("proxy.log")).unwrap_or_default();
                assert_eq!(child.try_wait().unwrap(), None, "{program} ended: {}", log());
                assert!(Instant::now() < deadline, "{program} does not listen: {}", log());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Some(Front { child, _folder: self.folder })
    }

    /// The file with this site's ports and certificates in place of those that it names.
    fn placed(&self, kind: Kind, text: &str, server: SocketAddr) -> String {
        let (port, plain) = (self.port, self.plain_port);
        match kind {
            Kind::Nginx => {
                let text = text
                    .replace("listen [::]:80;", "")
                    .replace("listen [::]:443 ssl http2;", "")
                    .replace("listen 80;", &format!("listen 127.0.0.1:{plain};"))
                    .replace("listen 443 ", &format!("listen 127.0.0.1:{port} "))
                    .replace("https://chat.example", &format!("https://localhost:{port}"))
                    .replace("chat.example;", "localhost;")
                    .replace("/etc/letsencrypt/live/chat.example/fullchain.pem", &self.path("site.pem"))
                    .replace("/etc/letsencrypt/live/chat.example/privkey.pem", &self.path("site.key"))
                    .replace("127.0.0.1:8000", &server.to_string());
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|name| format!("{name}_temp_path {};", self.path(name)))
                    .concat();
                format!("events {{}}\nhttp {{ access_log off; {temporary}\n{text}}}\n")
            }
            Kind::Haproxy => text
                .replace("# tls: ", "")
                .replace(
                    "bind :443 ssl crt /etc/ssl/chat.pem",
                    &format!("bind 127.0.0.1:{port} ssl crt {}", self.path("both.pem")),
                )
                .replace("bind :8080", &format!("bind 127.0.0.1:{plain}"))
                .replace(
                    "redirect scheme https code 308",
                    &format!("redirect prefix https://localhost:{port} code 308"),
                )
                .replace("    server two two:8000\n", "")
                .replace("one:8000", &server.to_string())
                .replace("resolvers docker init-addr last,libc,none", ""),
            Kind::Caddy => {
                let global = format!(
                    "{{\n admin off\n http_port {plain}\n https_port {port}\n default_bind 127.0.0.1\n \
                     storage file_system {}\n}}\n",
                    self.path("caddy")
                );
                let tls = format!("tls {} {}\n", self.path("site.pem"), self.path("site.key"));
                let text = text.replace("chat.example {", &format!("localhost {{\n{tls}"));
                // Caddy leads to its usual port by itself; this one is told where it is.
                let plain = format!("http://localhost {{\n redir https://localhost:{port}{{uri}} 308\n}}\n");
                format!("{global}{}{plain}", text.replace("127.0.0.1:8000", &server.to_string()))
            }
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        // nginx ends its own processes only when it is asked to.
        let _ =
            rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// An authority's certificate, and one of its own with its key.
fn certificates(proof: Proof) -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "an authority of one test");
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::new(vec![proof.name.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_after = date_time_ymd(proof.last_year, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    (authority.pem(), certificate.pem(), key.serialize_pem())
}
