//! What clients write down of what they did and saw. The checker knows nothing else.

use serde::{Deserialize, Serialize};

/// Microseconds since the run began.
pub type Micros = u64;

/// A message as somebody was shown it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its name.
    pub id: i64,
    /// Its place in the conversation.
    pub seq: i64,
    /// Who sent it.
    pub user: String,
    /// To whom.
    pub recipient: String,
    /// What it says.
    pub body: String,
    /// When, as the server wrote it.
    pub timestamp: String,
}

/// An event as somebody was told it, on a socket or over REST.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenEvent {
    /// Its place among the person's events.
    pub pos: i64,
    /// `message`, `read`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The other person.
    pub conversation: String,
    /// The message's id, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Who read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// A place in the conversation.
    #[serde(default)]
    pub seq: i64,
    /// The key, for whoever sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

impl SeenEvent {
    /// The id of the message that it tells of.
    pub fn message_id(&self) -> Option<i64> {
        self.message.as_ref()?.parse().ok()
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Acknowledged.
    Ok,
    /// Refused: it did not happen.
    Fail,
    /// In doubt: it may have happened.
    Info,
}

/// How a request was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status; none if the connection broke, or nobody waited for the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Whether it said when to come again.
    #[serde(default)]
    pub retry_after: bool,
    /// Why there is no status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a socket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `chatapp.v1`.
    V1,
    /// The original's frames.
    Plain,
}

/// One line of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// Somebody takes part, who may know of these people only.
    Person {
        /// Who.
        name: String,
        /// With whom they talk.
        peers: Vec<String>,
    },
    /// An attempt to send.
    Send {
        /// Who.
        sender: String,
        /// To whom.
        recipient: String,
        /// The idempotency key: the same in each attempt.
        key: String,
        /// What; no two messages say the same.
        body: String,
        /// When it began.
        invoked: Micros,
        /// When it ended.
        done: Micros,
        /// What became of it.
        outcome: Outcome,
        /// How it was answered.
        answer: Answer,
        /// The message in the answer.
        message: Option<Seen>,
    },
    /// Any other request.
    Request {
        /// Who.
        person: String,
        /// What it was for.
        what: String,
        /// When it began.
        invoked: Micros,
        /// When it ended.
        done: Micros,
        /// How it was answered.
        answer: Answer,
    },
    /// A look at the message that a notification named.
    Look {
        /// Who.
        person: String,
        /// The message's id.
        id: i64,
        /// When it began.
        invoked: Micros,
        /// When it ended.
        done: Micros,
        /// How it was answered.
        answer: Answer,
        /// The message.
        message: Option<Seen>,
    },
    /// A page of events, read over REST by a device that was away.
    Page {
        /// Whose.
        person: String,
        /// On which device.
        device: String,
        /// After which place.
        after: i64,
        /// When it came.
        at: Micros,
        /// What it said.
        events: Vec<SeenEvent>,
    },
    /// A socket is open.
    Open {
        /// Its number.
        socket: u64,
        /// Whose.
        person: String,
        /// On which device.
        device: String,
        /// What it speaks.
        dialect: Dialect,
        /// The place (or, in the plain dialect, the message) after which it goes on.
        after: i64,
        /// When.
        at: Micros,
    },
    /// A socket told of an event.
    Event {
        /// Which socket.
        socket: u64,
        /// When.
        at: Micros,
        /// Of what.
        event: SeenEvent,
    },
    /// A plain socket told of a message.
    Plain {
        /// Which socket.
        socket: u64,
        /// When.
        at: Micros,
        /// The message's id.
        id: i64,
    },
    /// A socket said that everything up to here has been told.
    CaughtUp {
        /// Which socket.
        socket: u64,
        /// When.
        at: Micros,
        /// Up to where.
        pos: i64,
    },
    /// A socket said that the client's place leads nowhere.
    Reset {
        /// Which socket.
        socket: u64,
        /// When.
        at: Micros,
    },
    /// A socket is closed.
    Close {
        /// Which socket.
        socket: u64,
        /// When.
        at: Micros,
        /// The server's code, if it was the server and it said one.
        code: Option<u16>,
    },
    /// From `from` to `until` something was broken on purpose; times outside are good times.
    Trouble {
        /// What.
        what: String,
        /// Since when.
        from: Micros,
        /// Until when.
        until: Micros,
    },
    /// In the end: a whole conversation, as one of both reads it.
    FinalMessages {
        /// Who reads.
        person: String,
        /// With whom.
        peer: String,
        /// Oldest first.
        messages: Vec<Seen>,
    },
    /// In the end: all events of a person.
    FinalEvents {
        /// Whose.
        person: String,
        /// The latest place.
        pos: i64,
        /// Oldest first.
        events: Vec<SeenEvent>,
    },
    /// In the end: what a person finds who looks for what is not theirs. It should be nothing.
    Probe {
        /// Who looks.
        person: String,
        /// In which way.
        what: String,
        /// The ids or names that were found.
        found: Vec<String>,
    },
}
