//! What clients say on a `chatapp.v1` socket.

use serde::Deserialize;

/// A frame from a client.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ClientFrame {
    /// I started or stopped typing.
    Typing { conversation: String, typing: bool },
    /// Tell me when these people come and go.
    Watch { users: Vec<String> },
    /// Are you there?
    Ping,
    /// Something that a later version knows.
    #[serde(other)]
    Unknown,
}

impl ClientFrame {
    /// What cannot be read is as good as unknown: it costs its sender one of the frames that it may send.
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or(Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart_by_their_type() {
        assert_eq!(ClientFrame::parse(r#"{"type":"ping","more":1}"#), ClientFrame::Ping);
        let typing = ClientFrame::Typing { conversation: "u2".into(), typing: true };
        assert_eq!(ClientFrame::parse(r#"{"typing":true,"conversation":"u2","type":"typing"}"#), typing);
        let watch = ClientFrame::Watch { users: vec!["u2".into()] };
        assert_eq!(ClientFrame::parse(r#"{"type":"watch","users":["u2"]}"#), watch);
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        for text in ["", "hello", "{", "[]", "null", r#"{"type":"new"}"#, r#"{"type":"typing"}"#, r#"{"type":7}"#] {
            assert_eq!(ClientFrame::parse(text), ClientFrame::Unknown, "{text}");
        }
    }
}
