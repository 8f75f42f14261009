//! What this process remembers of the database: bounded, and never for long.

mod messages;

use std::time::Duration;

use chatapp_domain::session::ActiveSession;
use chatapp_domain::token::ActiveToken;
use chatapp_domain::user::Identity;

use self::messages::Messages;
use crate::recent::{Recent, SecretHash};

/// How long a deleted account's name may still lead to it on another node. Nothing can be sent there all the same.
const NAMES_FOR: Duration = Duration::from_secs(30);

/// How long a credential that another process ended may still count here.
const CREDENTIALS_FOR: Duration = Duration::from_secs(1);

/// Of each kind of thing what was looked up or written just now.
pub(crate) struct Memory {
    /// Who has which name. Neither changes, but that accounts are deleted: this process forgets those at once, and another
    /// one soon.
    pub(crate) names: Recent<String, Identity>,
    pub(crate) sessions: Recent<SecretHash, ActiveSession>,
    pub(crate) tokens: Recent<SecretHash, ActiveToken>,
    pub(crate) messages: Messages,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            names: Recent::lasting(NAMES_FOR, 100_000),
            sessions: Recent::lasting(CREDENTIALS_FOR, 20_000),
            tokens: Recent::lasting(CREDENTIALS_FOR, 20_000),
            messages: Messages::default(),
        }
    }
}

impl Memory {
    /// Forgets every credential: some have ended, or perhaps have.
    pub(crate) fn forget_credentials(&self) {
        self.sessions.forget_all();
        self.tokens.forget_all();
    }
}
