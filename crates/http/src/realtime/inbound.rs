//! Reading what a client sends, within bounds.

use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use chatapp_domain::user::Identity;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::ending::Ending;
use super::following::Following;
use super::frames;
use super::mailbox::{Mailbox, Outgoing};
use super::protocol::Dialect;
use crate::services::Services;
use crate::settings::SocketSettings;
use crate::wire::ClientFrame;

/// The reading half of a socket.
pub(super) struct Inbound<'a> {
    pub(super) me: &'a Identity,
    /// Whether others may hear of this person through this socket.
    pub(super) may_write: bool,
    pub(super) dialect: Dialect,
    pub(super) services: &'a Services,
    pub(super) settings: &'a SocketSettings,
    pub(super) following: &'a Following<'a>,
    pub(super) mailbox: &'a Mailbox,
}

impl Inbound<'_> {
    /// Reads until there is no reason to go on.
    pub(super) async fn run(&self, messages: &mut AggregatedMessageStream) -> Ending {
        let mut rate = Rate::new(self.settings);
        loop {
            let message = match timeout(self.settings.idle_timeout, messages.next()).await {
                Err(_) => return Ending::Idle,
                Ok(None) => return Ending::Gone,
                Ok(Some(Err(error))) => return Ending::of(&error),
                Ok(Some(Ok(message))) => message,
            };
            if !rate.admit(Instant::now()) {
                return Ending::Flooding;
            }
            match message {
                AggregatedMessage::Text(text) => Box::pin(self.hear(&text)).await,
                AggregatedMessage::Binary(_) => return Ending::NotText,
                AggregatedMessage::Ping(bytes) => self.mailbox.frame(Outgoing::Pong(bytes)),
                AggregatedMessage::Pong(_) => {}
                AggregatedMessage::Close(reason) => return Ending::Closed(reason),
            }
        }
    }

    async fn hear(&self, text: &str) {
        if self.dialect == Dialect::Plain {
            return;
        }
        match ClientFrame::parse(text) {
            ClientFrame::Ping => self.mailbox.frame(Outgoing::Text(frames::pong())),
            ClientFrame::Typing { conversation, typing } if self.may_write => self.typing(&conversation, typing).await,
            ClientFrame::Watch { users } => self.following.watch(users).await,
            ClientFrame::Typing { .. } | ClientFrame::Unknown => {}
        }
    }

    async fn typing(&self, peer: &str, typing: bool) {
        if let Err(error) = self.services.conversations.typing(self.me, peer, typing).await {
            log::debug!("could not tell that somebody is typing: {error}");
        }
    }
}

/// How many frames came in the current stretch of time.
struct Rate {
    most: u32,
    window: std::time::Duration,
    began: Instant,
    count: u32,
}

impl Rate {
    fn new(settings: &SocketSettings) -> Self {
        Self { most: settings.max_frames, window: settings.frame_window, began: Instant::now(), count: 0 }
    }

    fn admit(&mut self, now: Instant) -> bool {
        if now.duration_since(self.began) >= self.window {
            (self.began, self.count) = (now, 0);
        }
        self.count += 1;
        self.count <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_frames_are_read_in_a_stretch() {
        let settings = SocketSettings::default();
        let mut rate = Rate::new(&settings);
        let now = rate.began;
        assert!((0..20).all(|_| rate.admit(now)));
        assert!(!rate.admit(now));
        assert!(rate.admit(now + settings.frame_window));
    }
}
