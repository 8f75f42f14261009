//! I1: an acknowledged message is kept, as it was acknowledged, and both people can read it.

use super::story::{Operation, Story};
use super::verdict::{Breach, Verdict};

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    verdict.sent = story.operations.len();
    verdict.attempts = story.attempts;
    for operation in &story.operations {
        if operation.acked.is_some() {
            verdict.acked += 1;
            for (reader, peer) in [(operation.sender, operation.recipient), (operation.recipient, operation.sender)] {
                kept(story, operation, reader, peer, verdict);
            }
        }
    }
}

fn kept(story: &Story<'_>, operation: &Operation<'_>, reader: &str, peer: &str, verdict: &mut Verdict) {
    let conversation = story.conversations.get(&(reader, peer)).copied().unwrap_or_default();
    for answer in &operation.answers {
        // Dense places make this a look; anything else is searched for.
        let place = usize::try_from(answer.seq - 1).unwrap_or(usize::MAX);
        let found = conversation.get(place).filter(|message| message.id == answer.id);
        let found = found.or_else(|| conversation.iter().find(|message| message.id == answer.id));
        let is_ours = answer.body == operation.body;
        if found != Some(*answer) || !is_ours {
            verdict.add(Breach::Lost, || {
                format!("{} acknowledged as {answer:?}, read by {reader} as {found:?}", operation.key)
            });
            return;
        }
    }
}
