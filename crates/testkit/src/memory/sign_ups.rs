//! Sign-ups in memory.

use async_trait::async_trait;
use chatapp_domain::link::LinkHash;
use chatapp_domain::naming::Look;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::sign_ups::{CreateFirstError, NameTaken, NewSignUp, Renewed, ReserveError, SignUpStore};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{EmailKey, NewUser, User, Username, UsernameKey};

use super::{MemoryStores, State};

#[async_trait]
impl SignUpStore for MemoryStores {
    async fn has_anybody(&self) -> Result<bool, StoreError> {
        self.unit(|state| !state.users.is_empty())
    }

    async fn who_has(&self, username: &Username, now: Timestamp) -> Result<Option<NameTaken>, StoreError> {
        self.unit(|state| state.who_has(username, now))
    }

    async fn reserve(&self, sign_up: NewSignUp) -> Result<Option<User>, ReserveError> {
        self.unit(|state| {
            if let Some(taken) = state.who_has(&sign_up.username, sign_up.at) {
                return Err(ReserveError::Name(taken));
            }
            if sign_up.invitation.is_some_and(|token| !state.invitation_counts(token, &sign_up.email, sign_up.at)) {
                return Err(ReserveError::Invitation);
            }
            let owner = sign_up.email.key().and_then(|key| state.addressed(&key).cloned());
            state.sign_ups.insert(sign_up.token, sign_up);
            Ok(owner)
        })?
    }

    async fn renew(
        &self,
        username: &UsernameKey,
        email: &EmailKey,
        token: LinkHash,
        now: Timestamp,
    ) -> Result<Option<Renewed>, StoreError> {
        self.unit(|state| {
            let mut waiting = state.sign_ups.values().filter(|sign_up| now < sign_up.expires_at);
            let is_this = |it: &&NewSignUp| it.username.key() == *username && it.email.key().as_ref() == Some(email);
            let old = waiting.find(is_this)?.token;
            let sign_up = NewSignUp { token, ..state.sign_ups.remove(&old)? };
            let (username, address) = (sign_up.username.clone(), sign_up.email.clone());
            state.sign_ups.insert(token, sign_up);
            Some(Renewed { username, email: address, owner: state.addressed(email).cloned() })
        })
    }

    async fn confirm(&self, token: LinkHash, now: Timestamp) -> Result<Option<User>, StoreError> {
        self.unit(|state| {
            let sign_up = state.sign_ups.get(&token).filter(|sign_up| now < sign_up.expires_at)?.clone();
            let address = sign_up.email.key();
            if address.is_some_and(|key| state.addressed(&key).is_some()) {
                return None;
            }
            if sign_up.invitation.is_some_and(|token| !state.invitation_is_unused(token)) {
                return None;
            }
            let user = NewUser {
                username: sign_up.username,
                email: sign_up.email,
                password: sign_up.password,
                is_superuser: false,
                joined_at: now,
            };
            let user = state.create(user).ok()?;
            state.sign_ups.remove(&token);
            if let Some(token) = sign_up.invitation {
                state.use_invitation(token, &user.username);
            }
            Some(user)
        })
    }

    async fn create_first(&self, user: NewUser) -> Result<User, CreateFirstError> {
        self.unit(|state| {
            let first = state.users.is_empty().then(|| state.create(user).ok()).flatten();
            first.ok_or(CreateFirstError::NotFirst)
        })?
    }

    async fn purge(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.unit(|state| {
            let before = state.sign_ups.len();
            state.sign_ups.retain(|_, sign_up| now < sign_up.expires_at);
            before - state.sign_ups.len()
        })
    }
}

impl State {
    fn who_has(&self, username: &Username, now: Timestamp) -> Option<NameTaken> {
        let waiting =
            self.sign_ups.values().filter(|sign_up| now < sign_up.expires_at).map(|sign_up| &sign_up.username);
        let names: Vec<&Username> = self.users.values().map(|person| &person.user.username).chain(waiting).collect();
        let (key, look) = (username.key(), Look::of(username));
        if names.iter().any(|name| name.key() == key) || self.retired.contains_key(&key) {
            return Some(NameTaken::Same);
        }
        let mut looks = names.into_iter().map(Look::of).chain(self.retired.values().copied());
        looks.any(|other| other == look).then_some(NameTaken::Alike)
    }
}
