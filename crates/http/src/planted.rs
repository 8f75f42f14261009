//! Faults that are planted on purpose, so that the fault runs can show what comes of them. This exists only with the feature
//! `planted-faults`, which nothing that is released has.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Chooses the fault; the database's own are chosen by the same variable.
const VARIABLE: &str = "CHATAPP_PLANTED_FAULT";
/// How many sends go well before one does not.
const EVERY: u64 = 50;

/// A handler that has a defect.
pub(crate) fn panic_now_and_then() {
    static CHOSEN: LazyLock<bool> =
        LazyLock::new(|| std::env::var(VARIABLE).is_ok_and(|name| name == "panic-in-handler"));
    static SENDS: AtomicU64 = AtomicU64::new(0);
    if *CHOSEN && SENDS.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1 {
        panic!("this program was built to fail, and does");
    }
}
