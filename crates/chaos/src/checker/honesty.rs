//! I9: every request is answered in time, and no answer is a surprise.

use super::story::Story;
use super::verdict::{Breach, Verdict};
use crate::history::Micros;

/// How long an answer may take.
const LIMIT: Micros = 12_000_000;

pub(super) fn check(story: &Story<'_>, verdict: &mut Verdict) {
    for asked in &story.asked {
        let answer = asked.answer;
        let name = match (&answer.status, &answer.error) {
            (Some(status), _) => status.to_string(),
            (None, error) => error.clone().unwrap_or_else(|| "none".to_owned()),
        };
        *verdict.answers.entry(name).or_default() += 1;
        verdict.longest_answer = verdict.longest_answer.max(asked.took);
        if asked.took > LIMIT {
            verdict
                .add(Breach::Slow, || format!("{} of {} took {} µs: {answer:?}", asked.what, asked.person, asked.took));
        }
        let is_fair = match answer.status {
            None | Some(200 | 201 | 204) => true,
            Some(503) => answer.retry_after,
            // Told of too early: counted there.
            Some(404) => asked.what == "look",
            Some(_) => false,
        };
        if !is_fair {
            verdict.add(Breach::Dishonest, || {
                format!("{} of {} at {} µs: {answer:?}", asked.what, asked.person, asked.done)
            });
        }
    }
    let mut acks: Vec<Micros> = story.operations.iter().filter_map(|operation| operation.acked).collect();
    acks.sort_unstable();
    for (_, ended) in &story.troubles {
        let next = acks.partition_point(|at| at < ended);
        if let Some(at) = acks.get(next) {
            verdict.longest_outage = verdict.longest_outage.max(at - ended);
        }
    }
}
