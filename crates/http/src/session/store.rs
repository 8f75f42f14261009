//! actix-session's store over the accounts of the domain.

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key};
use actix_web::cookie::time::Duration;
use chatapp_domain::accounts::Accounts;
use chatapp_domain::ports::StoreError;
use chatapp_domain::session;
use sha2::{Digest, Sha256};

use super::state::{LogIn, LoggedIn, State, wants_new_key};

/// Opens, finds and closes sessions by the hash of their key.
pub(crate) struct AccountSessions {
    accounts: Accounts,
}

impl AccountSessions {
    pub(super) fn new(accounts: Accounts) -> Self {
        Self { accounts }
    }
}

/// Whoever reads the database must not be able to log in with what is there.
fn hash(key: &SessionKey) -> session::SessionKey {
    session::SessionKey(Sha256::digest(key.as_ref().as_bytes()).into())
}

/// The middleware makes an opaque error of it, and the edge of the server a 503; so it is logged here.
fn lost(error: StoreError) -> anyhow::Error {
    log::warn!("a session could not be looked up or changed: {error}");
    error.into()
}

impl SessionStore for AccountSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let active = self.accounts.session(hash(key)).await.map_err(|error| LoadError::Other(lost(error)))?;
        let state = active.map(|active| LoggedIn::state(&active)).transpose();
        state.map_err(|error| LoadError::Other(error.into()))
    }

    /// A state that is no wish to log in is not kept: nobody gets a session without being somebody.
    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        if let Some(wish) = LogIn::of(&state) {
            let opened = self.accounts.open_session(hash(&key), wish.logged_in(), &wish.device, &wish.address).await;
            if opened.map_err(|error| SaveError::Other(lost(error)))?.is_none() {
                // So rare that "try again" is answer enough: the next try is told that the password is wrong.
                return Err(SaveError::Other(anyhow::anyhow!("the password was replaced during a log-in with it")));
            }
        }
        Ok(key)
    }

    /// There is nothing in a state that could change but the key itself.
    async fn update(&self, key: SessionKey, state: State, _: &Duration) -> Result<SessionKey, UpdateError> {
        if !wants_new_key(&state) {
            return Ok(key);
        }
        let new = generate_session_key();
        let changed = self.accounts.change_session_key(hash(&key), hash(&new)).await;
        changed.map_err(|error| UpdateError::Other(lost(error)))?;
        Ok(new)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.accounts.close_session(hash(key)).await.map_err(lost)
    }
}
