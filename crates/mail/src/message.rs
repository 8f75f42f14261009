//! One letter as a MIME message: plain text, and HTML for those who want it.

use chatapp_domain::user::Email;
use lettre::address::AddressError;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use thiserror::Error;

use crate::settings::Sender;
use crate::wording::Wording;

/// Why a letter cannot be a message.
#[derive(Debug, Error)]
pub(crate) enum MessageError {
    #[error("the address is not one that mail can be sent to: {0}")]
    Address(#[from] AddressError),
    #[error("the message cannot be put together: {0}")]
    Message(#[from] lettre::error::Error),
}

/// Tells other programs not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Puts a letter together.
pub(crate) fn of(to: &Email, wording: &Wording, from: &Sender) -> Result<Message, MessageError> {
    let to: Address = to.as_str().parse()?;
    let parts = MultiPart::alternative_plain_html(wording.text(), wording.html());
    let message = Message::builder()
        .from(from.0.clone())
        .to(Mailbox::new(None, to))
        .subject(wording.subject)
        .header(AutoSubmitted)
        .message_id(None);
    Ok(message.multipart(parts)?)
}

#[cfg(test)]
mod tests {
    use chatapp_domain::ports::mail::Letter;
    use chatapp_domain::user::Username;

    use super::*;
    use crate::wording;

    fn to(address: &str) -> Result<String, MessageError> {
        let letter =
            Letter::ResetPassword { username: Username::from_store("ada"), link: "https://chat.example.org/#x".into() };
        let to = Email::from_store(address);
        let message = of(&to, &wording::of(&letter), &"Chat <chat@example.org>".parse().unwrap())?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_message_has_its_headers_once_and_both_parts() {
        let message = to("ada@example.org").unwrap();
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        for header in ["From: Chat <chat@example.org>", "To: ada@example.org", "Subject: Choose a new password"] {
            assert_eq!(head.matches(header).count(), 1, "{head}");
        }
        assert!(head.contains("Message-ID: <") && head.contains("Date: "), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(body.contains("Content-Type: text/plain") && body.contains("Content-Type: text/html"), "{body}");
    }

    #[test]
    fn no_address_can_add_a_header() {
        for hostile in ["a@b.c\r\nBcc: x@y.z", "a@b.c, x@y.z", "a@b.c\0", "<a@b.c>", ""] {
            assert!(to(hostile).is_err(), "{hostile:?}");
        }
    }
}
