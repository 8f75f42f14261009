//! Conversations.

use chatapp_domain::conversation;
use chatapp_domain::presence::Seen;
use chatapp_domain::user::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Message, User};

/// A conversation as one of its people sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Conversation<'a> {
    /// The other person.
    user: User<'a>,
    last_message: Message<'a>,
    /// The `seq` of the newest message.
    last_seq: i64,
    /// Up to which `seq` you have read.
    read_seq: i64,
    /// Up to which `seq` the other person has read; 0 if you two do not share it.
    peer_read_seq: i64,
    /// Up to which `seq` the other person has received: never less than `peer_read_seq`.
    peer_delivered_seq: i64,
    /// How many of the other person's messages come after `read_seq`.
    unread: i64,
    /// Whether you block the other person.
    blocked: bool,
}

impl<'a> Conversation<'a> {
    pub(crate) fn seen_by(reader: UserId, conversation: &'a conversation::Conversation, peer: Seen) -> Self {
        Self {
            user: User::new(&conversation.peer, peer),
            last_message: Message::seen_by(reader, &conversation.last_message),
            last_seq: conversation.last_seq.0,
            read_seq: conversation.read_seq.0,
            peer_read_seq: conversation.peer_read_seq.0,
            peer_delivered_seq: conversation.peer_delivered_seq.0,
            unread: conversation.unread,
            blocked: peer.is_blocked,
        }
    }
}

/// Conversations, latest activity first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConversationPage<'a> {
    /// The absolute URL of the next page.
    pub(crate) next: Option<String>,
    pub(crate) results: Vec<Conversation<'a>>,
}

/// How far one has read or received.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct ReadMark {
    /// Up to here. Past the end means the end; a smaller one than before changes nothing.
    #[schema(minimum = 0, example = 7)]
    seq: i64,
}
