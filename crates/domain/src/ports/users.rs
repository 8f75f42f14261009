//! The store of people.

use async_trait::async_trait;
use thiserror::Error;

use crate::credential::Credential;
use crate::page::PageSize;
use crate::password::PasswordHash;
use crate::ports::StoreError;
use crate::privacy::{Privacy, PrivacyChange};
use crate::session::SessionId;
use crate::time::Timestamp;
use crate::user::{DisplayName, Identity, NewUser, User, UserId, Username, UsernameKey};

/// Why a user was not made.
#[derive(Debug, Error)]
pub enum CreateUserError {
    /// The name, or one with the same [`UsernameKey`], is taken.
    #[error("A user with that username already exists.")]
    NameTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which people to list: active ones, ordered by username byte for byte; those that a prefix finds by their
/// [`UsernameKey`], as people expect of a search.
#[derive(Clone, Debug)]
pub struct UserQuery {
    /// Leave this one out.
    pub except: UserId,
    /// Only those whose username or display name starts with this, white space around it aside and whatever the case;
    /// `%` and `_` mean themselves.
    pub prefix: Option<String>,
    /// Only those who come after this name in the order of the list; nobody need have it.
    pub after: Option<String>,
    /// How many at most.
    pub limit: i64,
}

/// Keeps people.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Registers a person.
    async fn create(&self, user: NewUser) -> Result<User, CreateUserError>;

    /// Registers many, in one transaction where the engine profits from it; one answer for each, in order.
    async fn create_many(&self, users: Vec<NewUser>) -> Result<Vec<Result<User, CreateUserError>>, StoreError>;

    /// Finds a person by exact name. May answer from memory: a user keeps number and name, until the account is
    /// deleted. Then this process forgets the name at once, and others within half a minute; until then the old name leads to
    /// somebody to whom nothing can be sent.
    async fn identify(&self, username: &str) -> Result<Option<Identity>, StoreError>;

    /// Finds several by exact name, in one look: one for each of the names that somebody has, in their order. May answer
    /// from memory, as [`UserStore::identify`] does. Whoever asks sees to it that there are not too many.
    async fn identify_all(&self, usernames: &[String]) -> Result<Vec<Identity>, StoreError>;

    /// Finds a person by exact name.
    async fn by_name(&self, username: &str) -> Result<Option<User>, StoreError>;

    /// Finds a person by number.
    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The person that a log-in names, with what their password is checked against.
    async fn credentials(&self, key: &UsernameKey) -> Result<Option<(User, PasswordHash)>, StoreError>;

    /// Lists people.
    async fn list(&self, query: UserQuery) -> Result<Vec<User>, StoreError>;

    /// Replaces a password and, in the same transaction, ends every session and token of the user but for the session
    /// that is to be kept. Gives what ended; `None`: no such user.
    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        kept: Option<SessionId>,
    ) -> Result<Option<Vec<Credential>>, StoreError>;

    /// Replaces the hash of a password that stays the same, unless it is no longer `old`. Gives whether it was.
    async fn renew_hash(&self, id: UserId, old: PasswordHash, new: PasswordHash) -> Result<bool, StoreError>;

    /// Replaces an active person's display name.
    async fn set_display_name(&self, id: UserId, name: DisplayName) -> Result<(), StoreError>;

    /// Lets a user log in, or no longer.
    async fn set_active(&self, id: UserId, active: bool) -> Result<(), StoreError>;

    /// What people share, in one look; nobody is left out whose number somebody has. Whoever asks sees to it that there
    /// are not too many.
    async fn privacy_of(&self, users: Vec<UserId>) -> Result<Vec<(UserId, Privacy)>, StoreError>;

    /// Changes what somebody shares. When they were last here is forgotten if they share it no longer.
    async fn set_privacy(&self, id: UserId, change: PrivacyChange) -> Result<(), StoreError>;

    /// Notes that these people were here at a time, those who share it; never an earlier time than was noted before.
    async fn note_seen(&self, users: Vec<UserId>, at: Timestamp) -> Result<(), StoreError>;

    /// How many people there are.
    async fn count(&self) -> Result<i64, StoreError>;
}

/// A page of people.
#[derive(Clone, Debug)]
pub struct People {
    /// In order of their usernames.
    pub users: Vec<User>,
    /// The name to go on after, if there are more.
    pub next: Option<Username>,
}

/// How a list of people is asked for.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    /// See [`UserQuery::prefix`].
    pub prefix: Option<String>,
    /// See [`UserQuery::after`].
    pub after: Option<String>,
    /// How many; `None`: 100.
    pub size: Option<PageSize>,
}
