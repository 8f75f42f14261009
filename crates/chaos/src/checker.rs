//! Compares what clients wrote down with what everyone reads in the end, one promise at a time.

mod catch_up;
mod convergence;
mod durability;
mod honesty;
mod idempotency;
mod isolation;
mod notification;
mod order;
mod story;
#[cfg(test)]
mod tests;
mod verdict;

use crate::history::Record;

pub use self::notification::GRACE;
pub use self::verdict::{Breach, Verdict};

/// Checks a whole history.
pub fn check(history: &[Record]) -> Verdict {
    let story = story::Story::of(history);
    let mut verdict = Verdict::default();
    durability::check(&story, &mut verdict);
    idempotency::check(&story, &mut verdict);
    order::check(&story, &mut verdict);
    convergence::check(&story, &mut verdict);
    notification::check(&story, &mut verdict);
    catch_up::check(&story, &mut verdict);
    isolation::check(&story, &mut verdict);
    honesty::check(&story, &mut verdict);
    verdict
}
