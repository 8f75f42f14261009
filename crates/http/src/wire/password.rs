//! Forgotten and changed passwords.

use serde::Deserialize;
use utoipa::ToSchema;

/// Who forgot a password.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Forgotten {
    email: String,
}

/// A new password instead of a forgotten one.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Reset {
    /// What the mailed link ends in.
    token: String,
    new_password: String,
}

/// A new password instead of a known one.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Change {
    old_password: String,
    new_password: String,
}
