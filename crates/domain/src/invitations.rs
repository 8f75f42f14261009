//! Inviting people to sign up.

use std::sync::Arc;
use std::time::Duration;

use crate::link::LinkToken;
use crate::ports::StoreError;
use crate::ports::invitations::{Invitation, InvitationId, InvitationStore, NewInvitation};
use crate::ports::secrets::Secrets;
use crate::time::Clock;
use crate::user::{Email, UserId};

/// Makes and keeps invitations. Each is good for one account, and only for as long as it lasts.
#[derive(Clone)]
pub struct Invitations {
    store: Arc<dyn InvitationStore>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
}

impl Invitations {
    /// How long an invitation lasts unless somebody says otherwise, in days.
    pub const DEFAULT_DAYS: u32 = 7;
    /// The longest that one lasts, in days.
    pub const MOST_DAYS: u32 = 365;
    /// How many are listed.
    pub const LISTED: i64 = 1000;

    /// A service over the given store.
    pub fn new(store: Arc<dyn InvitationStore>, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        Self { store, secrets, clock }
    }

    /// Makes an invitation for whoever has its token; with an address, only for who signs up with it. The token is known to
    /// the caller alone. `days` above [`Invitations::MOST_DAYS`] mean that.
    pub async fn make(
        &self,
        by: Option<UserId>,
        email: Email,
        days: u32,
    ) -> Result<(Invitation, LinkToken), StoreError> {
        let (token, now) = (LinkToken::from_random(self.secrets.bits()), self.clock.now());
        let days = u64::from(days.clamp(1, Self::MOST_DAYS));
        let invitation = NewInvitation {
            token: token.hash(),
            email,
            created_by: by,
            created_at: now,
            expires_at: now.after(Duration::from_secs(days * 24 * 60 * 60)),
        };
        Ok((self.store.add(invitation).await?, token))
    }

    /// The newest ones, used and over ones too.
    pub async fn list(&self) -> Result<Vec<Invitation>, StoreError> {
        self.store.list(Self::LISTED).await
    }

    /// Takes one back, so that nobody can use it any more. `false`: there is none of this number.
    pub async fn withdraw(&self, id: InvitationId) -> Result<bool, StoreError> {
        self.store.remove(id).await
    }
}
