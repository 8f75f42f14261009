//! How people come in: the cost of a password, and whether strangers may sign up.

use crate::config::values::Values;

/// The settings about accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accounts {
    pub(crate) bcrypt_cost: u32,
}

impl Accounts {
    pub(crate) fn read(values: &mut Values) -> Self {
        let closed = |text: &str| match text {
            "closed" => Ok(()),
            "open" | "invite" => Err(format!("\"{text}\" is not implemented yet; only \"closed\" is")),
            _ => Err("must be \"closed\"".to_owned()),
        };
        values.parsed("sign_up", "closed", "word", closed);
        Self { bcrypt_cost: values.number("bcrypt_cost", 12, "log2 of the rounds", 4..=15) }
    }
}
