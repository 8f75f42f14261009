//! The life of one socket, from its first frame to its last.

use std::pin::pin;
use std::time::Duration;

use actix_web::web::Data;
use actix_ws::AggregatedMessageStream;
use chatapp_domain::token::Scope;
use tokio::time::{Instant, sleep, timeout};

use super::ear::Ear;
use super::ending::{self, Ending};
use super::following::Following;
use super::frames;
use super::inbound::Inbound;
use super::line;
use super::mailbox::Mailbox;
use super::outbound::{Outbound, Start};
use super::protocol::Dialect;
use super::sequence::Sequence;
use super::sockets::Seat;
use super::woken::when_woken;
use crate::caller::Caller;
use crate::shared::Shared;

/// How long a client may take to hear that its socket ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// An open socket.
pub(super) struct Connection {
    pub(super) caller: Caller,
    pub(super) dialect: Dialect,
    pub(super) start: Start,
    pub(super) ear: Ear,
    pub(super) line: line::Writer,
    pub(super) messages: AggregatedMessageStream,
    pub(super) shared: Data<Shared>,
    /// Goes last, with everything that it made room for.
    pub(super) _seat: Seat,
}

impl Connection {
    /// Serves the socket until it ends. The registration with the feed and the seat end with it.
    // A future keeps twice what was moved into it, and has room for the largest of all that it may ever wait for. Most
    // sockets are idle: so this one is boxed and lent, and what it seldom waits for is boxed where it waits.
    pub(super) async fn run(mut self: Box<Self>) {
        let (shared, user) = (Data::clone(&self.shared), self.caller.identity.id);
        self.serve().await;
        drop(self);
        shared.services.presence.left(user);
    }

    async fn serve(&mut self) {
        let Self { caller, dialect, start, ear, line, messages, shared, .. } = self;
        let (dialect, line, ear): (Dialect, &line::Writer, &Ear) = (*dialect, line, ear);
        let (services, settings) = (&shared.services, &shared.sockets.settings);
        let (me, mailbox) = (&caller.identity, &Mailbox::default());
        let (following, may_write) = (&Following::new(me, services, ear, mailbox), caller.scope == Scope::Write);
        let inbound = Inbound { me, may_write, dialect, services, settings, following, mailbox };
        let mut outbound = Outbound {
            me,
            dialect,
            services,
            settings,
            mailbox,
            line,
            sequence: Sequence::after(start.after.unwrap_or(start.latest)),
            epoch: start.epoch.clone(),
            ping_at: Instant::now() + settings.ping_every,
            gap_until: None,
        };
        let (stopped, inbound) = (pin!(stopped(shared)), pin!(inbound.run(messages)));
        let (stopped, inbound) = (when_woken(stopped), when_woken(inbound));
        // Polled in this order, what was heard just now is written in the same turn.
        let ending = tokio::select! {
            biased;
            ending = stopped => ending,
            ending = inbound => ending,
            ending = ear.listen(mailbox, dialect, caller.credential) => ending,
            never = following.keep_up() => match never {},
            ending = outbound.run(start) => ending,
        };
        log::debug!("a socket of user {} ends: {ending:?}", me.id.0);
        // Whoever takes nothing does not take this either.
        let _ = timeout(FAREWELL, Box::pin(say_goodbye(line, dialect, ending))).await;
    }
}

async fn stopped(shared: &Shared) -> Ending {
    shared.sockets.stopping().begun().await;
    let spread = shared.sockets.settings.close_spread;
    if !spread.is_zero() {
        sleep(spread.mul_f64(rand::random())).await;
    }
    Ending::Stopping
}

async fn say_goodbye(line: &line::Writer, dialect: Dialect, ending: Ending) {
    // The socket may have gone meanwhile: then there is nobody to tell.
    if let Ending::Closed(reason) = ending {
        let _ = line.close(reason).await;
    } else if let Some((code, words)) = ending.told() {
        if dialect == Dialect::V1 {
            let _ = line.text(&frames::bye(words)).await;
        }
        let _ = line.close(Some(ending::reason(code, words))).await;
    }
}
