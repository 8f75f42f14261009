//! Where commands take a new password from: a person who is asked twice, or the environment.

use chatapp_domain::password::Password;

use crate::failure::Failure;
use crate::prompt;

/// The variable that holds the password where nobody is asked: arguments can be seen by everyone on the machine.
const VARIABLE: &str = "CHATAPP_PASSWORD";

/// A checked password for `username`.
pub(crate) fn obtain(username: &str, noinput: bool) -> Result<Password, Failure> {
    if !noinput {
        return Ok(prompt::new_password(username)?);
    }
    let given = std::env::var(VARIABLE).ok().filter(|given| !given.is_empty());
    let given = given.ok_or_else(|| Failure::Usage(format!("--noinput needs the password in {VARIABLE}")))?;
    Password::parse(&given, username).map_err(|error| anyhow::anyhow!("{VARIABLE}: {error}").into())
}
