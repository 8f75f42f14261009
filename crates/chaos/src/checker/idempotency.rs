//! I2: the same key gives the same message, never a second; and no place in a conversation has two.

use std::collections::HashMap;

use super::story::Story;
use super::verdict::{Breach, Verdict};

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    for operation in &story.operations {
        if let Some(first) = operation.answers.first()
            && let Some(other) = operation.answers.iter().find(|answer| answer.id != first.id)
        {
            verdict.add(Breach::Doubled, || format!("{} was acknowledged as {first:?} and {other:?}", operation.key));
        }
    }
    let mut ids = HashMap::new();
    for ((person, peer), messages) in &story.conversations {
        // Both people read the same, which another check sees to; counting it once is enough.
        if person > peer {
            continue;
        }
        let (mut bodies, mut seqs) = (HashMap::new(), HashMap::new());
        for message in *messages {
            let same_text = bodies.insert(message.body.as_str(), message);
            let same_place = seqs.insert(message.seq, message);
            let same_id = ids.insert(message.id, message);
            if let Some(first) = same_text.or(same_place).or(same_id) {
                verdict.add(Breach::Doubled, || format!("{first:?} and {message:?}"));
            }
        }
    }
}
