//! I3: places without holes, and nothing that was sent later comes earlier.

use std::collections::BTreeMap;

use super::story::{Operation, Story};
use super::verdict::{Breach, Verdict};
use crate::history::Micros;

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    for ((person, peer), messages) in &story.conversations {
        let places = messages.iter().map(|message| message.seq);
        dense(places, verdict, |expected, found| format!("{person} with {peer}: seq {found} where {expected} was due"));
    }
    for (person, log) in &story.logs {
        let places = log.iter().map(|event| event.pos);
        dense(places, verdict, |expected, found| format!("events of {person}: pos {found} where {expected} was due"));
        let (end, last) = (story.ends.get(person).copied(), log.last().map_or(0, |event| event.pos));
        if end != Some(last) {
            verdict.add(Breach::Hole, || format!("events of {person} are said to end at {end:?} and end at {last}"));
        }
        commit_order(story, person, verdict);
    }
    let mut conversations: BTreeMap<(&str, &str), Vec<&Operation<'_>>> = BTreeMap::new();
    for operation in &story.operations {
        let pair = (operation.sender.min(operation.recipient), operation.sender.max(operation.recipient));
        conversations.entry(pair).or_default().push(operation);
    }
    for operations in conversations.into_values() {
        real_time(operations, verdict);
    }
}

fn dense(places: impl Iterator<Item = i64>, verdict: &mut Verdict, row: impl Fn(i64, i64) -> String) {
    let mut expected = 1;
    for found in places {
        if found != expected {
            verdict.add(Breach::Hole, || row(expected, found));
        }
        expected = found + 1;
    }
}

/// A person's events of one conversation come in the conversation's order.
fn commit_order(story: &Story<'_>, person: &str, verdict: &mut Verdict) {
    let mut latest: BTreeMap<&str, i64> = BTreeMap::new();
    for event in story.logs.get(person).copied().unwrap_or_default() {
        if event.kind != "message" {
            continue;
        }
        let before = latest.insert(&event.conversation, event.seq).unwrap_or(0);
        if event.seq <= before {
            verdict.add(Breach::OutOfOrder, || format!("events of {person}: {event:?} after seq {before}"));
        }
    }
}

/// Whoever is acknowledged before another begins comes first.
fn real_time(operations: Vec<&Operation<'_>>, verdict: &mut Verdict) {
    let known = |operation: &&Operation<'_>| Some((operation.acked?, operation.answers.first()?.seq));
    let mut acked: Vec<(Micros, i64, &str)> =
        operations.iter().filter_map(|op| known(op).map(|(at, seq)| (at, seq, op.key))).collect();
    acked.sort_unstable();
    let mut begun: Vec<(Micros, i64, &str)> =
        operations.iter().filter_map(|op| known(op).map(|(_, seq)| (op.invoked, seq, op.key))).collect();
    begun.sort_unstable();
    let mut acked = acked.into_iter().peekable();
    let mut last: Option<(i64, &str)> = None;
    for (invoked, seq, key) in begun {
        while let Some((_, seq, key)) = acked.next_if(|(at, ..)| *at < invoked) {
            if last.is_none_or(|(highest, _)| seq > highest) {
                last = Some((seq, key));
            }
        }
        if let Some((highest, earlier)) = last.filter(|(highest, _)| *highest >= seq) {
            verdict.add(Breach::OutOfOrder, || {
                format!("{key} has seq {seq}, but {earlier} was acknowledged before it began and has {highest}")
            });
        }
    }
}
