//! What somebody downloads who downloads everything.

use chatapp_domain::conversation;
use chatapp_domain::user::User;
use serde::Serialize;
use utoipa::ToSchema;

use super::user::AvatarPath;
use super::{Message, Session, Stamp, Token};

/// Everything that is kept of you. It is written piece by piece, so this is only its description.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the document is written piece by piece; this is its documentation")]
pub(crate) struct Everything<'a> {
    /// How many messages there are.
    message_count: i64,
    user: OwnProfile<'a>,
    sessions: Vec<Session<'a>>,
    /// Without what is secret.
    tokens: Vec<Token<'a>>,
    /// The usernames of those whom you block.
    blocks: Vec<&'a str>,
    conversations: Vec<ReadPosition<'a>>,
    /// In the order in which they were saved, each on a line of its own.
    messages: Vec<Message<'a>>,
}

/// You.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnProfile<'a> {
    username: &'a str,
    display_name: &'a str,
    email: &'a str,
    pending_email: Option<&'a str>,
    #[schema(value_type = Option<String>)]
    avatar: Option<AvatarPath<'a>>,
    is_superuser: bool,
    date_joined: Stamp,
}

impl<'a> OwnProfile<'a> {
    pub(crate) fn new(user: &'a User, pending_email: Option<&'a str>) -> Self {
        Self {
            username: user.username.as_str(),
            display_name: &user.display_name,
            email: &user.email,
            pending_email,
            avatar: AvatarPath::of(user),
            is_superuser: user.is_superuser,
            date_joined: Stamp(user.joined_at),
        }
    }
}

/// How far you have read with somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadPosition<'a> {
    user: &'a str,
    last_seq: i64,
    read_seq: i64,
}

impl<'a> ReadPosition<'a> {
    pub(crate) fn of(conversation: &'a conversation::Conversation) -> Self {
        Self {
            user: conversation.peer.username.as_str(),
            last_seq: conversation.last_seq.0,
            read_seq: conversation.read_seq.0,
        }
    }
}
