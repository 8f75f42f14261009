//! Why a socket ends, and the code and words that its client is told.

use actix_web::error::PayloadError;
use actix_ws::{CloseCode, CloseReason, ProtocolError};

/// Why a socket ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client said so; it hears its own reason back.
    Closed(Option<CloseReason>),
    /// The connection is gone.
    Gone,
    /// The client takes nothing.
    Stalled,
    /// The client says nothing.
    Idle,
    /// The server stops.
    Stopping,
    /// The session or the token is over.
    CredentialEnded,
    /// The user opened too many sockets, and this was the oldest.
    Displaced,
    /// The store is away, or the feed has ended.
    Overloaded,
    /// The client sends too much.
    Flooding,
    /// A frame is too large.
    TooLarge,
    /// A binary frame.
    NotText,
    /// Text that is not UTF-8.
    NotUtf8,
    /// Something that is no WebSocket.
    Broken,
}

impl Ending {
    /// What a failure to read means.
    pub(super) fn of(error: &ProtocolError) -> Self {
        match error {
            ProtocolError::Overflow => Self::TooLarge,
            ProtocolError::Io(error) => Self::of_io(error),
            _ => Self::Broken,
        }
    }

    /// The parser has no errors of its own for some cases, so it is told by kind and words.
    fn of_io(error: &std::io::Error) -> Self {
        let payload = error.get_ref().and_then(|inner| inner.downcast_ref::<PayloadError>());
        match (payload, error.kind()) {
            (Some(PayloadError::Overflow), _) => Self::TooLarge,
            (Some(_), _) => Self::Gone,
            (None, std::io::ErrorKind::InvalidData) if error.to_string().contains("reserved bits") => Self::Broken,
            (None, std::io::ErrorKind::InvalidData) => Self::NotUtf8,
            (None, std::io::ErrorKind::Other) => Self::TooLarge,
            (None, _) => Self::Gone,
        }
    }

    /// The close code and the word for `bye`; none if there is nobody to tell.
    pub(super) fn told(&self) -> Option<(u16, &'static str)> {
        Some(match self {
            Self::Closed(_) | Self::Gone | Self::Stalled => return None,
            Self::Idle => (1001, "idle"),
            Self::Stopping => (1012, "server_stopping"),
            Self::CredentialEnded => (4401, "session_ended"),
            Self::Displaced => (4409, "too_many_sockets"),
            Self::Overloaded => (1013, "overloaded"),
            Self::Flooding => (1008, "too_many_frames"),
            Self::TooLarge => (1009, "frame_too_large"),
            Self::NotText => (1003, "text_only"),
            Self::NotUtf8 => (1007, "not_utf8"),
            Self::Broken => (1002, "protocol_error"),
        })
    }
}

/// The reason that goes into a close frame.
pub(super) fn reason(code: u16, words: &str) -> CloseReason {
    CloseReason { code: CloseCode::from(code), description: Some(words.to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn failures_to_read_are_told_apart() {
        let io = |error| Ending::of(&ProtocolError::Io(error));
        assert_eq!(io(Error::other(PayloadError::Overflow)), Ending::TooLarge);
        assert_eq!(io(Error::other("Exceeded maximum continuation size")), Ending::TooLarge);
        assert_eq!(io(Error::other(PayloadError::EncodingCorrupted)), Ending::Gone);
        let reserved = Error::new(ErrorKind::InvalidData, "Received a frame with non-zero reserved bits");
        assert_eq!(io(reserved), Ending::Broken);
        assert_eq!(io(Error::new(ErrorKind::InvalidData, "invalid utf-8")), Ending::NotUtf8);
        assert_eq!(Ending::of(&ProtocolError::Overflow), Ending::TooLarge);
        assert_eq!(Ending::of(&ProtocolError::UnmaskedFrame), Ending::Broken);
    }
}
