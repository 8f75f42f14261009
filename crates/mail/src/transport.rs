//! The ways mail goes.

use std::io::Write;

use chatapp_domain::user::Email;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Encryption, TlsParameters};
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use thiserror::Error;

use crate::settings::{Backend, Smtp, Tls};
use crate::wording::Wording;

/// A way that is ready.
pub(crate) enum Transport {
    Console,
    File(AsyncFileTransport<Tokio1Executor>),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// Why a mail was not sent.
#[derive(Debug, Error)]
pub(crate) enum SendError {
    #[error("the mail server refused it for good: {0}")]
    Refused(lettre::transport::smtp::Error),
    #[error("the mail server could not be reached or asks for patience: {0}")]
    Away(lettre::transport::smtp::Error),
    #[error("the file could not be written: {0}")]
    File(lettre::transport::file::Error),
    #[error("the console could not be written to: {0}")]
    Console(std::io::Error),
}

impl SendError {
    /// Whether another try may help.
    pub(crate) fn may_pass(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

impl Transport {
    /// Makes it ready; on a runtime, which a kept connection needs.
    pub(crate) fn ready(backend: &Backend, encryption: Encryption) -> Self {
        match backend {
            Backend::Console => Self::Console,
            Backend::File(folder) => Self::File(AsyncFileTransport::new(folder)),
            Backend::Smtp(smtp) => Self::Smtp(connect(smtp, encryption)),
        }
    }

    /// Reaches the mail server, if there is one, and logs in there.
    pub(crate) async fn reach(&self) -> Result<(), SendError> {
        let Self::Smtp(server) = self else { return Ok(()) };
        server.test_connection().await.map(drop).map_err(sorted)
    }

    /// Sends one message.
    pub(crate) async fn send(&self, to: &Email, wording: &Wording, message: Message) -> Result<(), SendError> {
        match self {
            Self::Console => {
                let text = format!("----- mail to {}: {}\n{}-----\n", to.as_str(), wording.subject, wording.text());
                // A console that nobody reads must not stop the server.
                let printed = tokio::task::spawn_blocking(move || {
                    let mut out = std::io::stdout().lock();
                    out.write_all(text.as_bytes()).and_then(|()| out.flush())
                });
                printed.await.map_err(std::io::Error::other).and_then(|printed| printed).map_err(SendError::Console)
            }
            Self::File(folder) => folder.send(message).await.map(drop).map_err(SendError::File),
            Self::Smtp(server) => server.send(message).await.map(drop).map_err(sorted),
        }
    }
}

fn sorted(error: lettre::transport::smtp::Error) -> SendError {
    if error.is_permanent() { SendError::Refused(error) } else { SendError::Away(error) }
}

/// What a connection is encrypted with; fails for certificates that cannot be read.
pub(crate) fn encryption(backend: &Backend) -> Result<Encryption, String> {
    let Backend::Smtp(smtp) = backend else { return Ok(Encryption::None) };
    let parameters = || {
        let mut builder = TlsParameters::builder(smtp.host.clone());
        if let Some(roots) = &smtp.extra_roots {
            let root = Certificate::from_pem(roots).map_err(|error| format!("the extra certificates: {error}"))?;
            builder = builder.add_root_certificate(root);
        }
        builder.build().map_err(|error| error.to_string())
    };
    Ok(match smtp.tls {
        Tls::Implicit => Encryption::Wrapper(parameters()?),
        Tls::StartTls => Encryption::Required(parameters()?),
        Tls::None => Encryption::None,
    })
}

fn connect(smtp: &Smtp, encryption: Encryption) -> AsyncSmtpTransport<Tokio1Executor> {
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.as_str())
        .port(smtp.port)
        .tls(encryption)
        .timeout(Some(smtp.timeout));
    if let Some((user, password)) = &smtp.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    builder.build()
}
