//! Inviting people to sign up.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::Actor;
use crate::link::LinkToken;
use crate::ports::StoreError;
use crate::ports::invitations::{Invitation, InvitationId, InvitationStore, NewInvitation};
use crate::ports::mail::Letter;
use crate::ports::secrets::Secrets;
use crate::post::Post;
use crate::user::Email;

/// Makes and keeps invitations. Each is good for one account, and only for as long as it lasts.
#[derive(Clone)]
pub struct Invitations {
    store: Arc<dyn InvitationStore>,
    secrets: Arc<dyn Secrets>,
    /// Without it nobody is mailed.
    post: Option<Post>,
}

/// An invitation just made, and what is known of it this once.
#[derive(Clone, Debug)]
pub struct Made {
    /// The invitation.
    pub invitation: Invitation,
    /// For its link; known to the caller alone.
    pub token: LinkToken,
    /// Whether it is on its way to its address.
    pub mailed: bool,
}

impl Invitations {
    /// How long an invitation lasts unless somebody says otherwise, in days.
    pub const DEFAULT_DAYS: u32 = 7;
    /// The longest that one lasts, in days.
    pub const MOST_DAYS: u32 = 365;
    /// How many are listed.
    pub const LISTED: i64 = 1000;

    /// A service over the given store.
    pub fn new(store: Arc<dyn InvitationStore>, secrets: Arc<dyn Secrets>, post: Option<Post>) -> Self {
        Self { store, secrets, post }
    }

    /// Makes an invitation for whoever has its token; with an address, only for who signs up with it, and its link is mailed
    /// there. `days` above [`Invitations::MOST_DAYS`] mean that.
    pub async fn make(&self, by: Actor, email: Email, days: u32) -> Result<Made, StoreError> {
        let token = LinkToken::from_random(self.secrets.bits());
        let days = days.clamp(1, Self::MOST_DAYS);
        let invitation = NewInvitation {
            token: token.hash(),
            email: email.clone(),
            by,
            expires_at: by.at.after(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
        };
        let invitation = self.store.add(invitation).await?;
        let mailed = !email.as_str().is_empty() && self.mail(email, &token, days);
        Ok(Made { invitation, token, mailed })
    }

    /// Whoever made the invitation has its link, so a full queue takes nothing back.
    fn mail(&self, to: Email, token: &LinkToken, days: u32) -> bool {
        let Some(post) = &self.post else { return false };
        post.send(to, Letter::Invitation { link: post.links.sign_up(token), days }).is_ok()
    }

    /// The newest ones, used and over ones too.
    pub async fn list(&self) -> Result<Vec<Invitation>, StoreError> {
        self.store.list(Self::LISTED).await
    }

    /// Takes one back, so that nobody can use it any more. `false`: there is none of this number.
    pub async fn withdraw(&self, id: InvitationId, by: Actor) -> Result<bool, StoreError> {
        self.store.remove(id, by).await
    }
}
