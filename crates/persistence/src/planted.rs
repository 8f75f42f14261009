//! Faults that are planted on purpose, so that the fault tests can show that they would find them. This exists only with
//! the feature `planted-faults`, which nothing that is released has.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Chooses the fault.
const VARIABLE: &str = "CHATAPP_PLANTED_FAULT";
/// How many places are taken before one is skipped.
const SKIP_EVERY: u64 = 50;

/// How long the commit comes after the notification, so that somebody can look in between.
pub(crate) const GAP: Duration = Duration::from_millis(15);

/// A planted fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    /// Repetitions are saved again.
    KeyIgnored,
    /// People are told before the commit.
    NotifyBeforeCommit,
    /// Now and then a place among a person's events is left out.
    SkippedPos,
    /// SQLite does not wait for the disk.
    SynchronousOff,
    /// Now and then the writer panics between the statements and the commit.
    PanicInTransaction,
    /// A handler does; that is not planted here.
    PanicInHandler,
}

/// Whether a fault was chosen.
pub(crate) fn is(fault: Planted) -> bool {
    static CHOSEN: OnceLock<Option<Planted>> = OnceLock::new();
    *CHOSEN.get_or_init(chosen) == Some(fault)
}

/// Whether the next place is to be left out.
pub(crate) fn skips_a_pos() -> bool {
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    is(Planted::SkippedPos) && TAKEN.fetch_add(1, Ordering::Relaxed) % SKIP_EVERY == SKIP_EVERY - 1
}

/// A transaction that has a defect.
pub(crate) fn panic_now_and_then() {
    static TRANSACTIONS: AtomicU64 = AtomicU64::new(0);
    if is(Planted::PanicInTransaction) && TRANSACTIONS.fetch_add(1, Ordering::Relaxed) % SKIP_EVERY == SKIP_EVERY - 1 {
        panic!("this program was built to fail, and does");
    }
}

fn chosen() -> Option<Planted> {
    let name = std::env::var(VARIABLE).ok()?;
    let fault = match name.as_str() {
        "key-ignored" => Planted::KeyIgnored,
        "notify-before-commit" => Planted::NotifyBeforeCommit,
        "skipped-pos" => Planted::SkippedPos,
        "synchronous-off" => Planted::SynchronousOff,
        "panic-in-transaction" => Planted::PanicInTransaction,
        "panic-in-handler" => Planted::PanicInHandler,
        _ => {
            log::error!("{VARIABLE}: there is no fault {name}");
            return None;
        }
    };
    log::error!("this program was built to fail, and does: {fault:?}");
    Some(fault)
}
