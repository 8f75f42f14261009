//! What an operator can change about this crate, with the defaults that the manual names.

mod network;
mod origin;
mod throttles;

use std::fmt;
use std::time::Duration;

use chatapp_domain::message::MessageBody;
use chatapp_domain::page::PageSize;
use rand::RngCore;
use url::Url;

pub use self::network::{Network, NetworkError};
pub use self::origin::{Origin, OriginError};
pub use self::throttles::{Rate, ThrottleSettings};

/// How the server presents itself and what it allows.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What session cookies are signed with. Another key logs everybody out.
    pub cookie_key: CookieKey,
    /// Whether session cookies are for https only; then they are named `__Host-chatapp_session`.
    pub secure_cookies: bool,
    /// Scheme and host under which people reach the server; without it the `Host` header of each request counts.
    pub public_url: Option<Url>,
    /// Other sites whose pages may write here with a session cookie.
    pub allowed_origins: Vec<Origin>,
    /// Whose `X-Forwarded-For`, `-Proto` and `-Host` headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// How many messages one page of the original list of messages has; at most 100 count.
    pub messages_to_load: i64,
    /// How many people the original, unpaged list of users has at most.
    pub users_to_load: i64,
    /// The longest message, in code points.
    pub message_max_length: usize,
    /// For how many days messages are kept, to be shown; 0: for ever.
    pub retention_days: u32,
    /// Threads that serve requests; without it, one for each processor.
    pub workers: Option<usize>,
    /// For how long the server goes on once it was told to stop, saying that it is not ready.
    pub drain_time: Duration,
    /// Who sees the figures of `/metrics` on the address that everybody reaches.
    pub metrics: MetricsExposure,
    /// How long requests may take to finish once the server stops.
    pub shutdown_timeout: Duration,
    /// Sizes and times of one request.
    pub limits: Limits,
    /// Sizes and times of one WebSocket.
    pub sockets: SocketSettings,
    /// How much one account, address or person may ask for.
    pub throttles: ThrottleSettings,
    /// For how long after giving the password a superuser administers without giving it again.
    pub admin_password_age: Duration,
}

impl Default for Settings {
    /// The documented defaults, and a cookie key of its own.
    fn default() -> Self {
        Self {
            cookie_key: CookieKey::generate(),
            secure_cookies: false,
            public_url: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            messages_to_load: 15,
            users_to_load: 10_000,
            message_max_length: MessageBody::DEFAULT_MAX_CHARS,
            retention_days: 0,
            workers: None,
            drain_time: Duration::ZERO,
            metrics: MetricsExposure::Local,
            shutdown_timeout: Duration::from_secs(10),
            limits: Limits::default(),
            sockets: SocketSettings::default(),
            throttles: ThrottleSettings::default(),
            admin_password_age: Duration::from_secs(20 * 60),
        }
    }
}

impl Settings {
    /// The size of a page of messages.
    pub(crate) fn page_size(&self) -> Option<PageSize> {
        PageSize::clamp(self.messages_to_load.max(1)).ok()
    }

    /// The most bytes that a request body may have: enough for the longest message, however its JSON is escaped.
    pub(crate) fn body_limit(&self) -> usize {
        // A code point outside the basic plane takes twelve bytes as two \u escapes.
        self.limits.body.max(self.message_max_length.saturating_mul(12).saturating_add(4096))
    }
}

/// Who sees the figures of `/metrics` on the address that everybody reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsExposure {
    /// Nobody.
    Off,
    /// Programs on the same machine that do not speak for somebody else.
    Local,
    /// Everybody.
    Everyone,
}

/// The secret that session cookies are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct CookieKey([u8; 64]);

impl CookieKey {
    /// A key from 64 secret bytes.
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// A new random key.
    pub fn generate() -> Self {
        let mut bytes = [0; 64];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieKey(…)")
    }
}

/// Bounds of one request and its connection.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many requests may wait for the server at once.
    pub requests: usize,
    /// The most bytes of a request body. A longer `message_max_length` raises it.
    pub body: usize,
    /// The most bytes of a picture's file.
    pub avatar: usize,
    /// How long the headers of a request may take.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How much time the server itself may take for a request.
    pub answer_timeout: Duration,
    /// How long an idle connection is kept; longer than a proxy in front keeps its own.
    pub keep_alive: Duration,
    /// How long sent bytes may stay unacknowledged before the system drops the connection.
    pub tcp_user_timeout: Duration,
    /// How many connections may wait to be accepted.
    pub backlog: i32,
    /// How many connections one worker thread holds at most.
    pub connections_per_worker: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 256,
            body: 64 * 1024,
            avatar: 5 * 1024 * 1024,
            header_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(11),
            keep_alive: Duration::from_secs(75),
            tcp_user_timeout: Duration::from_secs(30),
            backlog: 1024,
            connections_per_worker: 25_000,
        }
    }
}

/// Bounds of WebSockets. How many one user may have is the notification hub's to say.
#[derive(Clone, Copy, Debug)]
pub struct SocketSettings {
    /// The most sockets that are open here at once.
    pub max_open: usize,
    /// How often the server pings.
    pub ping_every: Duration,
    /// How long a client may be silent before its socket is closed.
    pub idle_timeout: Duration,
    /// How long one frame may wait for a client to take it.
    pub send_timeout: Duration,
    /// The most bytes of a client's frame.
    pub max_frame: usize,
    /// How many frames a client may send in each `frame_window`.
    pub max_frames: u32,
    /// See `max_frames`.
    pub frame_window: Duration,
    /// How long an event waits for the one before it before the store is asked.
    pub gap_wait: Duration,
    /// How long the store may be away while a socket catches up, before the socket is closed.
    pub store_patience: Duration,
    /// When the server stops, sockets are closed at random times within this; zero: all at once.
    pub close_spread: Duration,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            max_open: 10_000,
            ping_every: Duration::from_secs(25),
            idle_timeout: Duration::from_secs(60),
            send_timeout: Duration::from_secs(10),
            max_frame: 4096,
            max_frames: 20,
            frame_window: Duration::from_secs(10),
            gap_wait: Duration::from_millis(20),
            store_patience: Duration::from_secs(10),
            close_spread: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_key_is_never_printed() {
        let settings = Settings { cookie_key: CookieKey::from_bytes([7; 64]), ..Settings::default() };
        let printed = format!("{settings:?}");
        assert!(printed.contains("CookieKey(…)") && !printed.contains("7, 7"), "{printed}");
    }

    #[test]
    fn a_body_may_always_carry_the_longest_message() {
        let mut settings = Settings::default();
        assert_eq!(settings.body_limit(), 64 * 1024);
        settings.message_max_length = 100_000;
        assert!(settings.body_limit() >= 1_200_000);
    }
}
