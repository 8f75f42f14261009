//! How mail is sent, and under which name.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lettre::message::Mailbox;
use thiserror::Error;

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct Settings {
    /// By which way.
    pub backend: Backend,
    /// Who it is from.
    pub from: Sender,
    /// How many mails may wait.
    pub queue: usize,
}

/// The ways there are.
#[derive(Clone, Debug)]
pub enum Backend {
    /// Printed on standard output: for trying out, and for places whose operator passes links on by hand.
    Console,
    /// A file for each mail in this folder.
    File(PathBuf),
    /// To a server that passes it on.
    Smtp(Smtp),
}

/// A server that takes mail from us.
#[derive(Clone)]
pub struct Smtp {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and when the connection is encrypted.
    pub tls: Tls,
    /// User and password, if it wants them.
    pub credentials: Option<(String, String)>,
    /// How long connecting may take; all of a try has a bound of its own.
    pub timeout: Duration,
    /// Certificates, in PEM, to trust besides the public ones.
    pub extra_roots: Option<Vec<u8>>,
}

impl fmt::Debug for Smtp {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Smtp");
        shown.field("host", &self.host).field("port", &self.port).field("tls", &self.tls);
        shown.field("user", &self.credentials.as_ref().map(|(user, _)| user)).finish_non_exhaustive()
    }
}

/// When a connection is encrypted. A server that cannot do what is asked for gets no mail: there is no falling back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// After the greeting, before anything that matters.
    StartTls,
    /// Never: for a server on the same machine.
    None,
}

/// Who mail is from: `ChatApp <chat@example.org>`, or the address alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(pub(crate) Mailbox);

/// The text is no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an address, as in ChatApp <chat@example.org>")]
pub struct SenderError;

impl FromStr for Sender {
    type Err = SenderError;

    fn from_str(text: &str) -> Result<Self, SenderError> {
        // A line break would begin another header.
        let one_line = !text.chars().any(char::is_control);
        text.parse().ok().filter(|_| one_line).map(Self).ok_or(SenderError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in ["chat@example.org", "ChatApp <chat@example.org>", "\"Chat, App\" <chat@example.org>"] {
            assert!(good.parse::<Sender>().is_ok(), "{good}");
        }
        for bad in ["", "chat", "Chat <chat>", "a@b.c\r\nBcc: <x@y.z>", "A\n <a@b.c>"] {
            assert!(bad.parse::<Sender>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let smtp = Smtp {
            host: "mail.example.org".to_owned(),
            port: 465,
            tls: Tls::Implicit,
            credentials: Some(("chat".to_owned(), "hunter2".to_owned())),
            timeout: Duration::from_secs(1),
            extra_roots: None,
        };
        let shown = format!("{smtp:?}");
        assert!(shown.contains("chat") && !shown.contains("hunter2"), "{shown}");
    }
}
