//! Administering people: finding, making, changing and deleting them.

use std::sync::Arc;

use crate::audit::{Action, Actor, NewEntry};
use crate::credential::Credential;
use crate::departures::Departures;
use crate::password::Password;
use crate::ports::StoreError;
use crate::ports::departures::DepartError;
use crate::ports::notifications::{Notifier, Whisper};
use crate::ports::passwords::{HashError, PasswordHasher};
use crate::ports::roster::{Alive, ChangeMemberError, RosterStore};
use crate::ports::users::CreateUserError;
use crate::session::Lifetime;
use crate::time::{Clock, Timestamp};
use crate::user::{DisplayName, Email, NewUser, User, UserId, Username};
use thiserror::Error;

/// A person as those who administer see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: User,
    /// When they last logged in, if ever.
    pub last_login: Option<Timestamp>,
    /// How many sessions they have.
    pub sessions: i64,
}

/// A person about to be made.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Whom.
    pub user: NewUser,
    /// The name that others see; may be empty.
    pub display_name: DisplayName,
}

impl NewMember {
    /// What the log says of it, once the person has a number.
    pub fn entry(&self, by: Actor, id: UserId) -> NewEntry {
        by.did(Action::UserCreate, id.0).with("is_superuser", self.user.is_superuser)
    }
}

/// What to change of an account; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct MemberChange {
    /// Whether they may log in.
    pub is_active: Option<bool>,
    /// Whether they may administer.
    pub is_superuser: Option<bool>,
    /// The name that others see.
    pub display_name: Option<DisplayName>,
    /// The address; an empty one is none.
    pub email: Option<Email>,
}

impl MemberChange {
    /// The part that is not so already.
    #[must_use]
    pub fn news_for(self, user: &User) -> Self {
        Self {
            is_active: self.is_active.filter(|active| *active != user.is_active),
            is_superuser: self.is_superuser.filter(|superuser| *superuser != user.is_superuser),
            display_name: self.display_name.filter(|name| name.as_str() != user.display_name),
            email: self.email.filter(|email| email.as_str() != user.email),
        }
    }

    /// Whether it takes somebody from those who may administer.
    pub fn unmakes_superuser(&self, user: &User) -> bool {
        let counts = user.is_superuser && user.is_active;
        counts && (self.is_active == Some(false) || self.is_superuser == Some(false))
    }

    /// What the log says of it: names and addresses are not in it. Nothing is changed by nothing.
    pub fn entry(&self, by: Actor, user: UserId) -> Option<NewEntry> {
        let mut entry = by.did(Action::UserChange, user.0);
        let flags = [("is_active", self.is_active), ("is_superuser", self.is_superuser)];
        for (name, flag) in flags.into_iter().filter_map(|(name, flag)| Some((name, flag?))) {
            entry = entry.with(name, flag);
        }
        let texts = [("display_name", self.display_name.is_some()), ("email", self.email.is_some())];
        for (name, _) in texts.into_iter().filter(|(_, changed)| *changed) {
            entry = entry.with(name, "changed");
        }
        Some(entry).filter(|entry| !entry.detail.is_empty())
    }
}

/// An account that was changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// As it is now.
    pub user: User,
    /// The sessions and tokens that ended with it.
    pub ended: Vec<Credential>,
}

/// Which people to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberState {
    /// Who can log in.
    Active,
    /// Who cannot, and is not deleted.
    Inactive,
    /// Who may administer, or might if they could log in.
    Superuser,
    /// What is left of accounts that were deleted.
    Deleted,
}

/// By what a list is sorted; people with equal values by their numbers, in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberSort {
    /// The username, byte for byte.
    Username,
    /// When they joined.
    Joined,
    /// When they last logged in; never is earlier than anything.
    LastLogin,
}

/// A list's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberOrder {
    /// By what.
    pub by: MemberSort,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// A place in a list: that of somebody there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberPlace {
    /// In a list by username.
    Name(String),
    /// In a list by time: the time in microseconds (never is 0), and the person's number.
    Time(i64, i64),
}

/// Which people to list, and how.
#[derive(Clone, Debug)]
pub struct RosterQuery {
    /// Only those whose username, address or any word of whose display name starts so, in any case.
    pub search: Option<String>,
    /// Only those.
    pub state: Option<MemberState>,
    /// The order.
    pub order: MemberOrder,
    /// Only those behind this place.
    pub after: Option<MemberPlace>,
    /// At most so many.
    pub limit: i64,
}

/// One page of a list of people.
#[derive(Clone, Debug)]
pub struct MemberPage {
    /// In the order that was asked for.
    pub members: Vec<Member>,
    /// Where the next page starts, if there is one.
    pub next: Option<MemberPlace>,
}

impl MemberOrder {
    /// Where somebody stands in a list of this order.
    pub fn place_of(self, member: &Member) -> MemberPlace {
        let id = member.user.id.0;
        match self.by {
            MemberSort::Username => MemberPlace::Name(member.user.username.as_str().to_owned()),
            MemberSort::Joined => MemberPlace::Time(member.user.joined_at.as_micros(), id),
            MemberSort::LastLogin => MemberPlace::Time(member.last_login.map_or(0, Timestamp::as_micros), id),
        }
    }
}

/// The wish to make somebody.
#[derive(Clone, Debug)]
pub struct MemberWish {
    /// The name to log in with.
    pub username: Username,
    /// May be empty.
    pub email: Email,
    /// The name that others see; may be empty.
    pub display_name: DisplayName,
    /// The password.
    pub password: Password,
    /// Whether they may administer.
    pub is_superuser: bool,
}

/// Why somebody was not made, or got no other password.
#[derive(Debug, Error)]
pub enum MemberError {
    /// The name is taken.
    #[error("A user with that username already exists.")]
    NameTaken,
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The account cannot be changed so.
    #[error(transparent)]
    Change(#[from] ChangeMemberError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Administers people. Everything that it does is logged.
#[derive(Clone)]
pub struct Roster {
    store: Arc<dyn RosterStore>,
    departures: Departures,
    hasher: Arc<dyn PasswordHasher>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    lifetime: Lifetime,
}

impl Roster {
    /// A service over the given store; `lifetime` bounds every session.
    pub fn new(
        store: Arc<dyn RosterStore>,
        departures: Departures,
        hasher: Arc<dyn PasswordHasher>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
        lifetime: Lifetime,
    ) -> Self {
        Self { store, departures, hasher, notifier, clock, lifetime }
    }

    /// A page of at most `query.limit` people.
    pub async fn list(&self, query: RosterQuery) -> Result<MemberPage, StoreError> {
        let (order, limit) = (query.order, usize::try_from(query.limit).unwrap_or(usize::MAX));
        let one_more = RosterQuery { limit: query.limit + 1, ..query };
        let mut members = self.store.list(one_more, self.alive()).await?;
        let more = members.len() > limit;
        members.truncate(limit);
        let next = members.last().filter(|_| more).map(|last| order.place_of(last));
        Ok(MemberPage { members, next })
    }

    /// A person by exact name.
    pub async fn find(&self, username: &str) -> Result<Option<Member>, StoreError> {
        self.store.find(username, self.alive()).await
    }

    /// Makes an account.
    pub async fn make(&self, wish: MemberWish, by: Actor) -> Result<User, MemberError> {
        let password = self.hasher.hash(wish.password).await?;
        let MemberWish { username, email, is_superuser, display_name, .. } = wish;
        let user = NewUser { username, email, password, is_superuser, joined_at: by.at };
        self.store.add(NewMember { user, display_name }, by).await.map_err(|error| match error {
            CreateUserError::NameTaken => MemberError::NameTaken,
            CreateUserError::Store(error) => MemberError::Store(error),
        })
    }

    /// Changes an account, and closes the connections of whoever may not log in any more.
    pub async fn change(&self, user: UserId, change: MemberChange, by: Actor) -> Result<User, ChangeMemberError> {
        let Changed { user: changed, ended } = self.store.change(user, change, by).await?;
        self.tell_ended(user, ended);
        Ok(changed)
    }

    /// Replaces a password, ends every session and token of the user, and closes their connections.
    pub async fn set_password(&self, user: UserId, password: Password, by: Actor) -> Result<(), MemberError> {
        let hash = self.hasher.hash(password).await?;
        let ended = self.store.set_password(user, hash, by).await?;
        self.tell_ended(user, ended);
        Ok(())
    }

    /// Ends every session of the user, and closes their connections. Gives how many.
    pub async fn end_sessions(&self, user: UserId, by: Actor) -> Result<usize, ChangeMemberError> {
        let ended = self.store.end_sessions(user, by).await?;
        let count = ended.len();
        self.tell_ended(user, ended);
        Ok(count)
    }

    /// Deletes an account, as its owner could.
    pub async fn remove(&self, user: UserId, by: Actor) -> Result<(), DepartError> {
        self.departures.remove(user, Some(by)).await
    }

    fn tell_ended(&self, user: UserId, ended: Vec<Credential>) {
        if !ended.is_empty() {
            self.notifier.whisper(user, Whisper::CredentialsEnded(ended));
        }
    }

    fn alive(&self) -> Alive {
        Alive { now: self.clock.now(), lifetime: self.lifetime }
    }
}
