//! What a command did, for people or for programs: one of both, on standard output.

use std::io::Write;

use serde_json::Value;

/// Tells it. Whoever reads may have gone, which changes nothing of what was done.
pub(crate) fn tell(as_json: bool, json: &Value, text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = if as_json { writeln!(out, "{json}") } else { writeln!(out, "{text}") };
}
