//! Invitations in memory.

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::link::LinkHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::invitations::{Invitation, InvitationId, InvitationStore, NewInvitation};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, EmailKey, UserId, Username};

use super::{MemoryStores, State, count};

pub(super) struct Kept {
    token: LinkHash,
    made_by: Option<UserId>,
    invitation: Invitation,
}

#[async_trait]
impl InvitationStore for MemoryStores {
    async fn add(&self, new: NewInvitation) -> Result<Invitation, StoreError> {
        self.unit(|state| {
            state.last_invitation += 1;
            let invitation = Invitation {
                id: InvitationId(state.last_invitation),
                email: new.email.as_str().to_owned(),
                created_at: new.by.at,
                expires_at: new.expires_at,
                used_by: None,
            };
            state.log.push(new.entry(invitation.id));
            let kept = Kept { token: new.token, made_by: new.by.user, invitation: invitation.clone() };
            state.invitations.insert(invitation.id, kept);
            invitation
        })
    }

    async fn list(&self, limit: i64) -> Result<Vec<Invitation>, StoreError> {
        self.unit(|state| {
            let newest_first = state.invitations.values().rev().map(|kept| kept.invitation.clone());
            newest_first.take(count(limit)).collect()
        })
    }

    async fn remove(&self, id: InvitationId, by: Actor) -> Result<bool, StoreError> {
        self.unit(|state| {
            let removed = state.invitations.remove(&id).is_some();
            if removed {
                state.log.push(by.did(Action::InvitationRevoke, id.0));
            }
            removed
        })
    }

    async fn counts(&self, token: LinkHash, email: &Email, now: Timestamp) -> Result<bool, StoreError> {
        self.unit(|state| state.invitation_counts(token, email, now))
    }
}

impl State {
    pub(super) fn invitation_counts(&self, token: LinkHash, email: &Email, now: Timestamp) -> bool {
        self.invited(token).is_some_and(|invitation| {
            let theirs = invitation.email.is_empty() || email.key() == Some(EmailKey::of(&invitation.email));
            invitation.used_by.is_none() && now < invitation.expires_at && theirs
        })
    }

    pub(super) fn invitation_is_unused(&self, token: LinkHash) -> bool {
        self.invited(token).is_some_and(|invitation| invitation.used_by.is_none())
    }

    pub(super) fn use_invitation(&mut self, token: LinkHash, by: &Username) {
        for kept in self.invitations.values_mut().filter(|kept| kept.token == token) {
            kept.invitation.used_by = Some(by.clone());
        }
    }

    /// Forgets what somebody who goes made and nobody used, what they used, and what was made for their address.
    pub(super) fn forget_invitations(&mut self, user: UserId, name: &Username, email: &str) {
        self.invitations.retain(|_, kept| {
            let invitation = &kept.invitation;
            let theirs = !email.is_empty() && invitation.email == email;
            let unused = kept.made_by == Some(user) && invitation.used_by.is_none();
            !theirs && !unused && invitation.used_by.as_ref() != Some(name)
        });
    }

    fn invited(&self, token: LinkHash) -> Option<&Invitation> {
        self.invitations.values().find(|kept| kept.token == token).map(|kept| &kept.invitation)
    }
}
