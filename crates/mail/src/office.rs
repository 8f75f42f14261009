//! The queue of mail, and the task that sends what is in it.

use std::sync::Arc;
use std::time::Duration;

use chatapp_domain::ports::figures::{Figure, Figures};
use chatapp_domain::ports::mail::{Mail, MailFull, Mailer};
use lettre::transport::smtp::client::Tls as Encryption;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::settings::{Backend, Sender, Settings};
use crate::transport::{self, Transport};
use crate::{message, wording};

/// How many mails are on their way at once: one that has to wait does not hold up the others.
const AT_ONCE: usize = 4;
/// How long to wait before each further try.
const PATIENCE: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(9), Duration::from_secs(50)];
/// The longest that one try may take, whatever its steps take.
const ONE_TRY: Duration = Duration::from_secs(120);

/// Why mail cannot be sent as the settings say.
#[derive(Debug, Error)]
pub enum SetUpError {
    /// The folder for mail cannot be made.
    #[error("cannot make the folder for mail {0}: {1}")]
    Folder(std::path::PathBuf, #[source] std::io::Error),
    /// The encryption cannot be set up.
    #[error("cannot set up encrypted mail: {0}")]
    Encryption(String),
}

/// Where mail is handed in. Cheap to clone.
#[derive(Clone)]
pub struct PostOffice {
    queue: mpsc::Sender<Mail>,
}

impl PostOffice {
    /// A post office that takes mail at once, and sends it once its [`Office`] is opened. Blocks for a moment.
    pub fn set_up(settings: Settings) -> Result<(Self, Office), SetUpError> {
        if let Backend::File(folder) = &settings.backend {
            std::fs::create_dir_all(folder).map_err(|error| SetUpError::Folder(folder.clone(), error))?;
        }
        let encryption = transport::encryption(&settings.backend).map_err(SetUpError::Encryption)?;
        let (queue, waiting) = mpsc::channel(settings.queue.max(1));
        let (stop, stopped) = watch::channel(false);
        let work = Work { settings, encryption, waiting, stopped };
        Ok((Self { queue }, Office { work: Some(work), stop, running: None }))
    }
}

impl Mailer for PostOffice {
    fn post(&self, mail: Mail) -> Result<(), MailFull> {
        self.queue.try_send(mail).map_err(|_| {
            log::warn!("too much mail is waiting: one more was refused");
            MailFull
        })
    }
}

impl Figures for PostOffice {
    fn figures(&self) -> Vec<Figure> {
        let places = self.queue.max_capacity();
        let waiting = places - self.queue.capacity();
        vec![
            Figure::gauge("mail_queue", "Mail that waits to be sent.", waiting),
            Figure::gauge("mail_queue_places", "How much mail may wait; one more is refused.", places),
        ]
    }
}

/// Owns the task that sends mail.
pub struct Office {
    work: Option<Work>,
    stop: watch::Sender<bool>,
    running: Option<JoinHandle<()>>,
}

impl Office {
    /// Begins to send, on the current runtime.
    pub fn open(&mut self) {
        self.running = self.work.take().map(|work| tokio::spawn(work.run()));
    }

    /// Takes no more mail, tries what is waiting once more, and ends, at the latest after `patience`.
    pub async fn close(mut self, patience: Duration) {
        self.stop.send_replace(true);
        if let Some(mut running) = self.running.take()
            && timeout(patience, &mut running).await.is_err()
        {
            log::warn!("stopped before all mail was sent");
            running.abort();
        }
    }
}

struct Work {
    settings: Settings,
    encryption: Encryption,
    waiting: mpsc::Receiver<Mail>,
    stopped: watch::Receiver<bool>,
}

impl Work {
    async fn run(self) {
        let Self { settings, encryption, mut waiting, mut stopped } = self;
        let transport = Arc::new(Transport::ready(&settings.backend, encryption));
        let from = Arc::new(settings.from);
        let mut under_way = JoinSet::new();
        let stop = stopped.clone();
        let begin = |under_way: &mut JoinSet<()>, mail| {
            under_way.spawn(deliver(Arc::clone(&transport), Arc::clone(&from), mail, stop.clone()));
        };
        loop {
            tokio::select! {
                _ = under_way.join_next(), if !under_way.is_empty() => {}
                mail = waiting.recv(), if under_way.len() < AT_ONCE => match mail {
                    Some(mail) => begin(&mut under_way, mail),
                    None => break,
                },
                _ = stopped.changed() => break,
            }
        }
        waiting.close();
        while let Some(mail) = waiting.recv().await {
            begin(&mut under_way, mail);
        }
        while under_way.join_next().await.is_some() {}
    }
}

/// Sends one mail, and tries again a few times.
async fn deliver(transport: Arc<Transport>, from: Arc<Sender>, mail: Mail, mut stopped: watch::Receiver<bool>) {
    let words = wording::of(&mail.letter);
    let message = match message::of(&mail.to, &words, &from) {
        Ok(message) => message,
        Err(error) => return log::warn!("a mail was not sent: {error}"),
    };
    let mut pauses = PATIENCE.iter();
    loop {
        let why = match timeout(ONE_TRY, transport.send(&mail.to, &words, message.clone())).await {
            Ok(Ok(())) => return log::debug!("a mail was sent: {}", words.subject),
            Ok(Err(error)) if !error.may_pass() => return log::warn!("a mail was not sent: {}", chain(&error)),
            Ok(Err(error)) => chain(&error),
            Err(_) => format!("no answer within {} s", ONE_TRY.as_secs()),
        };
        let Some(pause) = pauses.next().filter(|_| !*stopped.borrow()) else {
            return log::error!("a mail was given up: {why}");
        };
        log::warn!("a mail is tried again in {} s: {why}", pause.as_secs());
        tokio::select! {
            () = sleep(*pause) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// An error and its causes in one line; a cause that the line already tells is not told twice.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        next = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use chatapp_domain::ports::mail::Letter;
    use chatapp_domain::user::{Email, Username};

    use super::*;
    use crate::settings::{Smtp, Tls};

    fn mail() -> Mail {
        let letter = Letter::ResetPassword { username: Username::from_store("ada"), link: "https://x.y/#z".into() };
        Mail { to: Email::from_store("ada@example.org"), letter }
    }

    fn settings(backend: Backend) -> Settings {
        Settings { backend, from: "chat@example.org".parse().unwrap(), queue: 3 }
    }

    #[tokio::test]
    async fn what_waits_when_the_office_closes_is_still_sent() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new/mail");
        let (desk, mut office) = PostOffice::set_up(settings(Backend::File(inner.clone()))).unwrap();
        desk.post(mail()).unwrap();
        desk.post(mail()).unwrap();
        office.open();
        office.close(Duration::from_secs(20)).await;
        assert_eq!(std::fs::read_dir(inner).unwrap().count(), 2);
        assert_eq!(desk.post(mail()), Err(MailFull), "closed");
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let (desk, _office) = PostOffice::set_up(settings(Backend::Console)).unwrap();
        for _ in 0..3 {
            desk.post(mail()).unwrap();
        }
        assert_eq!(desk.post(mail()), Err(MailFull));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_away_is_tried_again_and_given_up() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        give_up_at(port).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        give_up_at(listener.local_addr().unwrap().port()).await;
    }

    /// Sends a mail to a server there, until it is given up.
    async fn give_up_at(port: u16) {
        let smtp = Smtp {
            host: "127.0.0.1".into(),
            port,
            tls: Tls::None,
            credentials: None,
            timeout: Duration::from_secs(5),
            extra_roots: None,
        };
        let (desk, mut office) = PostOffice::set_up(settings(Backend::Smtp(smtp))).unwrap();
        desk.post(mail()).unwrap();
        office.open();
        drop(desk);
        // The queue has ended, so the task ends with the last try.
        office.running.take().unwrap().await.unwrap();
    }

    #[test]
    fn certificates_that_cannot_be_read_are_found_at_the_start() {
        let smtp = Smtp {
            host: "mail.example.org".into(),
            port: 465,
            tls: Tls::Implicit,
            credentials: None,
            timeout: Duration::from_secs(5),
            extra_roots: Some(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec()),
        };
        assert!(PostOffice::set_up(settings(Backend::Smtp(smtp))).is_err());
    }
}
