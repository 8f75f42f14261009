//! A mail server: as much of SMTP (RFC 5321) as a client needs that hands in mail, with TLS from the start or by STARTTLS.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::place::Place;

/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// `\0chat\0hunter2`, as AUTH PLAIN carries it.
const CREDENTIALS: &str = "AGNoYXQAaHVudGVyMg==";

/// When it speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    TlsAtOnce,
    StartTls,
    NoTls,
    /// It takes connections and says nothing.
    Nothing,
}

/// A mail as it was handed in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) encrypted: bool,
    pub(crate) authenticated: bool,
    pub(crate) data: String,
}

impl Received {
    /// One line of the head.
    pub(crate) fn header(&self, name: &str) -> &str {
        let head = self.data.split("\r\n\r\n").next().unwrap();
        let mut lines = head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = lines.next().unwrap_or_else(|| panic!("no {name}: {head}"));
        assert_eq!(lines.next(), None, "{name} once: {head}");
        value
    }

    /// Everything, with soft line breaks undone.
    pub(crate) fn text(&self) -> String {
        self.data.replace("=\r\n", "").replace("=3D", "=")
    }

    /// The token that a link to this page ends in.
    pub(crate) fn token(&self, page: &str) -> String {
        let text = self.text();
        let rest = text.split_once(&format!("{page}#")).unwrap_or_else(|| panic!("no link to {page}: {text}")).1;
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
    }
}

#[derive(Default)]
struct Inbox {
    mails: Mutex<Vec<Received>>,
    arrived: Notify,
    connections: Mutex<usize>,
}

/// A server that ends with its test.
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    certificate: String,
    speaks: Speaks,
    inbox: Arc<Inbox>,
    task: JoinHandle<()>,
}

impl MailServer {
    pub(crate) async fn open(speaks: Speaks) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), speaks)
    }

    pub(crate) fn on(listener: TcpListener, speaks: Speaks) -> Self {
        let address = listener.local_addr().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let inbox = Arc::<Inbox>::default();
        let kept = Arc::clone(&inbox);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *kept.connections.lock().unwrap() += 1;
                kept.arrived.notify_waiters();
                tokio::spawn(serve(stream, speaks, acceptor.clone(), Arc::clone(&kept)));
            }
        });
        Self { address, certificate: made.cert.pem(), speaks, inbox, task }
    }

    /// A place whose server hands mail in here.
    pub(crate) fn used_by(&self, place: Place) -> Place {
        place.write("mail-ca.pem", &self.certificate);
        let tls = match self.speaks {
            Speaks::TlsAtOnce => "implicit",
            Speaks::StartTls => "starttls",
            Speaks::NoTls | Speaks::Nothing => "none",
        };
        place
            .with("CHATAPP_MAIL_BACKEND", "smtp")
            .with("CHATAPP_MAIL_HOST", "localhost")
            .with("CHATAPP_MAIL_PORT", self.address.port().to_string())
            .with("CHATAPP_MAIL_TLS", tls)
            .with("CHATAPP_MAIL_CA_FILE", "mail-ca.pem")
            .with("CHATAPP_MAIL_FROM", "ChatApp <chat@example.org>")
    }

    /// The mail with this number, once it is there.
    pub(crate) async fn mail(&self, number: usize) -> Received {
        let waiting = async {
            loop {
                let arrived = self.inbox.arrived.notified();
                if let Some(mail) = self.inbox.mails.lock().unwrap().get(number) {
                    return mail.clone();
                }
                arrived.await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("mail {number} did not come"))
    }

    /// How many mails came so far.
    pub(crate) fn count(&self) -> usize {
        self.inbox.mails.lock().unwrap().len()
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        *self.inbox.connections.lock().unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, speaks: Speaks, acceptor: TlsAcceptor, inbox: Arc<Inbox>) {
    match speaks {
        Speaks::Nothing => std::future::pending().await,
        Speaks::NoTls => drop(Session::new(false, false).run(stream, &inbox, true).await),
        // A client that does not trust the certificate goes away.
        Speaks::TlsAtOnce => {
            if let Ok(stream) = acceptor.accept(stream).await {
                Session::new(true, false).run(stream, &inbox, true).await;
            }
        }
        Speaks::StartTls => {
            if let Some(stream) = Session::new(false, true).run(stream, &inbox, true).await
                && let Ok(stream) = acceptor.accept(stream).await
            {
                Session::new(true, false).run(stream, &inbox, false).await;
            }
        }
    }
}

struct Session {
    encrypted: bool,
    offers_tls: bool,
    authenticated: bool,
    from: String,
    to: Vec<String>,
}

impl Session {
    fn new(encrypted: bool, offers_tls: bool) -> Self {
        Self { encrypted, offers_tls, authenticated: false, from: String::new(), to: Vec::new() }
    }

    /// Talks until the client leaves; gives the connection back when it is to be encrypted.
    async fn run<S: AsyncRead + AsyncWrite + Unpin>(mut self, stream: S, inbox: &Inbox, greet: bool) -> Option<S> {
        let mut stream = BufReader::new(stream);
        if greet {
            say(&mut stream, "220 localhost ready").await?;
        }
        loop {
            let line = hear(&mut stream).await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" if self.offers_tls => say(&mut stream, "250-localhost\r\n250 STARTTLS").await?,
                "EHLO" => say(&mut stream, "250-localhost\r\n250 AUTH PLAIN").await?,
                "STARTTLS" => {
                    say(&mut stream, "220 go on").await?;
                    return Some(stream.into_inner());
                }
                "AUTH" => {
                    self.authenticated = rest == format!("PLAIN {CREDENTIALS}");
                    say(&mut stream, if self.authenticated { "235 welcome" } else { "535 no" }).await?;
                }
                "MAIL" => {
                    self.from = rest.to_owned();
                    say(&mut stream, "250 ok").await?;
                }
                "RCPT" if rest.contains("unknown@") => say(&mut stream, "550 no such mailbox").await?,
                "RCPT" => {
                    self.to.push(rest.to_owned());
                    say(&mut stream, "250 ok").await?;
                }
                "DATA" => {
                    say(&mut stream, "354 go on").await?;
                    let data = hear_data(&mut stream).await?;
                    self.keep(data, inbox);
                    say(&mut stream, "250 kept").await?;
                }
                "QUIT" => {
                    say(&mut stream, "221 bye").await?;
                    return None;
                }
                _ => say(&mut stream, "250 ok").await?,
            }
        }
    }

    fn keep(&mut self, data: String, inbox: &Inbox) {
        let Self { encrypted, authenticated, .. } = *self;
        let (from, to) = (std::mem::take(&mut self.from), std::mem::take(&mut self.to));
        inbox.mails.lock().unwrap().push(Received { from, to, encrypted, authenticated, data });
        inbox.arrived.notify_waiters();
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> Option<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

async fn hear<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

async fn hear_data<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut data = String::new();
    while !data.ends_with("\r\n.\r\n") {
        if stream.read_line(&mut data).await.ok()? == 0 {
            return None;
        }
    }
    data.truncate(data.len() - 3);
    Some(data)
}
