//! Where commands take a new password from: a person who is asked twice, or the environment.

use std::io::{IsTerminal, stdin};

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

/// A checked password for somebody: asked for on the terminal, or else the first line of standard input.
pub(crate) fn typed_or_piped(username: &str, email: &str) -> Result<Password, Failure> {
    if stdin().is_terminal() {
        return Ok(prompt::new_password(username)?);
    }
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    let given = line.trim_end_matches(['\r', '\n']);
    if given.is_empty() {
        return Err(Failure::Usage("the password is read from standard input, and there was none".to_owned()));
    }
    Password::parse_for(given, username, email).map_err(|error| anyhow::anyhow!("password: {error}").into())
}
