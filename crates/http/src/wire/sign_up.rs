//! Signing up, and the first account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody without an account needs to know.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountState {
    /// Who may sign up: `open` everyone, `invite` who was invited, `closed` nobody.
    #[schema(example = "open")]
    pub(crate) sign_up: &'static str,
    /// There is nobody yet: the first account is made with the code on the server's console.
    pub(crate) first_run: bool,
    /// Whether a forgotten password can be replaced by mail.
    pub(crate) password_reset: bool,
}

/// What somebody thinks of using.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Check {
    username: Option<String>,
    email: Option<String>,
    /// Compared with the other two, if they are given.
    password: Option<String>,
}

/// Whose mail did not arrive.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Again {
    /// The name that was signed up for.
    #[schema(example = "ada")]
    username: String,
    /// The address that was signed up with.
    #[schema(example = "ada@example.org")]
    email: String,
}

/// What is wrong with each field that was given; an empty list: nothing.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct CheckedFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<Vec<String>>,
    /// Never says whether anybody has the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Vec<String>>,
}

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct SignUp {
    #[schema(example = "ada")]
    username: String,
    /// Where the link is mailed.
    email: String,
    /// 8 to 128 code points.
    password: String,
    /// The token of an invitation, where only invited people may sign up.
    invitation: Option<String>,
}

/// What a mailed link ends in.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct LinkToken {
    token: String,
}

/// Who makes the first account.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct FirstAccount {
    /// From the server's console.
    #[schema(example = "ABCD-EFGH-JKLM")]
    code: String,
    username: String,
    /// May be left out or empty.
    email: Option<String>,
    password: String,
}

/// An account that is there now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Made<'a> {
    #[schema(example = "ada")]
    pub(crate) username: &'a str,
}

/// Something to tell people.
#[derive(Serialize, ToSchema)]
pub(crate) struct Detail {
    pub(crate) detail: &'static str,
}
