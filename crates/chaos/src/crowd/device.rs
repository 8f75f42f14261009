//! A device: it connects, listens, looks at what it is told of, goes away and comes back where it was.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::person::{Person, Present};
use super::{Phase, Target};
use crate::history::{Dialect, Record, SeenEvent};

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(12);
/// How many looks at messages go on at once; a device that has so many to wait for takes no more.
const LOOKS: usize = 4;
/// How many events a page has.
const PAGE: usize = 50;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A device.
pub(super) struct Device {
    person: Arc<Person>,
    name: &'static str,
    dialect: Dialect,
    steady: bool,
    epoch: String,
    /// The last place (or, in the plain dialect, the last message) that was handled.
    after: i64,
    random: StdRng,
    phase: watch::Receiver<Phase>,
    looks: JoinSet<()>,
}

impl Device {
    pub(super) fn new(
        person: Arc<Person>,
        name: &'static str,
        dialect: Dialect,
        steady: bool,
        began: &Present,
        random: StdRng,
        phase: &watch::Sender<Phase>,
    ) -> Self {
        let after = if dialect == Dialect::V1 { began.pos } else { began.message };
        let (epoch, phase, looks) = (began.epoch.clone(), phase.subscribe(), JoinSet::new());
        Self { person, name, dialect, steady, epoch, after, random, phase, looks }
    }

    /// Goes on until the chat has ended and everything is caught up with.
    pub(super) async fn live(mut self) {
        while !self.is_settled() {
            if let Some(stream) = self.connect().await {
                self.listen(stream).await;
            }
            if !self.is_settled() {
                self.be_away().await;
            }
        }
        while self.looks.join_next().await.is_some() {}
    }

    fn target(&self) -> Option<Target> {
        match &*self.phase.borrow() {
            Phase::Settling(targets) => Some(targets.get(&self.person.name).copied().unwrap_or_default()),
            _ => None,
        }
    }

    fn is_settled(&self) -> bool {
        self.target().is_some_and(|target| match self.dialect {
            Dialect::V1 => self.after >= target.pos,
            // Ids are not in the order of events, so only the very last one will do.
            Dialect::Plain => self.after == target.message,
        })
    }

    async fn be_away(&mut self) {
        let longest = if self.steady || self.target().is_some() { 100 } else { 1500 };
        sleep(Duration::from_millis(self.random.random_range(20..longest))).await;
        if self.dialect == Dialect::V1 && !self.steady && self.random.random_bool(0.5) {
            self.read_pages().await;
        }
    }

    /// Catches up without a socket.
    async fn read_pages(&mut self) {
        while let Some(page) = self.person.events(&self.epoch, self.after, PAGE).await {
            let (after, is_last) = (self.after, page.results.len() < PAGE);
            self.after = page.results.last().map_or(self.after, |event| event.pos);
            let (person, device) = (self.person.name.clone(), self.name.to_owned());
            let at = self.person.recorder.now();
            self.person.recorder.note(Record::Page { person, device, after, at, events: page.results });
            if is_last {
                return;
            }
        }
    }

    async fn connect(&mut self) -> Option<(u64, Stream)> {
        let query = match self.dialect {
            Dialect::V1 => format!("epoch={}&pos={}", self.epoch, self.after),
            Dialect::Plain if self.after == 0 => String::new(),
            Dialect::Plain => format!("since={}", self.after),
        };
        // Whoever comes and goes may come back through another node.
        let address = match self.person.nodes.as_slice() {
            nodes @ [_, _, ..] if !self.steady => nodes[self.random.random_range(0..nodes.len())],
            _ => self.person.address,
        };
        let mut request = format!("ws://{address}/ws?{query}").into_client_request().ok()?;
        request.headers_mut().insert("cookie", self.person.cookie.parse().ok()?);
        if self.dialect == Dialect::V1 {
            request.headers_mut().insert("sec-websocket-protocol", "chatapp.v1".parse().ok()?);
        }
        let (stream, _) = timeout(PATIENCE, connect_async(request)).await.ok()?.ok()?;
        let recorder = &self.person.recorder;
        let socket = recorder.next_socket();
        recorder.note(Record::Open {
            socket,
            person: self.person.name.clone(),
            device: self.name.to_owned(),
            dialect: self.dialect,
            after: self.after,
            at: recorder.now(),
        });
        Some((socket, stream))
    }

    async fn listen(&mut self, (socket, mut stream): (u64, Stream)) {
        let stay = if self.steady { 3600.0 } else { -self.random.random_range(0.0001..1.0_f64).ln() * 3.0 + 0.05 };
        let leave = Instant::now() + Duration::from_secs_f64(stay);
        let mut code = None;
        while !self.is_settled() {
            tokio::select! {
                frame = stream.next() => match frame {
                    Some(Ok(Message::Text(text))) => self.hear(socket, &text),
                    Some(Ok(Message::Close(close))) => {
                        code = close.map(|close| close.code.into());
                        break;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => break,
                },
                () = sleep_until(leave) => {
                    if self.random.random_bool(0.5) {
                        self.say_goodbye(&mut stream).await;
                    }
                    break;
                }
                // What the phase is now is asked at the next turn.
                changed = self.phase.changed() => if changed.is_err() { break },
            }
        }
        let at = self.person.recorder.now();
        self.person.recorder.note(Record::Close { socket, at, code });
    }

    async fn say_goodbye(&self, stream: &mut Stream) {
        // The server may be dead, frozen or deaf.
        let _ = timeout(Duration::from_millis(200), stream.send(Message::Close(None))).await;
    }

    fn hear(&mut self, socket: u64, text: &str) {
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return };
        let (at, number) = (self.person.recorder.now(), |name: &str| frame.get(name).and_then(Value::as_i64));
        match (self.dialect, frame.get("type").and_then(Value::as_str)) {
            (Dialect::Plain, _) => {
                let id = frame.get("message").and_then(Value::as_str).and_then(|id| id.parse().ok());
                let Some(id) = id else { return };
                self.person.recorder.note(Record::Plain { socket, at, id });
                self.after = id;
                self.react(id, None);
            }
            (Dialect::V1, Some("message" | "read")) => {
                let Ok(event) = serde_json::from_value::<SeenEvent>(frame) else { return };
                self.after = event.pos;
                let id = event.message_id();
                let place = (event.conversation.clone(), event.seq);
                self.person.recorder.note(Record::Event { socket, at, event });
                if let Some(id) = id {
                    self.react(id, Some(place));
                }
            }
            (Dialect::V1, Some("caught_up")) => {
                let pos = number("pos").unwrap_or(-1);
                self.person.recorder.note(Record::CaughtUp { socket, at, pos });
            }
            (Dialect::V1, Some("reset")) => {
                self.person.recorder.note(Record::Reset { socket, at });
                self.after = number("pos").unwrap_or(self.after);
                self.epoch = frame.get("epoch").and_then(Value::as_str).unwrap_or_default().to_owned();
            }
            (Dialect::V1, _) => {}
        }
    }

    /// Now and then looks at what it was told of, at once, and marks it as read.
    fn react(&mut self, id: i64, place: Option<(String, i64)>) {
        while self.looks.try_join_next().is_some() {}
        if self.looks.len() >= LOOKS {
            return;
        }
        let is_chatting = matches!(*self.phase.borrow(), Phase::Chatting);
        if self.random.random_bool(0.3) {
            let person = Arc::clone(&self.person);
            self.looks.spawn(async move { person.look(id).await });
        }
        if let Some((peer, seq)) = place.filter(|_| is_chatting && self.random.random_bool(0.05)) {
            let person = Arc::clone(&self.person);
            self.looks.spawn(async move { person.mark_read(&peer, seq).await });
        }
    }
}
