//! How a command ends when it does not succeed: one clear line on standard error, and an exit code that scripts can
//! tell apart.

use std::error::Error;
use std::process::ExitCode;

use crate::config::problem::Problem;
use crate::logging::Escaped;

/// Something failed.
const FAILED: u8 = 1;
/// The command line does not make sense.
const USAGE: u8 = 2;
/// The configuration does not make sense (`EX_CONFIG` of `sysexits.h`).
const CONFIGURATION: u8 = 78;

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The settings do not do.
    Configuration(Vec<Problem>),
    /// The arguments do not go together.
    Usage(String),
    /// It was tried and did not work.
    Failed(anyhow::Error),
    /// It was tried, did not fully work, and everything was said already.
    Reported,
    /// The same, where the exit code says how bad it is.
    ReportedAs(u8),
}

impl Failure {
    /// Says why, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::Configuration(problems) => {
                for problem in problems {
                    eprintln!("error: {}", Escaped(problem));
                }
                eprintln!("Run `chatapp check` to see all settings and where they come from.");
                ExitCode::from(CONFIGURATION)
            }
            Self::Usage(why) => {
                eprintln!("error: {}", Escaped(why));
                ExitCode::from(USAGE)
            }
            Self::Failed(error) => {
                eprintln!("error: {}", Escaped(chain(error.as_ref())));
                ExitCode::from(FAILED)
            }
            Self::Reported => ExitCode::from(FAILED),
            Self::ReportedAs(code) => ExitCode::from(*code),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// An error and its causes in one line; a cause that the line already tells is not told twice.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        next = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once() {
        let cause = std::io::Error::other("disk on fire");
        let error = anyhow::Error::new(cause).context("the store failed: disk on fire").context("cannot start");
        assert_eq!(chain(error.as_ref()), "cannot start: the store failed: disk on fire");
    }
}
