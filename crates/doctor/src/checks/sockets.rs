//! WebSockets: that the handshake gets through, only from our own page, and that the silence between pings is borne.

use std::time::Duration;

use actix_codec::Framed;
use actix_http::header::{
    COOKIE, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use actix_http::ws::{Codec, Frame, hash_key};
use actix_http::{ConnectionType, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::log_in::{LoggedIn, without_account};
use crate::connection::Stream;
use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{self, Answered, ExchangeError, Request};

const PATH: &str = "/ws";
const PROTOCOL: &str = "chatapp.v1";
/// A page of somebody else.
const STRANGER: &str = "https://forged.invalid";
/// How much later than announced a ping may be.
const SLACK: Duration = Duration::from_secs(10);

const UPGRADES: &str = "let the proxy speak HTTP/1.1 to the server and pass on Upgrade and Connection (see deploy/ for nginx, HAProxy, Caddy)";

type Socket = Framed<Box<dyn Stream>, Codec>;

enum Handshake {
    Opened(Socket),
    Refused(StatusCode, bool),
}

/// Opens a socket as our page does, and as somebody else's.
pub(crate) async fn look(caller: &Caller, logged_in: Option<&LoggedIn>) -> Result<Diagnosis, ExchangeError> {
    let Some(LoggedIn { cookie }) = logged_in else { return without_log_in(caller).await };
    let mut socket = match open(caller, Some(cookie), &caller.place().origin()).await? {
        Handshake::Opened(socket) => socket,
        Handshake::Refused(status, _) => return Ok(refused(status)),
    };
    if let Err(why) = greeting(&mut socket, caller.visit.timeout).await {
        return Ok(Diagnosis::fail(format!("the socket opens, but {why}"), UPGRADES));
    }
    match open(caller, Some(cookie), STRANGER).await? {
        Handshake::Refused(StatusCode::FORBIDDEN, true) => Ok(Diagnosis::ok("opens, greets, and not for other sites")),
        Handshake::Refused(status, _) => {
            let seen = format!("another site's page is answered with {}", status.as_u16());
            Ok(Diagnosis::warn(seen, "let the proxy pass on the Origin header"))
        }
        Handshake::Opened(_) => {
            let advice = "let the proxy pass on the Origin header as it is, and look at allowed_origins";
            Ok(Diagnosis::fail("another site's page can open a socket as well", advice))
        }
    }
}

/// Without a log-in the server refuses every socket; that it is the server is all that can be seen.
async fn without_log_in(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    Ok(match open(caller, None, &caller.place().origin()).await? {
        Handshake::Refused(StatusCode::FORBIDDEN, true) => without_account(),
        Handshake::Refused(status, _) => refused(status),
        Handshake::Opened(_) => Diagnosis::fail("a socket opens without a log-in", UPGRADES),
    })
}

/// Keeps a socket open in silence until the server's first ping, which a proxy's patience must outlast.
pub(crate) async fn wait(caller: &Caller, logged_in: Option<&LoggedIn>) -> Result<Diagnosis, ExchangeError> {
    let Some(LoggedIn { cookie }) = logged_in else { return Ok(without_account()) };
    if !caller.visit.waits {
        return Ok(Diagnosis::skip("not waited for a ping", "leave out --quick"));
    }
    let Handshake::Opened(mut socket) = open(caller, Some(cookie), &caller.place().origin()).await? else {
        return Ok(Diagnosis::skip("no socket to wait with", "mend the handshake first"));
    };
    let began = Instant::now();
    let Ok(ping) = greeting(&mut socket, caller.visit.timeout).await else {
        return Ok(Diagnosis::skip("no socket to wait with", "mend the handshake first"));
    };
    let pinged = timeout(ping + SLACK, until_ping(&mut socket)).await;
    let waited = began.elapsed().as_secs();
    Ok(match pinged {
        Ok(true) => Diagnosis::ok(format!("a silent socket is kept until the ping ({} s)", ping.as_secs())),
        Ok(false) => Diagnosis::fail(
            format!("a silent socket is closed after {waited} s, and pings come every {} s", ping.as_secs()),
            "let the proxy wait longer (nginx: proxy_read_timeout, HAProxy: timeout tunnel), or lower socket_ping",
        ),
        Err(_) => Diagnosis::fail(format!("no ping within {waited} s"), "let the proxy pass on frames at once"),
    })
}

async fn open(caller: &Caller, cookie: Option<&str>, origin: &str) -> Result<Handshake, ExchangeError> {
    let key = BASE64_STANDARD.encode(rand::random::<[u8; 16]>());
    let mut request = Request::get(PATH)
        .with(UPGRADE, "websocket")
        .with(SEC_WEBSOCKET_VERSION, "13")
        .with(SEC_WEBSOCKET_KEY, &*key)
        .with(SEC_WEBSOCKET_PROTOCOL, PROTOCOL)
        .with(ORIGIN, origin);
    if let Some(cookie) = cookie {
        request = request.with(COOKIE, cookie);
    }
    let limit = caller.visit.timeout;
    let begun = timeout(limit, exchange::begin(caller.place(), &caller.trust, request, ConnectionType::Upgrade)).await;
    let Answered { head, framed, .. } = begun.map_err(|_| ExchangeError::Late(limit))??;
    let accepted =
        head.headers.get(SEC_WEBSOCKET_ACCEPT).is_some_and(|value| value.as_bytes() == hash_key(key.as_bytes()));
    if head.status == StatusCode::SWITCHING_PROTOCOLS && accepted {
        return Ok(Handshake::Opened(framed.into_map_codec(|_| Codec::new().client_mode())));
    }
    Ok(Handshake::Refused(head.status, head.headers.contains_key("x-request-id")))
}

fn refused(status: StatusCode) -> Diagnosis {
    let seen = format!("the handshake is answered with {}", status.as_u16());
    let advice = match status {
        StatusCode::FORBIDDEN => "set public_url to this address: the server takes its own page for somebody else's",
        _ => UPGRADES,
    };
    Diagnosis::fail(seen, advice)
}

/// The server's first frame, which says how often it pings.
async fn greeting(socket: &mut Socket, limit: Duration) -> Result<Duration, &'static str> {
    let frame = timeout(limit, socket.next()).await.map_err(|_| "nothing comes over it")?;
    let Some(Ok(Frame::Text(text))) = frame else { return Err("it is closed at once") };
    let hello: serde_json::Value = serde_json::from_slice(&text).map_err(|_| "what comes over it is no greeting")?;
    let ping = hello["ping"].as_f64().filter(|seconds| (0.0..86_400.0).contains(seconds));
    ping.map(Duration::from_secs_f64).ok_or("what comes over it is no greeting")
}

/// Whether there is a ping before the end.
async fn until_ping(socket: &mut Socket) -> bool {
    while let Some(Ok(frame)) = socket.next().await {
        match frame {
            Frame::Ping(_) => return true,
            Frame::Close(_) => return false,
            _ => {}
        }
    }
    false
}
