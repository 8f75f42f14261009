//! People in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chatapp_domain::credential::Credential;
use chatapp_domain::naming;
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::users::{CreateUserError, UserQuery, UserStore};
use chatapp_domain::privacy::{Privacy, PrivacyChange};
use chatapp_domain::session::SessionId;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{DisplayName, Identity, NewUser, User, UserId, UsernameKey};

use super::{MemoryStores, State, count};

pub(super) struct Person {
    pub(super) user: User,
    pub(super) password: PasswordHash,
    pub(super) last_login: Option<Timestamp>,
}

#[async_trait]
impl UserStore for MemoryStores {
    async fn create(&self, user: NewUser) -> Result<User, CreateUserError> {
        self.unit(|state| state.create(user))?
    }

    async fn create_many(&self, users: Vec<NewUser>) -> Result<Vec<Result<User, CreateUserError>>, StoreError> {
        self.unit(|state| users.into_iter().map(|user| state.create(user)).collect())
    }

    async fn identify(&self, username: &str) -> Result<Option<Identity>, StoreError> {
        self.unit(|state| state.named(username).map(User::identity))
    }

    async fn identify_all(&self, usernames: &[String]) -> Result<Vec<Identity>, StoreError> {
        self.unit(|state| usernames.iter().filter_map(|name| state.named(name).map(User::identity)).collect())
    }

    async fn by_name(&self, username: &str) -> Result<Option<User>, StoreError> {
        self.unit(|state| state.named(username).cloned())
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.unit(|state| state.users.get(&id).map(|person| person.user.clone()))
    }

    async fn credentials(&self, key: &UsernameKey) -> Result<Option<(User, PasswordHash)>, StoreError> {
        self.unit(|state| {
            let person = state.users.get(state.names.get(key)?)?;
            Some((person.user.clone(), person.password.clone()))
        })
    }

    async fn list(&self, query: UserQuery) -> Result<Vec<User>, StoreError> {
        let prefix = query.prefix.as_deref().map(UsernameKey::of).filter(|prefix| !prefix.as_str().is_empty());
        self.unit(|state| {
            let all = state.users.values().map(|person| &person.user);
            let all = all.filter(|user| user.is_active && user.id != query.except).cloned();
            let after = query.after.as_deref().unwrap_or_default();
            let mut users: Vec<User> = match &prefix {
                Some(prefix) => {
                    let after = UsernameKey::of(after);
                    all.filter(|user| begins_with(user, prefix) && user.username.key() > after).collect()
                }
                None => all.filter(|user| user.username.as_str() > after).collect(),
            };
            match &prefix {
                Some(_) => users.sort_by_key(|user| user.username.key()),
                None => users.sort_by(|one, other| one.username.cmp(&other.username)),
            }
            users.truncate(count(query.limit));
            users
        })
    }

    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        kept: Option<SessionId>,
    ) -> Result<Option<Vec<Credential>>, StoreError> {
        self.unit(|state| {
            state.end_resets(id);
            state.change(id, |person| person.password = password).then(|| state.end_all(id, kept))
        })
    }

    async fn renew_hash(&self, id: UserId, old: PasswordHash, new: PasswordHash) -> Result<bool, StoreError> {
        self.unit(|state| {
            let same = state.users.get_mut(&id).filter(|person| person.password == old);
            same.map(|person| person.password = new).is_some()
        })
    }

    async fn set_display_name(&self, id: UserId, name: DisplayName) -> Result<(), StoreError> {
        self.unit(|state| {
            let person = state.users.get_mut(&id).filter(|person| person.user.is_active);
            if let Some(person) = person {
                name.as_str().clone_into(&mut person.user.display_name);
            }
        })?;
        Ok(())
    }

    async fn set_active(&self, id: UserId, active: bool) -> Result<(), StoreError> {
        self.unit(|state| state.change(id, |person| person.user.is_active = active))?;
        Ok(())
    }

    async fn privacy_of(&self, users: Vec<UserId>) -> Result<Vec<(UserId, Privacy)>, StoreError> {
        self.unit(|state| {
            let users: BTreeSet<UserId> = users.into_iter().collect();
            users.into_iter().filter_map(|id| Some((id, state.users.get(&id)?.user.privacy))).collect()
        })
    }

    async fn set_privacy(&self, id: UserId, change: PrivacyChange) -> Result<(), StoreError> {
        self.unit(|state| {
            state.change(id, |Person { user, .. }| {
                user.privacy = change.apply(user.privacy);
                user.last_seen = user.last_seen.filter(|_| user.privacy.presence);
            })
        })?;
        Ok(())
    }

    async fn note_seen(&self, users: Vec<UserId>, at: Timestamp) -> Result<(), StoreError> {
        self.unit(|state| {
            for id in users {
                state.change(id, |Person { user, .. }| {
                    if user.privacy.presence {
                        user.last_seen = user.last_seen.max(Some(at));
                    }
                });
            }
        })
    }

    async fn count(&self) -> Result<i64, StoreError> {
        self.unit(|state| i64::try_from(state.users.len()).unwrap_or(i64::MAX))
    }
}

fn begins_with(user: &User, prefix: &UsernameKey) -> bool {
    let names = [user.username.key(), UsernameKey::of(&user.display_name)];
    names.iter().any(|name| name.as_str().starts_with(prefix.as_str()))
}

impl State {
    pub(super) fn create(&mut self, new: NewUser) -> Result<User, CreateUserError> {
        let key = new.username.key();
        let is_nobodys = self.retired.contains_key(&key) || naming::is_for_tombstones(&key);
        if self.names.contains_key(&key) || is_nobodys {
            return Err(CreateUserError::NameTaken);
        }
        let last = self.users.last_key_value().map_or(0, |(id, _)| id.0);
        let user = User {
            id: UserId(last + 1),
            username: new.username,
            display_name: String::new(),
            email: new.email.as_str().to_owned(),
            is_active: true,
            is_superuser: new.is_superuser,
            joined_at: new.joined_at,
            avatar: None,
            privacy: Privacy::OPEN,
            last_seen: None,
        };
        self.names.insert(key, user.id);
        if let Some(key) = new.email.key() {
            self.addresses.entry(key).or_insert(user.id);
        }
        self.users.insert(user.id, Person { user: user.clone(), password: new.password, last_login: None });
        Ok(user)
    }

    pub(super) fn named(&self, username: &str) -> Option<&User> {
        let id = self.names.get(&UsernameKey::of(username))?;
        let user = &self.users.get(id)?.user;
        (user.username.as_str() == username).then_some(user)
    }

    /// Whether there is such a person to change.
    pub(super) fn change(&mut self, id: UserId, change: impl FnOnce(&mut Person)) -> bool {
        self.users.get_mut(&id).filter(|person| !person.user.is_deleted()).map(change).is_some()
    }
}
