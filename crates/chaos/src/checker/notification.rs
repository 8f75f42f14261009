//! I5: whoever is connected is told, only of what can be read, and in good times within two seconds.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::story::{Heard, Operation, Socket, Story};
use super::verdict::{Breach, Verdict};
use crate::history::Micros;

/// How late a notification may be in good times.
const LIMIT: Micros = 2_000_000;
/// For how long after the end of a cause times do not count as good.
pub const GRACE: Micros = 5_000_000;

/// When a socket first told of which message.
type FirstHeard = HashMap<i64, Micros>;

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    for look in &story.looks {
        if look.answer.status == Some(404) {
            verdict.add(Breach::Early, || format!("{} was told of {} and could not read it", look.person, look.id));
        }
    }
    only_of_what_is_there(story, verdict);
    in_time(story, verdict);
}

fn only_of_what_is_there(story: &Story<'_>, verdict: &mut Verdict) {
    let there: HashSet<i64> =
        story.conversations.values().flat_map(|messages| messages.iter().map(|message| message.id)).collect();
    for socket in story.sockets.values() {
        for heard in &socket.heard {
            let Some((_, id)) = heard.message() else { continue };
            verdict.told += 1;
            if !there.contains(&id) {
                verdict.add(Breach::Early, || format!("{} was told of {id}, which is not there", socket.person));
            }
        }
    }
}

fn in_time(story: &Story<'_>, verdict: &mut Verdict) {
    let mut sockets: BTreeMap<&str, Vec<(&Socket<'_>, FirstHeard)>> = BTreeMap::new();
    for socket in story.sockets.values() {
        let mut heard = FirstHeard::new();
        for (at, id) in socket.heard.iter().filter_map(Heard::message) {
            heard.entry(id).or_insert(at);
        }
        sockets.entry(socket.person).or_default().push((socket, heard));
    }
    for operation in &story.operations {
        let Some((acked, message)) = operation.acked.zip(operation.answers.first()) else { continue };
        let is_good = is_good(story, operation.invoked, acked + LIMIT);
        for (socket, heard) in people(operation).filter_map(|person| sockets.get(person)).flatten() {
            if socket.opened < operation.invoked && socket.closed.is_none_or(|closed| closed > acked + LIMIT) {
                let delay = heard.get(&message.id).map(|at| at.saturating_sub(acked));
                if !is_good {
                    verdict.longest_bad_delay = verdict.longest_bad_delay.max(delay.unwrap_or(0));
                    continue;
                }
                verdict.timed += 1;
                verdict.longest_delay = verdict.longest_delay.max(delay.unwrap_or(0));
                if delay.is_none_or(|delay| delay > LIMIT) {
                    verdict.add(Breach::Late, || {
                        format!(
                            "{} ({}) was told of {} after {delay:?} µs",
                            socket.person, socket.device, operation.key
                        )
                    });
                }
            }
        }
    }
}

fn people<'a>(operation: &Operation<'a>) -> impl Iterator<Item = &'a str> {
    let other = (operation.sender != operation.recipient).then_some(operation.recipient);
    std::iter::once(operation.sender).chain(other)
}

/// Whether nothing was broken, or had just been, between these times.
fn is_good(story: &Story<'_>, from: Micros, until: Micros) -> bool {
    story.troubles.iter().all(|(began, ended)| until < *began || from > ended.saturating_add(GRACE))
}

impl Heard<'_> {
    /// The message that was told of, and when.
    pub(super) fn message(&self) -> Option<(Micros, i64)> {
        match self {
            Self::Event(at, event) => Some((*at, event.message_id()?)),
            Self::Plain(at, id) => Some((*at, *id)),
            Self::CaughtUp(_) | Self::Reset => None,
        }
    }
}
