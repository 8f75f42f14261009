//! The store of people, as those who administer see and change them.

use async_trait::async_trait;
use thiserror::Error;

use crate::audit::Actor;
use crate::credential::Credential;
use crate::password::PasswordHash;
use crate::ports::StoreError;
use crate::ports::users::CreateUserError;
use crate::roster::{Changed, Member, MemberChange, NewMember, RosterQuery};
use crate::session::Lifetime;
use crate::time::Timestamp;
use crate::user::{User, UserId};

/// Why an account was not changed.
#[derive(Debug, Error)]
pub enum ChangeMemberError {
    /// Nobody could administer any more.
    #[error("The last active superuser must stay active and a superuser.")]
    LastSuperuser,
    /// There is no such account (any more).
    #[error("no such user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which sessions count.
#[derive(Clone, Copy, Debug)]
pub struct Alive {
    /// Now.
    pub now: Timestamp,
    /// How long sessions live.
    pub lifetime: Lifetime,
}

/// Keeps people. Whatever is changed here is logged in the same transaction, and what changes nothing is not.
#[async_trait]
pub trait RosterStore: Send + Sync {
    /// People in the order that was asked for, with how many sessions each has that count.
    async fn list(&self, query: RosterQuery, alive: Alive) -> Result<Vec<Member>, StoreError>;

    /// A person by exact name.
    async fn find(&self, username: &str, alive: Alive) -> Result<Option<Member>, StoreError>;

    /// Registers a person.
    async fn add(&self, new: NewMember, by: Actor) -> Result<User, CreateUserError>;

    /// Changes an account. Whoever may not log in any more loses all sessions and tokens with it. Of two superusers who are
    /// unmade at once, one stays if there is no third.
    async fn change(&self, user: UserId, change: MemberChange, by: Actor) -> Result<Changed, ChangeMemberError>;

    /// Replaces a password and ends every session and token of the user. Gives the ended ones.
    async fn set_password(
        &self,
        user: UserId,
        password: PasswordHash,
        by: Actor,
    ) -> Result<Vec<Credential>, ChangeMemberError>;

    /// Ends every session of the user. Gives the ended ones.
    async fn end_sessions(&self, user: UserId, by: Actor) -> Result<Vec<Credential>, ChangeMemberError>;
}
