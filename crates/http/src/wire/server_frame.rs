//! What the server says on a `chatapp.v1` socket besides events.

use serde::Serialize;

use super::Stamp;

/// A frame that has no place among the user's events.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerFrame<'a> {
    /// The first frame: whose socket it is, and where the present is.
    Hello {
        user: &'a str,
        epoch: &'a str,
        pos: i64,
        time: Stamp,
        /// How many seconds lie between two pings of the server.
        ping: u64,
    },
    /// Everything after the client's place has been sent.
    CaughtUp { pos: i64 },
    /// The client's place leads nowhere: it loads everything anew, and the socket goes on from here.
    Reset { epoch: &'a str, pos: i64 },
    /// Somebody started or stopped typing.
    Typing { conversation: &'a str, typing: bool },
    /// Somebody has received what you wrote, up to `seq`; the furthest counts.
    Delivered { conversation: &'a str, seq: i64 },
    /// Somebody who is watched came or went.
    Presence { user: &'a str, online: bool },
    /// The socket ends.
    Bye { reason: &'a str },
}
