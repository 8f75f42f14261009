//! The messages of the original, in the order in which they were sent.
//!
//! The order is by time and then by number, for which the original has no index; so the numbers, times and people of all
//! messages are read first (32 bytes each) and sorted here, and then the texts, piece by piece.

use std::collections::HashMap;

use chatapp_persistence::{MessageFate, MovedMessage, Original, OriginalKey, Target};

use super::people::People;
use super::report::Report;
use crate::commands::progress::Progress;

/// How many numbers are read at once.
const PAGE: i64 = 20_000;
/// How many messages one transaction takes in. More would not fit into one packet of MySQL's if all were long.
const CHUNK: usize = 500;
/// What is left of a character of four bytes in a database that holds three.
const LOST_CHARACTER: &str = "????";

pub(super) fn all(
    original: &mut Original,
    target: &mut Target,
    people: &People,
    report: &mut Report,
) -> anyhow::Result<()> {
    let keys = sorted(original)?;
    if let Some(last) = keys.iter().map(|key| key.id).max() {
        target.reserve_numbers(last)?;
    }
    let progress = Progress::of(keys.len());
    for chunk in keys.chunks(CHUNK) {
        let moving = readable(original, chunk, people, report)?;
        for fate in target.messages(&moving)? {
            match fate {
                MessageFate::Moved => report.messages.moved += 1,
                MessageFate::Here => report.messages.here += 1,
                MessageFate::NumberTaken => report.refuse_message("another message has its number here"),
            }
        }
        progress.step(chunk.len());
    }
    progress.finish();
    Ok(())
}

/// All of them, by time and then by number. What has no readable time comes first, by number.
fn sorted(original: &mut Original) -> anyhow::Result<Vec<OriginalKey>> {
    let mut keys = Vec::new();
    let mut last = i64::MIN;
    loop {
        let page = original.keys(last, PAGE)?;
        let Some(end) = page.last() else { break };
        last = end.id;
        keys.extend(page);
    }
    keys.sort_unstable_by_key(|key| (key.at, key.id));
    Ok(keys)
}

/// Those that can be kept here, with their texts.
fn readable(
    original: &mut Original,
    keys: &[OriginalKey],
    people: &People,
    report: &mut Report,
) -> anyhow::Result<Vec<MovedMessage>> {
    let ids: Vec<i64> = keys.iter().map(|key| key.id).collect();
    let mut texts: HashMap<i64, Vec<u8>> = original.texts(&ids)?.into_iter().map(|text| (text.id, text.body)).collect();
    let mut moving = Vec::with_capacity(keys.len());
    for key in keys {
        match message(key, texts.remove(&key.id), people) {
            Ok(message) => {
                report.lossy += usize::from(message.body.contains(LOST_CHARACTER));
                moving.push(message);
            }
            Err(why) => report.refuse_message(why),
        }
    }
    Ok(moving)
}

fn message(key: &OriginalKey, text: Option<Vec<u8>>, people: &People) -> Result<MovedMessage, &'static str> {
    let person = |id| people.get(&id).cloned().ok_or("it is from or to somebody who was not taken in");
    let body = text.ok_or("it was deleted meanwhile")?;
    Ok(MovedMessage {
        id: Some(key.id).filter(|id| *id > 0).ok_or("its number is not positive")?,
        at: key.at.ok_or("its time cannot be read")?,
        sender: person(key.sender)?,
        recipient: person(key.recipient)?,
        body: String::from_utf8(body).map_err(|_| "its text is not valid UTF-8")?,
    })
}
