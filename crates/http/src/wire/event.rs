//! Events, the same over REST and on sockets.

use std::fmt;

use chatapp_domain::event::{self, Change};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// Something that changed for you.
#[derive(Serialize, ToSchema)]
pub(crate) struct Event<'a> {
    /// Its place among your events: 1, 2, 3, ... without a gap.
    #[schema(example = 41)]
    pos: i64,
    /// `message`, `read` or `delete`; there will be others.
    #[schema(example = "message")]
    r#type: &'static str,
    /// The message's number, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "123")]
    message: Option<Digits>,
    /// The other person of the conversation.
    #[schema(example = "grace")]
    conversation: &'a str,
    /// Who read, with `read`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reader: Option<&'a str>,
    /// The message's place in the conversation, or up to where was read.
    #[schema(example = 7)]
    seq: i64,
    /// The key that a message was sent with, for its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

impl<'a> From<&'a event::Event> for Event<'a> {
    fn from(event: &'a event::Event) -> Self {
        let (pos, conversation) = (event.pos.0, event.peer.as_str());
        match &event.change {
            Change::Message { id, seq, key } => Self {
                pos,
                r#type: "message",
                message: Some(Digits(id.0)),
                conversation,
                reader: None,
                seq: seq.0,
                client_id: key.as_ref().map(|key| key.as_str()),
            },
            Change::Read { reader, seq } => Self {
                pos,
                r#type: "read",
                message: None,
                conversation,
                reader: Some(reader.as_str()),
                seq: seq.0,
                client_id: None,
            },
            Change::Delete { id, seq } => Self {
                pos,
                r#type: "delete",
                message: Some(Digits(id.0)),
                conversation,
                reader: None,
                seq: seq.0,
                client_id: None,
            },
        }
    }
}

/// A number as the original sent it: in quotes.
#[derive(Clone, Copy)]
pub(crate) struct Digits(i64);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What changed for you after a place.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventPage<'a> {
    /// Names the history that places are of. In another one they mean nothing.
    pub(crate) epoch: &'a str,
    /// Your latest place.
    pub(crate) pos: i64,
    /// Oldest first.
    pub(crate) results: Vec<Event<'a>>,
}

#[cfg(test)]
mod tests {
    use chatapp_domain::event::Pos;
    use chatapp_domain::message::{IdempotencyKey, MessageId, Seq};
    use chatapp_domain::user::Username;

    use super::*;

    fn written(change: Change) -> String {
        let event = event::Event { pos: Pos(41), peer: Username::from_store("u2"), change };
        serde_json::to_string(&Event::from(&event)).unwrap()
    }

    #[test]
    fn a_message_is_told_by_its_number_in_quotes() {
        let change = |key| Change::Message { id: MessageId(123), seq: Seq(7), key };
        let plain = r#"{"pos":41,"type":"message","message":"123","conversation":"u2","seq":7"#;
        assert_eq!(written(change(None)), format!("{plain}}}"));
        assert_eq!(written(change(IdempotencyKey::parse("k").ok())), format!(r#"{plain},"client_id":"k"}}"#));
    }

    #[test]
    fn a_deletion_names_the_message() {
        let change = Change::Delete { id: MessageId(123), seq: Seq(7) };
        assert_eq!(written(change), r#"{"pos":41,"type":"delete","message":"123","conversation":"u2","seq":7}"#);
    }

    #[test]
    fn reading_is_told_by_who_and_how_far() {
        let change = Change::Read { reader: Username::from_store("u1"), seq: Seq(7) };
        assert_eq!(written(change), r#"{"pos":41,"type":"read","conversation":"u2","reader":"u1","seq":7}"#);
    }
}
