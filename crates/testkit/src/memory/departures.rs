//! Departures in memory.

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::conversation::Pair;
use chatapp_domain::credential::Credential;
use chatapp_domain::event::Change;
use chatapp_domain::naming::{self, Look};
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::departures::{DepartError, DepartureStore};
use chatapp_domain::privacy::Privacy;
use chatapp_domain::user::{Identity, UserId, Username};

use super::{MemoryStores, State};

#[async_trait]
impl DepartureStore for MemoryStores {
    async fn depart(&self, user: UserId, by: Option<Actor>) -> Result<Vec<Credential>, DepartError> {
        self.unit(|state| {
            state.may_depart(user)?;
            state.bury(user);
            state.log.extend(by.map(|by| by.did(Action::UserDelete, user.0)));
            let sessions = state.forget_sessions(|session| session.user == user);
            let tokens = state.forget_tokens(|token| token.user == user);
            let tokens = tokens.into_iter().map(Credential::Token);
            Ok(sessions.into_iter().map(Credential::Session).chain(tokens).collect())
        })?
    }

    async fn clear_out(&self) -> Result<bool, StoreError> {
        self.unit(State::clear_out)
    }
}

impl State {
    pub(super) fn is_gone(&self, user: UserId) -> bool {
        self.users.get(&user).is_none_or(|person| person.user.is_deleted())
    }

    pub(super) fn may_depart(&self, user: UserId) -> Result<(), DepartError> {
        if self.is_gone(user) {
            return Err(DepartError::NoSuchUser);
        }
        let mut superusers = self.users.values().map(|person| &person.user);
        let counts = |user: UserId| self.users.get(&user).is_some_and(|p| p.user.is_superuser && p.user.is_active);
        let another = superusers.any(|other| other.id != user && counts(other.id));
        if counts(user) && !another { Err(DepartError::LastSuperuser) } else { Ok(()) }
    }

    /// One conversation at a time.
    fn clear_out(&mut self) -> bool {
        let abandoned = |pair: &&Pair| self.is_gone(pair.low()) && self.is_gone(pair.high());
        let Some(pair) = self.threads.keys().find(abandoned).copied() else { return false };
        let ids = self.threads.remove(&pair).map(|thread| thread.messages).unwrap_or_default();
        self.messages.retain(|id, _| !ids.contains(id));
        self.sends.retain(|_, id| !ids.contains(id));
        true
    }

    fn bury(&mut self, id: UserId) {
        let name = naming::tombstone(id);
        let Some(person) = self.users.get_mut(&id) else { return };
        let (old, email) = (person.user.username.clone(), person.user.email.clone());
        person.user.username = name.clone();
        person.user.display_name.clear();
        person.user.email.clear();
        (person.user.avatar, person.user.last_seen, person.last_login) = (None, None, None);
        person.user.privacy = Privacy { receipts: false, presence: false };
        (person.user.is_active, person.user.is_superuser) = (false, false);
        person.password = PasswordHash("!".to_owned());
        self.names.retain(|_, user| *user != id);
        self.names.insert(name.key(), id);
        self.retired.insert(old.key(), Look::of(&old));
        self.addresses.retain(|_, user| *user != id);
        self.avatars.remove(&id);
        self.journals.remove(&id);
        self.blocks.retain(|(blocker, blocked)| *blocker != id && *blocked != id);
        self.end_resets(id);
        self.email_changes.retain(|_, change| !change.is_of(id));
        self.forget_invitations(id, &old, &email);
        self.rename(id, &old, &name);
    }

    /// Messages and events have the names of people in them.
    fn rename(&mut self, id: UserId, old: &Username, new: &Username) {
        let renamed = Identity { id, username: new.clone() };
        for message in self.messages.values_mut() {
            for person in [&mut message.sender, &mut message.recipient] {
                if person.id == id {
                    *person = renamed.clone();
                }
            }
        }
        for event in self.journals.values_mut().flat_map(|journal| journal.events_mut()) {
            if event.peer == *old {
                event.peer = new.clone();
            }
            if let Change::Read { reader, .. } = &mut event.change
                && *reader == *old
            {
                *reader = new.clone();
            }
        }
    }
}
