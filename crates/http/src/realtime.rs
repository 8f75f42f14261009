//! WebSockets: who may open one, what is told on it, and in which order.
//!
//! Three things go on at once on each: reading what the client sends, listening to the feed, and writing. A client that
//! takes nothing holds up only the writing.

mod connection;
mod ear;
mod ending;
mod following;
mod frames;
mod guard;
mod inbound;
mod line;
mod mailbox;
mod outbound;
mod protocol;
mod sequence;
mod sockets;
mod upgrade;
mod woken;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::guard::admits;
pub(crate) use self::sockets::Sockets;
pub(crate) use self::upgrade::open;
