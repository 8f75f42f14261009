//! What a command did, for people or for programs: one of both, on standard output.

use std::io::Write;

use serde_json::Value;

/// Tells it.
pub(crate) fn tell(as_json: bool, json: &Value, text: &str) {
    if as_json { tell_text(&json.to_string()) } else { tell_text(text) }
}

/// Tells it as it is written already. Whoever reads may have gone, which changes nothing of what was done.
pub(crate) fn tell_text(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
