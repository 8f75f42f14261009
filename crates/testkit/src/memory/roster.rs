//! People as those who administer see and change them, in memory.

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::credential::Credential;
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::departures::DepartError;
use chatapp_domain::ports::roster::{Alive, ChangeMemberError, RosterStore};
use chatapp_domain::ports::users::CreateUserError;
use chatapp_domain::roster::{Changed, Member, MemberChange, MemberPlace, MemberState, NewMember, RosterQuery};
use chatapp_domain::session::SessionId;
use chatapp_domain::user::{EmailKey, User, UserId, UsernameKey};

use super::users::Person;
use super::{MemoryStores, State, count};

#[async_trait]
impl RosterStore for MemoryStores {
    async fn list(&self, query: RosterQuery, alive: Alive) -> Result<Vec<Member>, StoreError> {
        self.unit(|state| {
            let all = state.users.values().filter(|person| is_wanted(&query, &person.user));
            let mut members: Vec<Member> = all.map(|person| state.member(person, alive)).collect();
            let place = |member: &Member| order(query.order.place_of(member));
            members.sort_by_key(place);
            if query.order.descending {
                members.reverse();
            }
            if let Some(after) = query.after.clone().map(order) {
                members.retain(
                    |member| if query.order.descending { place(member) < after } else { place(member) > after },
                );
            }
            members.truncate(count(query.limit));
            members
        })
    }

    async fn find(&self, username: &str, alive: Alive) -> Result<Option<Member>, StoreError> {
        self.unit(|state| {
            let person = state.users.get(&state.named(username)?.id)?;
            Some(state.member(person, alive))
        })
    }

    async fn add(&self, new: NewMember, by: Actor) -> Result<User, CreateUserError> {
        self.unit(|state| {
            let id = state.create(new.user.clone())?.id;
            state.change(id, |person| new.display_name.as_str().clone_into(&mut person.user.display_name));
            state.log.push(new.entry(by, id));
            Ok(state.users[&id].user.clone())
        })?
    }

    async fn change(&self, user: UserId, change: MemberChange, by: Actor) -> Result<Changed, ChangeMemberError> {
        self.unit(|state| {
            let now = state.living(user)?.clone();
            let change = change.news_for(&now);
            if change.unmakes_superuser(&now) && matches!(state.may_depart(user), Err(DepartError::LastSuperuser)) {
                return Err(ChangeMemberError::LastSuperuser);
            }
            state.log.extend(change.entry(by, user));
            let ended = if change.is_active == Some(false) { state.end_all(user, None) } else { Vec::new() };
            if change.email.is_some() {
                state.move_address(user, &change);
            }
            state.change(user, |Person { user, .. }| {
                user.is_active = change.is_active.unwrap_or(user.is_active);
                user.is_superuser = change.is_superuser.unwrap_or(user.is_superuser);
                if let Some(name) = &change.display_name {
                    name.as_str().clone_into(&mut user.display_name);
                }
                if let Some(email) = &change.email {
                    email.as_str().clone_into(&mut user.email);
                }
            });
            Ok(Changed { user: state.living(user)?.clone(), ended })
        })?
    }

    async fn set_password(
        &self,
        user: UserId,
        password: PasswordHash,
        by: Actor,
    ) -> Result<Vec<Credential>, ChangeMemberError> {
        self.unit(|state| {
            state.living(user)?;
            state.end_resets(user);
            state.change(user, |person| person.password = password);
            state.log.push(by.did(Action::UserPassword, user.0));
            Ok(state.end_all(user, None))
        })?
    }

    async fn end_sessions(&self, user: UserId, by: Actor) -> Result<Vec<Credential>, ChangeMemberError> {
        self.unit(|state| {
            let ended = state.forget_sessions(|session| session.user == user);
            if let Ok(number @ 1..) = i64::try_from(ended.len()) {
                state.log.push(by.did(Action::UserSessions, user.0).with("ended", number));
            }
            Ok(ended.into_iter().map(Credential::Session).collect())
        })?
    }
}

/// Places in the order of a list.
fn order(place: MemberPlace) -> (i64, i64, Vec<u8>) {
    match place {
        MemberPlace::Name(name) => (0, 0, name.into_bytes()),
        MemberPlace::Time(time, id) => (time, id, Vec::new()),
    }
}

fn is_wanted(query: &RosterQuery, user: &User) -> bool {
    let state = match query.state {
        None => true,
        Some(MemberState::Active) => user.is_active,
        Some(MemberState::Inactive) => !user.is_active && !user.is_deleted(),
        Some(MemberState::Superuser) => user.is_superuser,
        Some(MemberState::Deleted) => user.is_deleted(),
    };
    state && query.search.as_deref().is_none_or(|search| begins_with(user, search))
}

fn begins_with(user: &User, search: &str) -> bool {
    let (name, email) = (UsernameKey::of(search), EmailKey::of(search));
    let display = UsernameKey::of(&user.display_name);
    let begins = |text: &str| text.starts_with(name.as_str());
    begins(user.username.key().as_str())
        || begins(display.as_str())
        || display.as_str().contains(&format!(" {}", name.as_str()))
        || EmailKey::of(&user.email).as_str().starts_with(email.as_str())
}

impl State {
    fn living(&self, user: UserId) -> Result<&User, ChangeMemberError> {
        let person = self.users.get(&user).map(|person| &person.user);
        person.filter(|user| !user.is_deleted()).ok_or(ChangeMemberError::NoSuchUser)
    }

    fn member(&self, person: &Person, alive: Alive) -> Member {
        let sessions = self.sessions.values().filter(|kept| kept.is_of(person.user.id, alive)).count();
        let sessions = i64::try_from(sessions).unwrap_or(i64::MAX);
        Member { user: person.user.clone(), last_login: person.last_login, sessions }
    }

    pub(super) fn end_all(&mut self, user: UserId, kept: Option<SessionId>) -> Vec<Credential> {
        let sessions = self.forget_sessions(|session| session.user == user && Some(session.id) != kept);
        let tokens = self.forget_tokens(|token| token.user == user).into_iter().map(Credential::Token);
        sessions.into_iter().map(Credential::Session).chain(tokens).collect()
    }

    fn move_address(&mut self, user: UserId, change: &MemberChange) {
        self.end_resets(user);
        self.email_changes.retain(|_, wish| !wish.is_of(user));
        self.addresses.retain(|_, owner| *owner != user);
        if let Some(key) = change.email.as_ref().and_then(chatapp_domain::user::Email::key) {
            self.addresses.entry(key).or_insert(user);
        }
    }
}
