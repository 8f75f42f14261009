//! Resets of passwords and changes of addresses in memory.

use async_trait::async_trait;
use chatapp_domain::credential::Credential;
use chatapp_domain::link::LinkHash;
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::recovery::RecoveryStore;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, EmailKey, User, UserId};

use super::{MemoryStores, State};

/// Nobody's reset is kept like anybody's.
pub(super) struct Reset {
    user: Option<UserId>,
    expires_at: Timestamp,
}

pub(super) struct EmailChange {
    user: UserId,
    email: Email,
    expires_at: Timestamp,
}

impl EmailChange {
    pub(super) fn is_of(&self, user: UserId) -> bool {
        self.user == user
    }
}

#[async_trait]
impl RecoveryStore for MemoryStores {
    async fn begin_reset(
        &self,
        email: &EmailKey,
        token: LinkHash,
        expires_at: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        self.unit(|state| {
            let found = state.addressed(email).filter(|user| user.is_active).cloned();
            let user = found.as_ref().map(|user| user.id);
            state.resets.retain(|_, reset| reset.user != user);
            state.resets_begun += 1;
            state.resets.insert(token, Reset { user, expires_at });
            found
        })
    }

    async fn reset_of(&self, token: LinkHash, now: Timestamp) -> Result<Option<User>, StoreError> {
        self.unit(|state| state.reset_of(token, now))
    }

    async fn reset(
        &self,
        token: LinkHash,
        password: PasswordHash,
        now: Timestamp,
    ) -> Result<Option<(User, Vec<Credential>)>, StoreError> {
        self.unit(|state| {
            let user = state.reset_of(token, now)?;
            state.end_resets(user.id);
            state.change(user.id, |person| person.password = password);
            let ended = state.end_all(user.id, None);
            Some((user, ended))
        })
    }

    async fn propose_email(
        &self,
        user: UserId,
        email: &Email,
        token: LinkHash,
        expires_at: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        self.unit(|state| {
            state.email_changes.retain(|_, change| change.user != user);
            if !state.users.get(&user).is_some_and(|person| person.user.is_active) {
                return None;
            }
            state.email_changes.insert(token, EmailChange { user, email: email.clone(), expires_at });
            let owner = email.key().and_then(|key| state.addressed(&key));
            owner.filter(|owner| owner.id != user).cloned()
        })
    }

    async fn pending_email(&self, user: UserId, now: Timestamp) -> Result<Option<String>, StoreError> {
        self.unit(|state| {
            let mut wished =
                state.email_changes.values().filter(|change| change.user == user && now < change.expires_at);
            wished.next().map(|change| change.email.as_str().to_owned())
        })
    }

    async fn withdraw_email(&self, user: UserId) -> Result<(), StoreError> {
        self.unit(|state| state.email_changes.retain(|_, change| change.user != user))
    }

    async fn confirm_email(&self, token: LinkHash, now: Timestamp) -> Result<Option<UserId>, StoreError> {
        self.unit(|state| {
            let change = state.email_changes.get(&token).filter(|change| now < change.expires_at)?;
            let (user, email) = (change.user, change.email.clone());
            let key = email.key()?;
            if state.addressed(&key).is_some_and(|owner| owner.id != user) {
                return None;
            }
            state.email_changes.remove(&token);
            state.end_resets(user);
            state.addresses.retain(|_, owner| *owner != user);
            state.addresses.insert(key, user);
            state.change(user, |person| email.as_str().clone_into(&mut person.user.email));
            Some(user)
        })
    }

    async fn purge(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.unit(|state| {
            let before = state.resets.len() + state.email_changes.len();
            state.resets.retain(|_, reset| now < reset.expires_at);
            state.email_changes.retain(|_, change| now < change.expires_at);
            before - state.resets.len() - state.email_changes.len()
        })
    }
}

impl State {
    /// Whoever is found by this address.
    pub(super) fn addressed(&self, key: &EmailKey) -> Option<&User> {
        Some(&self.users.get(self.addresses.get(key)?)?.user)
    }

    pub(super) fn end_resets(&mut self, user: UserId) {
        self.resets.retain(|_, reset| reset.user != Some(user));
    }

    fn reset_of(&self, token: LinkHash, now: Timestamp) -> Option<User> {
        let reset = self.resets.get(&token).filter(|reset| now < reset.expires_at)?;
        let user = &self.users.get(&reset.user?)?.user;
        user.is_active.then(|| user.clone())
    }
}
