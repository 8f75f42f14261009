//! What one node tells the others, and its form on the wire.
//!
//! An envelope is a JSON object. `v` is raised only by a change that an older node would misunderstand: such a node drops
//! what it cannot read and finds the rest in the database. Fields and kinds may be added without that.

use std::fmt;

use chatapp_domain::credential::Credential;
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{IdempotencyKey, MessageId, Seq};
use chatapp_domain::ports::notifications::Whisper;
use chatapp_domain::session::SessionId;
use chatapp_domain::token::TokenId;
use chatapp_domain::user::{UserId, Username};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version that this node writes, and the highest that it reads.
const VERSION: u32 = 1;

/// One running process. A process that starts again is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(u64);

impl NodeId {
    pub(crate) fn random() -> Self {
        Self(rand::random())
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        u64::from_str_radix(text, 16).ok().map(Self)
    }

    #[cfg(test)]
    pub(crate) const fn test(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not the name of a node"))
    }
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Something was committed that concerns a user.
    Event(UserId, Event),
    /// Something passing for a user.
    Whisper(UserId, Whisper),
    /// Who came and went on the node, and how many such changes there were with this one.
    Presence { seq: u64, came: Vec<UserId>, went: Vec<UserId> },
    /// Who is on the node was written down anew: read it.
    Rewritten { seq: u64 },
    /// The node stops.
    Left,
    /// The node could not tell all of its news: compare positions with the database.
    Compare,
}

impl News {
    /// Whether a whisper is for a user wherever they are, and not for connections here alone.
    pub(crate) fn crosses(whisper: &Whisper) -> bool {
        matches!(
            whisper,
            Whisper::Typing { .. } | Whisper::Delivered { .. } | Whisper::SharingChanged | Whisper::CredentialsEnded(_)
        )
    }
}

/// An envelope that was opened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    News(NodeId, News),
    /// From a newer version, of which this one knows too little.
    TooNew,
    Unreadable,
}

/// Closes an envelope; nothing if the news is not for other nodes.
pub(crate) fn close(node: NodeId, news: &News) -> Option<Vec<u8>> {
    let wire = Wire { v: VERSION, node, content: Content::of(news)? };
    // There is nothing in it that JSON could not say.
    serde_json::to_vec(&wire).ok()
}

/// Opens an envelope.
pub(crate) fn open(bytes: &[u8]) -> Opened {
    let Ok(Version { v }) = serde_json::from_slice(bytes) else { return Opened::Unreadable };
    if v > VERSION {
        return Opened::TooNew;
    }
    match serde_json::from_slice::<Wire>(bytes) {
        Ok(wire) => wire.content.news().map_or(Opened::TooNew, |news| Opened::News(wire.node, news)),
        Err(_) => Opened::Unreadable,
    }
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u32,
    node: NodeId,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Content {
    Message {
        to: i64,
        pos: i64,
        peer: String,
        id: i64,
        seq: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    Read {
        to: i64,
        pos: i64,
        peer: String,
        reader: String,
        seq: i64,
    },
    Delete {
        to: i64,
        pos: i64,
        peer: String,
        id: i64,
        seq: i64,
    },
    Typing {
        to: i64,
        peer: String,
        typing: bool,
    },
    Delivered {
        to: i64,
        peer: String,
        seq: i64,
    },
    SharingChanged {
        to: i64,
    },
    #[serde(rename = "sessions_ended")]
    CredentialsEnded {
        to: i64,
        sessions: Vec<i64>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tokens: Vec<i64>,
    },
    Presence {
        seq: u64,
        came: Vec<i64>,
        went: Vec<i64>,
    },
    Rewritten {
        seq: u64,
    },
    Left,
    Compare,
    #[serde(other)]
    Unknown,
}

impl Content {
    fn of(news: &News) -> Option<Self> {
        Some(match news {
            News::Event(to, event) => Self::of_event(to.0, event),
            News::Whisper(to, Whisper::Typing { peer, typing }) => {
                Self::Typing { to: to.0, peer: peer.as_str().to_owned(), typing: *typing }
            }
            News::Whisper(to, Whisper::Delivered { peer, seq }) => {
                Self::Delivered { to: to.0, peer: peer.as_str().to_owned(), seq: seq.0 }
            }
            News::Whisper(to, Whisper::SharingChanged) => Self::SharingChanged { to: to.0 },
            News::Whisper(to, Whisper::CredentialsEnded(ended)) => {
                let sessions = ended.iter().filter_map(|ended| ended.session()).map(|session| session.0).collect();
                let tokens = ended.iter().filter_map(|ended| ended.token()).map(|token| token.0).collect();
                Self::CredentialsEnded { to: to.0, sessions, tokens }
            }
            // Each node learns the one from the other nodes' presence, and the other from the database.
            News::Whisper(_, Whisper::Presence { .. } | Whisper::Latest(_)) => return None,
            News::Presence { seq, came, went } => {
                Self::Presence { seq: *seq, came: numbers(came), went: numbers(went) }
            }
            News::Rewritten { seq } => Self::Rewritten { seq: *seq },
            News::Left => Self::Left,
            News::Compare => Self::Compare,
        })
    }

    fn of_event(to: i64, Event { pos, peer, change }: &Event) -> Self {
        let (pos, peer) = (pos.0, peer.as_str().to_owned());
        match change {
            Change::Message { id, seq, key } => {
                let key = key.as_ref().map(|key| key.as_str().to_owned());
                Self::Message { to, pos, peer, id: id.0, seq: seq.0, key }
            }
            Change::Read { reader, seq } => {
                Self::Read { to, pos, peer, reader: reader.as_str().to_owned(), seq: seq.0 }
            }
            Change::Delete { id, seq } => Self::Delete { to, pos, peer, id: id.0, seq: seq.0 },
        }
    }

    fn news(self) -> Option<News> {
        let event = |to, pos, peer: String, change| {
            News::Event(UserId(to), Event { pos: Pos(pos), peer: Username::from_store(peer), change })
        };
        Some(match self {
            Self::Message { to, pos, peer, id, seq, key } => {
                let key = key.map(IdempotencyKey::from_store);
                event(to, pos, peer, Change::Message { id: MessageId(id), seq: Seq(seq), key })
            }
            Self::Read { to, pos, peer, reader, seq } => {
                event(to, pos, peer, Change::Read { reader: Username::from_store(reader), seq: Seq(seq) })
            }
            Self::Delete { to, pos, peer, id, seq } => {
                event(to, pos, peer, Change::Delete { id: MessageId(id), seq: Seq(seq) })
            }
            Self::Typing { to, peer, typing } => {
                News::Whisper(UserId(to), Whisper::Typing { peer: Username::from_store(peer), typing })
            }
            Self::Delivered { to, peer, seq } => {
                News::Whisper(UserId(to), Whisper::Delivered { peer: Username::from_store(peer), seq: Seq(seq) })
            }
            Self::SharingChanged { to } => News::Whisper(UserId(to), Whisper::SharingChanged),
            Self::CredentialsEnded { to, sessions, tokens } => {
                let sessions = sessions.into_iter().map(|id| Credential::Session(SessionId(id)));
                let ended = sessions.chain(tokens.into_iter().map(|id| Credential::Token(TokenId(id))));
                News::Whisper(UserId(to), Whisper::CredentialsEnded(ended.collect()))
            }
            Self::Presence { seq, came, went } => News::Presence { seq, came: users(came), went: users(went) },
            Self::Rewritten { seq } => News::Rewritten { seq },
            Self::Left => News::Left,
            Self::Compare => News::Compare,
            Self::Unknown => return None,
        })
    }
}

fn numbers(users: &[UserId]) -> Vec<i64> {
    users.iter().map(|user| user.0).collect()
}

fn users(numbers: Vec<i64>) -> Vec<UserId> {
    numbers.into_iter().map(UserId).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId(0x1234);

    fn name(text: &str) -> Username {
        Username::from_store(text)
    }

    #[test]
    fn what_one_node_closes_another_opens() {
        let message = |key: Option<&str>| Change::Message {
            id: MessageId(7),
            seq: Seq(3),
            key: key.map(|key| IdempotencyKey::parse(key).unwrap()),
        };
        let read = Change::Read { reader: name("ada"), seq: Seq(3) };
        let deleted = Change::Delete { id: MessageId(7), seq: Seq(3) };
        let events = [message(None), message(Some("k/1")), read, deleted];
        let whispers = [
            Whisper::Typing { peer: name("ada \"quoted\" 🐴"), typing: true },
            Whisper::Delivered { peer: name("ada"), seq: Seq(7) },
            Whisper::SharingChanged,
            Whisper::CredentialsEnded(vec![SessionId(1).into(), SessionId(i64::MAX).into(), TokenId(7).into()]),
            Whisper::CredentialsEnded(vec![SessionId(1).into()]),
        ];
        let events = events.map(|change| News::Event(UserId(5), Event { pos: Pos(9), peer: name("bob"), change }));
        let others = [
            News::Presence { seq: 4, came: vec![UserId(1)], went: vec![UserId(2), UserId(3)] },
            News::Rewritten { seq: u64::MAX },
            News::Left,
            News::Compare,
        ];
        let all = events.into_iter().chain(whispers.map(|whisper| News::Whisper(UserId(5), whisper))).chain(others);
        for news in all {
            assert_eq!(open(&close(NODE, &news).unwrap()), Opened::News(NODE, news));
        }
    }

    #[test]
    fn what_each_node_finds_out_by_itself_is_not_told() {
        let presence = Whisper::Presence { user: name("ada"), online: true };
        for whisper in [Whisper::Latest(Pos(1)), presence] {
            assert_eq!(close(NODE, &News::Whisper(UserId(1), whisper)), None);
        }
    }

    #[test]
    fn the_form_on_the_wire_stays_as_it_is() {
        let change = Change::Message { id: MessageId(7), seq: Seq(3), key: None };
        let event = News::Event(UserId(5), Event { pos: Pos(9), peer: name("bob"), change });
        assert_eq!(
            String::from_utf8(close(NODE, &event).unwrap()).unwrap(),
            r#"{"v":1,"node":"0000000000001234","kind":"message","to":5,"pos":9,"peer":"bob","id":7,"seq":3}"#
        );
    }

    #[test]
    fn newer_nodes_may_say_more() {
        let more = br#"{"v":1,"node":"1234","kind":"typing","to":5,"peer":"bob","typing":true,"mood":"good"}"#;
        assert!(matches!(open(more), Opened::News(NODE, News::Whisper(UserId(5), _))));
        assert_eq!(open(br#"{"v":1,"node":"1234","kind":"dance","to":5}"#), Opened::TooNew);
        assert_eq!(open(br#"{"v":2,"what":"ever"}"#), Opened::TooNew);
    }

    #[test]
    fn anything_else_is_unreadable() {
        for bad in ["", "{", "[]", "null", r#"{"v":"1"}"#, r#"{"v":1}"#, r#"{"v":1,"node":"x","kind":"left"}"#] {
            assert_eq!(open(bad.as_bytes()), Opened::Unreadable, "{bad}");
        }
        assert_eq!(open(&[0xff, 0xfe]), Opened::Unreadable);
    }
}
