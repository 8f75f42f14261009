//! The end of a run: everyone reads everything that is theirs, and looks for what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::Method;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::Target;
use super::person::Person;
use crate::history::{Record, Seen, SeenEvent};
use crate::recorder::Recorder;

/// How long the server may take to be itself again.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many foreign messages each person asks for by id.
const PROBES: usize = 20;
const PAGE: usize = 100;

/// Writes down what everyone reads.
pub(super) async fn read_everything(people: &[Arc<Person>], recorder: &Recorder) -> anyhow::Result<()> {
    let mut owners: BTreeMap<i64, (String, String)> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for person in people {
        for peer in &person.peers {
            let messages = messages(person, peer).await?;
            *counts.entry(person.name.as_str()).or_default() += messages.len();
            owners.extend(messages.iter().map(|m| (m.id, (m.user.clone(), m.recipient.clone()))));
            recorder.note(Record::FinalMessages { person: person.name.clone(), peer: peer.clone(), messages });
        }
        let (pos, events) = events(person).await?;
        recorder.note(Record::FinalEvents { person: person.name.clone(), pos, events });
    }
    for person in people {
        probe(person, people, &owners, counts.get(person.name.as_str()).copied().unwrap_or(0), recorder).await?;
    }
    Ok(())
}

/// Where each person's events end.
pub(super) fn targets(history: &[Record]) -> BTreeMap<String, Target> {
    let mut targets = BTreeMap::new();
    for record in history {
        if let Record::FinalEvents { person, pos, events } = record {
            let message = events.iter().rev().find_map(SeenEvent::message_id).unwrap_or(0);
            targets.insert(person.clone(), Target { pos: *pos, message });
        }
    }
    targets
}

/// Asks until there is an answer.
async fn insist(person: &Person, what: &str, path: &str) -> anyhow::Result<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = person.request(what, Method::GET, path, None).await {
            return Ok(value);
        }
        anyhow::ensure!(Instant::now() < deadline, "the server does not answer {path}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// The same, whatever the answer is: none and one that puts off say nothing of what is there.
async fn status_of(person: &Person, path: &str) -> anyhow::Result<u16> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = person.status_of(path).await.filter(|status| ![408, 503].contains(status)) {
            return Ok(status);
        }
        anyhow::ensure!(Instant::now() < deadline, "the server does not answer {path}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// A whole conversation, oldest first, as one of both reads it.
pub(crate) async fn messages(person: &Person, peer: &str) -> anyhow::Result<Vec<Seen>> {
    let mut messages: Vec<Seen> = Vec::new();
    loop {
        let after = messages.last().map_or(0, |message| message.seq);
        let path = format!("/api/v1/message/?target={peer}&after_seq={after}&limit={PAGE}");
        let page: Vec<Seen> = results(&insist(person, "messages", &path).await?)?;
        let is_last = page.len() < PAGE;
        messages.extend(page);
        if is_last {
            return Ok(messages);
        }
    }
}

async fn events(person: &Person) -> anyhow::Result<(i64, Vec<SeenEvent>)> {
    let mut events: Vec<SeenEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.pos);
        let value = insist(person, "events", &format!("/api/v1/event/?after={after}&limit={PAGE}")).await?;
        let page: Vec<SeenEvent> = results(&value)?;
        let is_last = page.len() < PAGE;
        events.extend(page);
        if is_last {
            // The last that was read, not the latest that is said: a hole at the end must be found.
            let said = value.get("pos").and_then(Value::as_i64).context("no pos")?;
            return Ok((said, events));
        }
    }
}

fn results<T: serde::de::DeserializeOwned>(value: &Value) -> anyhow::Result<Vec<T>> {
    Ok(serde_json::from_value(value.get("results").context("no results")?.clone())?)
}

async fn probe(
    person: &Person,
    people: &[Arc<Person>],
    owners: &BTreeMap<i64, (String, String)>,
    own: usize,
    recorder: &Recorder,
) -> anyhow::Result<()> {
    let note = |what: &str, found: Vec<String>| {
        recorder.note(Record::Probe { person: person.name.clone(), what: what.to_owned(), found });
    };
    let is_foreign = |(_, (one, other)): &(&i64, &(String, String))| *one != person.name && *other != person.name;
    let foreign: Vec<i64> = owners.iter().filter(is_foreign).map(|(id, _)| *id).collect();
    let mut found = Vec::new();
    for id in foreign.iter().step_by((foreign.len() / PROBES).max(1)) {
        let status = status_of(person, &format!("/api/v1/message/{id}/")).await?;
        found.extend((status != 404).then(|| format!("{id}: {status}")));
    }
    note("id", found);
    let ids: Vec<String> = foreign.iter().rev().take(PAGE).map(i64::to_string).collect();
    if !ids.is_empty() {
        let value = insist(person, "probe", &format!("/api/v1/message/?ids={}", ids.join(","))).await?;
        note("ids", results::<Seen>(&value)?.iter().map(|message| message.id.to_string()).collect());
    }
    let peers: BTreeSet<&str> = person.peers.iter().map(String::as_str).collect();
    for other in people.iter().filter(|other| other.name != person.name && !peers.contains(other.name.as_str())) {
        let value = insist(person, "probe", &format!("/api/v1/message/?target={}&after_seq=0", other.name)).await?;
        let said = value.get("last_seq").and_then(Value::as_i64).filter(|seq| *seq != 0);
        let found = results::<Seen>(&value)?.into_iter().map(|message| message.body);
        note("target", found.chain(said.map(|seq| format!("last_seq {seq}"))).collect());
    }
    let value = insist(person, "probe", "/api/v1/conversation/?limit=100").await?;
    let names =
        results::<Value>(&value)?.into_iter().filter_map(|row| Some(row["user"]["username"].as_str()?.to_owned()));
    note("conversations", names.filter(|name| !peers.contains(name.as_str())).collect());
    let count = insist(person, "probe", "/api/v1/message/").await?["count"].as_i64().unwrap_or(-1);
    note("count", (usize::try_from(count) != Ok(own)).then(|| format!("{count}, not {own}")).into_iter().collect());
    Ok(())
}
