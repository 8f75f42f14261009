//! What two people say to each other, or one person to themselves.

use crate::event::Pos;
use crate::message::{Message, Seq};
use crate::user::{Identity, User, UserId};

/// The two people of a conversation in ascending order of their ids; the same person twice in a note to oneself.
/// There is one conversation for each pair, so a pair names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    low: UserId,
    high: UserId,
}

impl Pair {
    /// The pair of two people, in whatever order they are given.
    pub fn of(one: UserId, other: UserId) -> Self {
        Self { low: one.min(other), high: one.max(other) }
    }

    /// The one with the smaller id.
    pub fn low(self) -> UserId {
        self.low
    }

    /// The one with the larger id.
    pub fn high(self) -> UserId {
        self.high
    }
}

/// One person's side of a conversation. Whoever reads or writes what was said must hold one, and it can only be made
/// from the person's own identity: nobody can address a conversation that they are not in.
#[derive(Clone, Debug)]
pub struct Participation {
    me: Identity,
    peer: Identity,
}

impl Participation {
    /// `me`'s side of the conversation with `peer`, whether anything was said in it yet or not.
    pub fn of(me: Identity, peer: Identity) -> Self {
        Self { me, peer }
    }

    /// The person whose side this is.
    pub fn me(&self) -> &Identity {
        &self.me
    }

    /// The other person; oneself in a note to oneself.
    pub fn peer(&self) -> &Identity {
        &self.peer
    }

    /// Which conversation this is.
    pub fn pair(&self) -> Pair {
        Pair::of(self.me.id, self.peer.id)
    }

    /// Whether this is a note to oneself.
    pub fn is_with_oneself(&self) -> bool {
        self.me.id == self.peer.id
    }
}

/// A conversation as one of its people sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The other person.
    pub peer: User,
    /// The newest message.
    pub last_message: Message,
    /// The `seq` of the newest message.
    pub last_seq: Seq,
    /// Up to where I have read.
    pub read_seq: Seq,
    /// Up to where the other person has read; 0 if the two do not share it.
    pub peer_read_seq: Seq,
    /// Up to where the other person has received, which is never less than what they have read; 0 if the two do not
    /// share it.
    pub peer_delivered_seq: Seq,
    /// How many messages of the other person come after `read_seq`.
    pub unread: i64,
    /// My event position of the newest message: conversations are listed by it, latest first, and paged by it.
    pub activity: Pos,
}
