//! Log-in sessions: who is logged in, where, and until when.

use std::fmt;
use std::time::Duration;

use crate::password::PasswordMark;
use crate::time::Timestamp;
use crate::user::{User, UserId};

/// The number of a session; its owner sees it and can revoke by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

/// The SHA-256 of a session's secret. The secret itself is known to the browser alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

/// One log-in of one person on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session's number.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last used, to within [`Lifetime::TOUCH_EVERY`].
    pub used_at: Timestamp,
    /// When its user last gave the password in it.
    pub confirmed_at: Timestamp,
    /// What the browser called itself; at most 255 code points.
    pub device: String,
    /// The address it was opened from.
    pub address: String,
}

impl Session {
    /// How many of a user's sessions are listed at most.
    pub const LISTED: i64 = 100;
}

/// A session about to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The hash of its secret.
    pub key: SessionKey,
    /// Whose it is.
    pub user: UserId,
    /// Which password opens it.
    pub password: PasswordMark,
    /// When it is opened.
    pub opened_at: Timestamp,
    /// What the browser calls itself.
    pub device: String,
    /// The address it is opened from.
    pub address: String,
}

/// A session that counts, with the user it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveSession {
    /// The session.
    pub session: Session,
    /// Its user; active.
    pub user: User,
}

/// How long sessions live, by the server's clock.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Ends a session that was not used for so long.
    pub idle: Duration,
    /// Ends any session so long after it was opened.
    pub absolute: Duration,
}

impl Lifetime {
    /// How often the time of last use is written at most.
    pub const TOUCH_EVERY: Duration = Duration::from_secs(300);

    /// How far ahead of the clock a session may have been opened. One from later than that was opened while a clock was
    /// wrong, and would live until the clock has caught up: for ever, if that clock was wrong by years.
    pub const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

    /// Whether `session` still counts at `now`.
    pub fn covers(&self, session: &Session, now: Timestamp) -> bool {
        let is_from_here = session.opened_at < now.after(Self::AHEAD);
        is_from_here && now < session.used_at.after(self.idle) && now < session.opened_at.after(self.absolute)
    }
}

impl Default for Lifetime {
    /// Two weeks idle (as the original), thirty days at most.
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self { idle: Duration::from_secs(14 * DAY), absolute: Duration::from_secs(30 * DAY) }
    }
}
