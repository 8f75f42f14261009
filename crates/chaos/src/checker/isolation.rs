//! I7: nothing of a conversation reaches anyone but its two people.

use std::collections::HashMap;

use super::story::{Heard, Operation, Story};
use super::verdict::{Breach, Verdict};
use crate::history::{Seen, SeenEvent};

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    let owners = owners(story);
    for socket in story.sockets.values() {
        for heard in &socket.heard {
            if let Heard::Event(_, event) = heard {
                tells(story, socket.person, event, verdict);
            }
            if let Some((_, id)) = heard.message()
                && owners.get(&id).is_some_and(|operation| !operation.concerns(socket.person))
            {
                verdict.add(Breach::Leaked, || format!("{} was told of message {id} of others", socket.person));
            }
        }
    }
    for page in &story.pages {
        page.events.iter().for_each(|event| tells(story, page.person, event, verdict));
    }
    for (person, log) in &story.logs {
        log.iter().for_each(|event| tells(story, person, event, verdict));
    }
    for (person, message) in shown(story) {
        let concerns = message.user == person || message.recipient == person;
        let is_theirs = story.operation_of(message).is_none_or(|operation| operation.concerns(person));
        if !concerns || !is_theirs {
            verdict.add(Breach::Leaked, || format!("{person} was shown {message:?}"));
        }
    }
    for (person, what, found) in story.probes.iter().filter(|(.., found)| !found.is_empty()) {
        verdict.add(Breach::Leaked, || format!("{person} found by {what}: {found:?}"));
    }
}

/// Who sent each message, as far as acknowledgements say.
fn owners<'s, 'a>(story: &'s Story<'a>) -> HashMap<i64, &'s Operation<'a>> {
    let of = |operation: &'s Operation<'a>| operation.answers.iter().map(move |answer| (answer.id, operation));
    story.operations.iter().flat_map(of).collect()
}

/// Every message that was shown to anybody, in whatever way.
fn shown<'s>(story: &'s Story<'_>) -> impl Iterator<Item = (&'s str, &'s Seen)> {
    let looks = story.looks.iter().filter_map(|look| Some((look.person, look.message?)));
    let answers = story.operations.iter().flat_map(|op| op.answers.iter().map(|answer| (op.sender, *answer)));
    let read = story.conversations.iter().flat_map(|((person, _), messages)| messages.iter().map(|m| (*person, m)));
    looks.chain(answers).chain(read)
}

/// Whether an event names nobody and no key that are not the person's own.
fn tells(story: &Story<'_>, person: &str, event: &SeenEvent, verdict: &mut Verdict) {
    let peers = story.people.get(person).copied().unwrap_or_default();
    let knows = |name: &str| name == person || peers.iter().any(|peer| peer == name);
    let is_foreign = !knows(&event.conversation) || event.reader.as_deref().is_some_and(|reader| !knows(reader));
    let owns = |key: &String| key.split_once('/').is_none_or(|(owner, _)| owner == person);
    if is_foreign || !event.client_id.as_ref().is_none_or(owns) {
        verdict.add(Breach::Leaked, || format!("{person} was told {event:?}"));
    }
}

impl Operation<'_> {
    fn concerns(&self, person: &str) -> bool {
        self.sender == person || self.recipient == person
    }
}
