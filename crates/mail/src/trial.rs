//! Trying out whether mail goes, before somebody waits for one that never comes.

use std::time::Duration;

use chatapp_domain::user::Email;
use thiserror::Error;
use tokio::time::timeout;

use crate::office::chain;
use crate::settings::Settings;
use crate::transport::{self, SendError, Transport};
use crate::{message, wording};

/// The longest that all steps together may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why mail would not go.
#[derive(Debug, Error)]
pub enum TrialError {
    /// The settings do not do.
    #[error("{0}")]
    Settings(String),
    /// The mail server does not take it.
    #[error("{0}")]
    Refused(String),
    /// The mail server was too slow.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
}

/// Reaches the mail server and logs in there, and sends a mail to `to` if that is given. Other backends have nothing to
/// reach. On a runtime.
pub async fn try_out(settings: &Settings, to: Option<&Email>) -> Result<(), TrialError> {
    let encryption = transport::encryption(&settings.backend).map_err(TrialError::Settings)?;
    let transport = Transport::ready(&settings.backend, encryption);
    let steps = async {
        transport.reach().await.map_err(|error| refused(&error))?;
        let Some(to) = to else { return Ok(()) };
        let words = wording::of_trial();
        let message =
            message::of(to, &words, &settings.from).map_err(|error| TrialError::Settings(error.to_string()))?;
        transport.send(to, &words, message).await.map_err(|error| refused(&error))
    };
    timeout(PATIENCE, steps).await.unwrap_or(Err(TrialError::Late))
}

fn refused(error: &SendError) -> TrialError {
    TrialError::Refused(chain(error))
}
