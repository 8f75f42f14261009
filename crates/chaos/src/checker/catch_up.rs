//! I6: a socket and a page go on exactly after the client's place, and in the end no device has missed anything.

use std::collections::{BTreeMap, BTreeSet};

use super::story::{Heard, Page, Socket, Story};
use super::verdict::{Breach, Verdict};
use crate::history::{Dialect, SeenEvent};

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    // Where each device began, and which places it has been told of since.
    let mut devices: BTreeMap<(&str, &str), (i64, BTreeSet<i64>)> = BTreeMap::new();
    for socket in story.sockets.values() {
        let (first, told) = devices.entry((socket.person, socket.device)).or_insert((i64::MAX, BTreeSet::new()));
        match socket.dialect {
            Dialect::V1 => {
                *first = (*first).min(socket.after);
                follow(story, socket, told, verdict);
            }
            Dialect::Plain => {
                let positions = story.positions(socket.person);
                let after = positions.get(&socket.after).copied().unwrap_or(0);
                *first = (*first).min(after);
                follow_plain(story, socket, after, &positions, told, verdict);
            }
        }
    }
    for page in &story.pages {
        let (_, told) = devices.entry((page.person, page.device)).or_insert((page.after, BTreeSet::new()));
        read(story, page, told, verdict);
    }
    for ((person, device), (first, told)) in devices {
        let is_plain = story.sockets.values().any(|socket| socket.device == device && socket.dialect == Dialect::Plain);
        for event in story.logs.get(person).copied().unwrap_or_default() {
            let concerns = event.pos > first && (!is_plain || event.kind == "message");
            if concerns && !told.contains(&event.pos) {
                verdict.add(Breach::Missed, || format!("{person} ({device}) was never told of {event:?}"));
            }
        }
    }
}

fn at<'a>(story: &Story<'a>, person: &str, pos: i64) -> Option<&'a SeenEvent> {
    let log = story.logs.get(person).copied().unwrap_or_default();
    let dense = usize::try_from(pos - 1).ok().and_then(|place| log.get(place)).filter(|event| event.pos == pos);
    dense.or_else(|| log.iter().find(|event| event.pos == pos))
}

fn follow(story: &Story<'_>, socket: &Socket<'_>, told: &mut BTreeSet<i64>, verdict: &mut Verdict) {
    let whose = || format!("{} ({})", socket.person, socket.device);
    let mut before = socket.after;
    for heard in &socket.heard {
        match heard {
            Heard::Event(_, event) => {
                next(event, before, at(story, socket.person, event.pos), verdict, whose);
                before = event.pos;
                told.insert(event.pos);
            }
            Heard::CaughtUp(pos) if *pos != before => {
                verdict
                    .add(Breach::Missed, || format!("{} has caught up to {pos}, but was told up to {before}", whose()));
            }
            Heard::Reset => {
                verdict.add(Breach::Missed, || format!("{} must reload, after {}", whose(), socket.after));
            }
            Heard::CaughtUp(_) | Heard::Plain(..) => {}
        }
    }
}

fn next(event: &SeenEvent, before: i64, kept: Option<&SeenEvent>, verdict: &mut Verdict, whose: impl Fn() -> String) {
    if event.pos != before + 1 {
        verdict.add(Breach::Missed, || format!("{}: {event:?} came after pos {before}", whose()));
    } else if kept != Some(event) {
        verdict.add(Breach::Missed, || format!("{}: {event:?} is kept as {kept:?}", whose()));
    }
}

fn follow_plain(
    story: &Story<'_>,
    socket: &Socket<'_>,
    after: i64,
    positions: &std::collections::HashMap<i64, i64>,
    told: &mut BTreeSet<i64>,
    verdict: &mut Verdict,
) {
    let log = story.logs.get(socket.person).copied().unwrap_or_default();
    let messages: BTreeSet<i64> = log.iter().filter(|event| event.kind == "message").map(|event| event.pos).collect();
    let mut before = after;
    for (_, id) in socket.heard.iter().filter_map(Heard::message) {
        // What is not in the events is another promise's matter.
        let Some(&pos) = positions.get(&id) else { continue };
        let due = messages.range(before + 1..).next().copied();
        if due != Some(pos) {
            verdict.add(Breach::Missed, || {
                format!("{} ({}): message {id} at pos {pos} where {due:?} was due", socket.person, socket.device)
            });
        }
        before = pos;
        told.insert(pos);
    }
}

fn read(story: &Story<'_>, page: &Page<'_>, told: &mut BTreeSet<i64>, verdict: &mut Verdict) {
    let mut before = page.after;
    for event in page.events {
        let whose = || format!("{} ({}, a page)", page.person, page.device);
        next(event, before, at(story, page.person, event.pos), verdict, whose);
        before = event.pos;
        told.insert(event.pos);
    }
}
