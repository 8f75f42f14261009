//! Telling people who are connected.

use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use thiserror::Error;

use crate::credential::Credential;
use crate::event::{Event, Pos};
use crate::message::Seq;
use crate::user::{UserId, Username};

/// Tells a user's live connections that something happened. Best effort, and it never waits: the store is the truth,
/// and a connection that missed an event finds it there. Call it only after the commit.
pub trait Notifier: Send + Sync {
    /// Something was committed that concerns `to`.
    fn notify(&self, to: UserId, event: Event);

    /// Something passing: it has no position, and whoever misses it never hears of it.
    fn whisper(&self, to: UserId, whisper: Whisper);
}

/// What is told without being kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whisper {
    /// Somebody started or stopped typing to this user.
    Typing {
        /// Who.
        peer: Username,
        /// Started, or stopped.
        typing: bool,
    },
    /// Somebody has received what this user wrote, up to `seq`. It may come late: the furthest counts.
    Delivered {
        /// Who.
        peer: Username,
        /// Up to where.
        seq: Seq,
    },
    /// Somebody whom this connection watches came or went.
    Presence {
        /// Who.
        user: Username,
        /// Came, or went.
        online: bool,
    },
    /// This user shares more or less of their presence than before, with all or with one: their connections, and those that watch them, decide
    /// anew whom they watch.
    SharingChanged,
    /// Sessions or tokens of this user are over: their connections must close.
    CredentialsEnded(Vec<Credential>),
    /// The store has events up to here: whoever has not, look.
    Latest(Pos),
}

/// What a live connection hears.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// Something was committed.
    Event(Arc<Event>),
    /// Something passing.
    Whisper(Whisper),
    /// Events were dropped because this connection did not take them: read them from the store.
    Behind,
    /// The user opened more connections than one may have, and this is the oldest: close.
    Displaced,
}

/// A live connection's ear. Dropping it ends the connection's registration.
pub trait Subscription: Stream<Item = Delivery> + Send {
    /// Tells this connection when these people come and go, instead of those named before.
    fn watch(&self, users: Vec<Watched>);
}

/// Somebody whose coming and going is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Who.
    pub id: UserId,
    /// Under which name to report it.
    pub username: Username,
}

/// No more connections are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no more connections are taken")]
pub struct FeedFull;

/// What live connections listen to.
pub trait EventFeed: Send + Sync {
    /// Registers a connection of `user`. From now on it hears everything that [`Notifier`] is told.
    fn subscribe(&self, user: &Watched, credential: Option<Credential>)
    -> Result<Pin<Box<dyn Subscription>>, FeedFull>;

    /// Whether the user has a connection anywhere.
    fn is_online(&self, user: UserId) -> bool;

    /// Everyone who has a connection here.
    fn connected_users(&self) -> Vec<UserId>;

    /// The sessions and tokens of all connections here, with their users.
    fn connected_credentials(&self) -> Vec<(UserId, Credential)>;
}
