//! Asking on the terminal.

use std::io::{self, IsTerminal, Write};

use anyhow::bail;
use chatapp_domain::password::{Password, PasswordError};

use crate::failure::Failure;

/// Fails where nobody can answer for a password, saying what to do instead.
pub(crate) fn require_terminal() -> Result<(), Failure> {
    require_terminal_or("--noinput, with the password in CHATAPP_PASSWORD")
}

/// Fails where nobody can answer, saying what to use instead.
pub(crate) fn require_terminal_or(instead: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(format!("there is no terminal to ask on: use {instead}")))
}

/// Asks until `parse` accepts the answer.
pub(crate) fn ask<T, E: ToString>(question: &str, parse: impl Fn(&str) -> Result<T, E>) -> anyhow::Result<T> {
    loop {
        match parse(&line(question)?) {
            Ok(answer) => return Ok(answer),
            Err(error) => eprintln!("Error: {}", error.to_string()),
        }
    }
}

/// Asks for a new password twice, without showing it. A weak one can be insisted on, as in Django.
pub(crate) fn new_password(username: &str) -> anyhow::Result<Password> {
    loop {
        let typed = rpassword::prompt_password("Password: ")?;
        let again = rpassword::prompt_password("Password (again): ")?;
        if typed != again {
            eprintln!("Error: Your passwords didn't match.");
            continue;
        }
        if typed.is_empty() {
            eprintln!("Error: Blank passwords aren't allowed.");
            continue;
        }
        match Password::parse(&typed, username) {
            Ok(password) => return Ok(password),
            Err(error) => {
                eprintln!("{error}");
                // Nobody could ever log in with one that is too long for the log-in form.
                if error != PasswordError::TooLong && insists()? {
                    return Ok(Password::unchecked(typed));
                }
            }
        }
    }
}

/// Asks for a password that there is already, without showing it.
pub(crate) fn password() -> anyhow::Result<String> {
    Ok(rpassword::prompt_password("Password: ")?)
}

fn insists() -> anyhow::Result<bool> {
    let answer = line("Bypass password validation and use it anyway? [y/N]: ")?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

/// Asks once.
pub(crate) fn line(question: &str) -> anyhow::Result<String> {
    eprint!("{question}");
    io::stderr().flush()?;
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer)? == 0 {
        bail!("cancelled");
    }
    Ok(answer.trim_end_matches(['\r', '\n']).to_owned())
}
