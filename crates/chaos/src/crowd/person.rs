//! Somebody who is logged in, and everything that they ask the server for. Each request is written down.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::{Method, redirect};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::history::{Answer, Outcome, Record, Seen, SeenEvent};
use crate::recorder::Recorder;

/// Everyone's password.
pub(super) const PASSWORD: &str = "a long enough password";
/// How long a request is waited for: longer than an answer may take, so that too late an answer is seen.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a connection waits to be used: less than the server's `header_timeout`, after which one that was opened ahead of
/// need is answered 408 and closed, maybe just when a request is written to it.
const MOST_IDLE: Duration = Duration::from_secs(3);

/// Somebody.
pub struct Person {
    /// Their name.
    pub name: String,
    /// With whom they talk.
    pub peers: Vec<String>,
    /// What their requests and sockets carry.
    pub cookie: String,
    /// Where their own server listens.
    pub address: SocketAddr,
    /// Where all servers listen.
    pub(super) nodes: Vec<SocketAddr>,
    pub(super) recorder: Arc<Recorder>,
    http: reqwest::Client,
    /// How many read positions are on their way.
    marks: watch::Sender<usize>,
}

/// A page of events.
#[derive(Debug)]
pub(super) struct Events {
    pub(super) epoch: String,
    pub(super) pos: i64,
    pub(super) results: Vec<SeenEvent>,
}

/// Where devices begin.
#[derive(Clone, Debug)]
pub(crate) struct Present {
    pub(crate) epoch: String,
    pub(super) pos: i64,
    /// The last message; 0 if there is none.
    pub(super) message: i64,
}

/// What a request gave: how it was answered, and the JSON in it.
type Given = (Answer, Option<Value>);

impl Person {
    pub(super) async fn log_in(
        nodes: &[SocketAddr],
        place: usize,
        name: &str,
        peers: Vec<String>,
        recorder: Arc<Recorder>,
    ) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .pool_idle_timeout(MOST_IDLE)
            .build()?;
        let address = nodes[place % nodes.len()];
        let credentials = json!({ "username": name, "password": PASSWORD });
        let asked = http.post(format!("http://{address}/api/v1/session/")).json(&credentials).send().await?;
        let status = asked.status();
        let cookie = asked.headers().get("set-cookie").with_context(|| format!("{name} cannot log in: {status}"))?;
        let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        let (marks, _) = watch::channel(0);
        Ok(Self { name: name.to_owned(), peers, cookie, address, nodes: nodes.to_vec(), recorder, http, marks })
    }

    /// The same person in the same session, at another server.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        let (marks, _) = watch::channel(0);
        Self {
            name: self.name.clone(),
            peers: self.peers.clone(),
            cookie: self.cookie.clone(),
            address,
            nodes: vec![address],
            recorder: Arc::clone(&self.recorder),
            http: self.http.clone(),
            marks,
        }
    }

    /// One attempt to send a message.
    pub(crate) async fn send(&self, recipient: &str, key: &str, body: &str, patience: Duration) -> (Outcome, Answer) {
        let invoked = self.recorder.now();
        let content = json!({ "recipient": recipient, "body": body });
        let asking = self.ask(Method::POST, "/api/v1/message/", Some(&content), Some(key));
        let (answer, value) = match tokio::time::timeout(patience, asking).await {
            Ok(given) => given,
            Err(_) => (without_status("given up"), None),
        };
        let message: Option<Seen> = value.and_then(|value| serde_json::from_value(value).ok());
        let outcome = match answer.status {
            Some(200 | 201) if message.is_some() => Outcome::Ok,
            Some(status) if status < 500 => Outcome::Fail,
            _ => Outcome::Info,
        };
        self.recorder.note(Record::Send {
            sender: self.name.clone(),
            recipient: recipient.to_owned(),
            key: key.to_owned(),
            body: body.to_owned(),
            invoked,
            done: self.recorder.now(),
            outcome,
            answer: answer.clone(),
            message,
        });
        (outcome, answer)
    }

    /// Reads a message that was told of.
    pub(super) async fn look(&self, id: i64) {
        let invoked = self.recorder.now();
        let (answer, value) = self.ask(Method::GET, &format!("/api/v1/message/{id}/"), None, None).await;
        let message = value.filter(|_| answer.status == Some(200)).and_then(|value| serde_json::from_value(value).ok());
        let (person, done) = (self.name.clone(), self.recorder.now());
        self.recorder.note(Record::Look { person, id, invoked, done, answer, message });
    }

    /// Marks a conversation as read up to a place.
    pub(super) async fn mark_read(&self, peer: &str, seq: i64) {
        self.marks.send_modify(|marks| *marks += 1);
        let path = format!("/api/v1/conversation/{peer}/read/");
        self.request("mark read", Method::PUT, &path, Some(&json!({ "seq": seq }))).await;
        self.marks.send_modify(|marks| *marks -= 1);
    }

    /// Waits until no read position is on its way.
    pub(super) async fn marks_are_done(&self) {
        // Each ends with its request, which is not waited for without end; and the sender is here.
        let _ = self.marks.subscribe().wait_for(|marks| *marks == 0).await;
    }

    /// Events after a place; nothing if the server did not say.
    pub(super) async fn events(&self, epoch: &str, after: i64, limit: usize) -> Option<Events> {
        let path = format!("/api/v1/event/?epoch={epoch}&after={after}&limit={limit}");
        events(self.request("events", Method::GET, &path, None).await?)
    }

    /// Where events are now, and the last message.
    pub(crate) async fn present(&self) -> anyhow::Result<Present> {
        let value = self.request("events", Method::GET, "/api/v1/event/", None).await.context("no events")?;
        let now = events(value).context("no events")?;
        let last = self.events(&now.epoch, 0, 100).await.context("no events")?.results;
        let message = last.iter().rev().find_map(SeenEvent::message_id).unwrap_or(0);
        Ok(Present { epoch: now.epoch, pos: now.pos, message })
    }

    /// The JSON of an answer, if it was a 200.
    pub(super) async fn request(&self, what: &str, method: Method, path: &str, body: Option<&Value>) -> Option<Value> {
        let invoked = self.recorder.now();
        let (answer, value) = self.ask(method, path, body, None).await;
        let ok = answer.status == Some(200);
        let (person, what, done) = (self.name.clone(), what.to_owned(), self.recorder.now());
        self.recorder.note(Record::Request { person, what, invoked, done, answer });
        value.filter(|_| ok)
    }

    /// The status of a request that is not written down: for looking where nothing should be found.
    pub(crate) async fn status_of(&self, path: &str) -> Option<u16> {
        self.ask(Method::GET, path, None, None).await.0.status
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>, key: Option<&str>) -> Given {
        let mut request = self.http.request(method, format!("http://{}{path}", self.address));
        request = request.header("Cookie", &self.cookie);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        match request.send().await {
            Err(error) => (without_status(reason(&error)), None),
            Ok(response) => {
                let status = Some(response.status().as_u16());
                let retry_after = response.headers().contains_key("retry-after");
                match response.bytes().await {
                    Err(error) => (without_status(reason(&error)), None),
                    Ok(bytes) => (Answer { status, retry_after, error: None }, serde_json::from_slice(&bytes).ok()),
                }
            }
        }
    }
}

fn events(value: Value) -> Option<Events> {
    Some(Events {
        epoch: value.get("epoch")?.as_str()?.to_owned(),
        pos: value.get("pos")?.as_i64()?,
        results: serde_json::from_value(value.get("results")?.clone()).ok()?,
    })
}

fn without_status(error: &str) -> Answer {
    Answer { status: None, retry_after: false, error: Some(error.to_owned()) }
}

fn reason(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() => "no answer",
        error if error.is_connect() => "refused",
        _ => "broken off",
    }
}
