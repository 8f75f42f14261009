//! The store of invitations.

use async_trait::async_trait;

use crate::audit::{Action, Actor, NewEntry};
use crate::link::LinkHash;
use crate::ports::StoreError;
use crate::time::Timestamp;
use crate::user::{Email, Username};

/// The number of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvitationId(pub i64);

/// Leave for one person to sign up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its number.
    pub id: InvitationId,
    /// For whom alone it is; may be empty: for whoever has it.
    pub email: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// Who used it.
    pub used_by: Option<Username>,
}

/// An invitation about to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// What its link is found by.
    pub token: LinkHash,
    /// For whom alone it is; may be empty.
    pub email: Email,
    /// Who makes it.
    pub by: Actor,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

impl NewInvitation {
    /// What the log says of it, once it has a number.
    pub fn entry(&self, id: InvitationId) -> NewEntry {
        let entry = self.by.did(Action::InvitationCreate, id.0);
        entry.with("for_an_address", !self.email.as_str().is_empty())
    }
}

/// Keeps invitations.
#[async_trait]
pub trait InvitationStore: Send + Sync {
    /// Keeps an invitation, and logs it.
    async fn add(&self, invitation: NewInvitation) -> Result<Invitation, StoreError>;

    /// The newest invitations, used and over ones too.
    async fn list(&self, limit: i64) -> Result<Vec<Invitation>, StoreError>;

    /// Takes an invitation back, and logs it. `false`: there is none of this number.
    async fn remove(&self, id: InvitationId, by: Actor) -> Result<bool, StoreError>;

    /// Whether an invitation counts for `email` at `now`.
    async fn counts(&self, token: LinkHash, email: &Email, now: Timestamp) -> Result<bool, StoreError>;
}
