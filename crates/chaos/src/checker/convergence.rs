//! I4: both people read the same, their events say the same as their conversations, and nothing is made up.

use std::collections::BTreeSet;

use super::story::Story;
use super::verdict::{Breach, Verdict};

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    for ((person, peer), mine) in &story.conversations {
        let theirs = story.conversations.get(&(*peer, *person)).copied();
        if person < peer && theirs != Some(*mine) {
            let place = theirs.and_then(|theirs| mine.iter().zip(theirs).position(|(one, other)| one != other));
            verdict.add(Breach::Diverged, || {
                let lengths = (mine.len(), theirs.map(<[_]>::len));
                format!("{person} and {peer} read {lengths:?} messages; they first differ at {place:?}")
            });
        }
        if person <= peer {
            for message in mine.iter().filter(|message| story.operation_of(message).is_none()) {
                verdict.add(Breach::Invented, || format!("{message:?}"));
            }
        }
    }
    for (person, log) in &story.logs {
        let told: BTreeSet<(i64, i64, &str)> = log
            .iter()
            .filter(|event| event.kind == "message")
            .map(|event| (event.message_id().unwrap_or(-1), event.seq, event.conversation.as_str()))
            .collect();
        let read: BTreeSet<(i64, i64, &str)> = story
            .conversations
            .iter()
            .filter(|((reader, _), _)| reader == person)
            .flat_map(|((_, peer), messages)| messages.iter().map(move |message| (message.id, message.seq, *peer)))
            .collect();
        for (id, seq, peer) in told.symmetric_difference(&read) {
            let both = if told.contains(&(*id, *seq, *peer)) { "in the events only" } else { "in the messages only" };
            verdict.add(Breach::Diverged, || format!("{person}: message {id}, seq {seq} with {peer}, is {both}"));
        }
    }
}
