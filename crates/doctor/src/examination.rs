//! Which checks there are, and in which order: the one that everything else stands on first.

use std::time::Duration;

use crate::checks::log_in::LoggedIn;
use crate::checks::{
    body_limit, charset, clock, compression, forwarding, headers, health, log_in, metrics, redirect, sockets, tls,
    version,
};
use crate::diagnosis::{Diagnosis, Finding, Verdict};
use crate::exchange::{self, Answer, ExchangeError, Request};
use crate::place::Place;
use crate::trust::{Trust, TrustError};

/// The port of plain HTTP that need not be typed.
const PLAIN_PORT: u16 = 80;
/// What to do about something that does not answer as it should.
const LOOK: &str = "see what the log of the proxy says, and that of the server";

/// Somebody to log in as.
pub struct Account {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

/// What to look at, and how.
pub struct Visit {
    /// Where people reach the server.
    pub place: Place,
    /// Where plain HTTP leads there; unless given, at its usual port if the place has its own.
    pub plain_port: Option<u16>,
    /// Certificates, in PEM, to trust besides the public ones.
    pub extra_roots: Option<Vec<u8>>,
    /// What needs a log-in is only looked at with one.
    pub account: Option<Account>,
    /// Whether to wait for a socket's first ping.
    pub waits: bool,
    /// How long one step may take.
    pub timeout: Duration,
    /// The version that the server is expected to have.
    pub version: &'static str,
}

/// Somebody who asks.
pub(crate) struct Caller {
    pub(crate) visit: Visit,
    pub(crate) trust: Trust,
}

impl Caller {
    pub(crate) fn place(&self) -> &Place {
        &self.visit.place
    }

    pub(crate) async fn ask(&self, request: Request) -> Result<Answer, ExchangeError> {
        self.ask_at(self.place(), request).await
    }

    /// Asks somewhere else.
    pub(crate) async fn ask_at(&self, place: &Place, request: Request) -> Result<Answer, ExchangeError> {
        exchange::ask(place, &self.trust, self.visit.timeout, request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, ExchangeError> {
        self.ask(Request::get(path)).await
    }

    /// The place of plain HTTP, if there should be one.
    pub(crate) fn plain_place(&self) -> Option<Place> {
        let usual = self.place().has_usual_port().then_some(PLAIN_PORT);
        let port = self.visit.plain_port.or(usual).filter(|_| self.place().is_https())?;
        self.place().plain(port).ok()
    }
}

/// Looks at everything and tells each finding once it is there. On a runtime of actix.
pub async fn examine(visit: Visit, tell: &mut dyn FnMut(Finding)) -> Result<(), TrustError> {
    let trust = Trust::new(visit.extra_roots.as_deref())?;
    let caller = Caller { visit, trust };
    let mut tell = |check, diagnosis| tell(Finding { check, diagnosis });
    let encryption = tls::look(&caller).await;
    let is_safe = encryption.verdict != Verdict::Fail;
    tell("tls", encryption);
    tell("redirect", settled(redirect::look(&caller).await));
    if !is_safe {
        tell("server", Diagnosis::skip("nothing is asked over a connection that is not safe", "mend that first"));
        return Ok(());
    }
    tell("health", settled(health::look(&caller).await));
    tell("version", settled(version::look(&caller).await));
    tell("clock", settled(clock::look(&caller).await));
    tell("headers", settled(headers::look(&caller).await));
    tell("charset", settled(charset::look(&caller).await));
    tell("compression", settled(compression::look(&caller).await));
    tell("body-limit", settled(body_limit::look(&caller).await));
    tell("metrics", settled(metrics::look(&caller).await));
    logged_in(&caller, &mut tell).await;
    Ok(())
}

/// What is only seen with a log-in, which is ended again.
async fn logged_in(caller: &Caller, tell: &mut impl FnMut(&'static str, Diagnosis)) {
    let (cookie, logged_in) = match log_in::look(caller).await {
        Ok((diagnosis, logged_in)) => (diagnosis, logged_in),
        Err(error) => (settled(Err(error)), None),
    };
    tell("cookie", cookie);
    let logged_in = logged_in.as_ref();
    tell("forwarding", settled(forwarding::look(caller, logged_in).await));
    tell("websocket", settled(sockets::look(caller, logged_in).await));
    tell("idle", settled(sockets::wait(caller, logged_in).await));
    if let Some(LoggedIn { cookie }) = logged_in {
        // Whatever came of it was told above; the session ends by itself otherwise.
        let _ = log_in::leave(caller, cookie).await;
    }
}

fn settled(outcome: Result<Diagnosis, ExchangeError>) -> Diagnosis {
    outcome.unwrap_or_else(|error| Diagnosis::fail(error.to_string(), LOOK))
}
