//! Messages.

use chatapp_domain::message;
use chatapp_domain::search::Hit;
use chatapp_domain::user::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Stamp;

/// A message.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message<'a> {
    /// Its public number. Numbers are not in the order of sending: order by `seq`.
    #[schema(example = 123)]
    id: i64,
    /// Who sent it.
    #[schema(example = "ada")]
    user: &'a str,
    /// To whom.
    #[schema(example = "grace")]
    recipient: &'a str,
    timestamp: Stamp,
    /// The text, without white space around it; empty once the message is deleted.
    #[schema(example = "Hello, Grace!")]
    body: &'a str,
    /// Its place in the conversation: 1, 2, 3, ... without a gap.
    #[schema(example = 7)]
    seq: i64,
    /// The key it was sent with, for its sender only.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    /// Whether it was deleted: then it keeps its place and says nothing. Not there: false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    deleted: bool,
}

impl<'a> Message<'a> {
    /// The message as `reader` sees it.
    pub(crate) fn seen_by(reader: UserId, message: &'a message::Message) -> Self {
        let key = message.key.as_ref().filter(|_| message.sender.id == reader);
        Self {
            id: message.id.0,
            user: message.sender.username.as_str(),
            recipient: message.recipient.username.as_str(),
            timestamp: Stamp(message.at),
            body: message.body.as_str(),
            seq: message.seq.0,
            client_id: key.map(message::IdempotencyKey::as_str),
            deleted: message.is_deleted(),
        }
    }

    pub(crate) fn all_seen_by(reader: UserId, messages: &'a [message::Message]) -> Vec<Self> {
        messages.iter().map(|message| Self::seen_by(reader, message)).collect()
    }
}

/// What to send.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct NewMessage {
    /// To whom.
    #[schema(example = "grace")]
    recipient: String,
    /// The text. White space around it is dropped.
    #[schema(example = "Hello, Grace!")]
    body: String,
    /// A name of your own for this send, as the header `Idempotency-Key`: 1 to 64 visible ASCII characters.
    client_id: Option<String>,
}

/// One numbered page of messages, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessagePage<'a> {
    /// How many messages there are on all pages.
    pub(crate) count: i64,
    /// The absolute URL of the next page.
    pub(crate) next: Option<String>,
    /// The absolute URL of the page before.
    pub(crate) previous: Option<String>,
    pub(crate) results: Vec<Message<'a>>,
}

/// Messages by their numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Messages<'a> {
    pub(crate) results: Vec<Message<'a>>,
}

/// A stretch of a conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageHistory<'a> {
    /// Oldest first after `after_seq`, newest first before `before_seq`.
    pub(crate) results: Vec<Message<'a>>,
    /// The `seq` of the conversation's newest message, 0 where there is none.
    pub(crate) last_seq: i64,
    /// Up to where the oldest messages are gone, because they were older than messages are kept. Not there: none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) forgotten_seq: Option<i64>,
}

/// A message in which all words occur.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundMessage<'a> {
    #[serde(flatten)]
    message: Message<'a>,
    /// Where the words occur in `body`: from the first number up to but not including the second, in Unicode code points.
    #[schema(value_type = Vec<Vec<usize>>, example = json!([[0, 4]]))]
    matches: Vec<[usize; 2]>,
}

impl<'a> FoundMessage<'a> {
    pub(crate) fn seen_by(reader: UserId, hit: &'a Hit) -> Self {
        let matches = hit.places.iter().map(|place| [place.start, place.end]).collect();
        Self { message: Message::seen_by(reader, &hit.message), matches }
    }
}

/// What was found, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundMessages<'a> {
    /// The absolute URL of the next page, if there is more to look through: there may be results again after a page
    /// without any.
    pub(crate) next: Option<String>,
    pub(crate) results: Vec<FoundMessage<'a>>,
}

#[cfg(test)]
mod tests {
    use chatapp_domain::message::{IdempotencyKey, MessageBody, MessageId, Seq};
    use chatapp_domain::time::Timestamp;
    use chatapp_domain::user::{Identity, Username};

    use super::*;

    #[test]
    fn a_message_has_the_shape_of_the_original_and_its_place() {
        let identity = |id, name: &str| Identity { id: UserId(id), username: Username::from_store(name) };
        let message = message::Message {
            id: MessageId(1),
            seq: Seq(2),
            sender: identity(1, "u1"),
            recipient: identity(2, "u2"),
            body: MessageBody::from_store("\"hi\" 😀".into()),
            at: Timestamp::from_micros(1_795_515_330_123_456),
            key: IdempotencyKey::parse("k").ok(),
        };
        let written = |reader| serde_json::to_string(&Message::seen_by(UserId(reader), &message)).unwrap();
        let start = concat!(
            r#"{"id":1,"user":"u1","recipient":"u2","timestamp":"2026-11-24T10:15:30.123456Z","#,
            r#""body":"\"hi\" 😀","seq":2"#
        );
        assert_eq!(written(1), format!(r#"{start},"client_id":"k"}}"#));
        assert_eq!(written(2), format!("{start}}}"));
    }
}
