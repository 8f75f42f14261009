//! Invitations.

use chatapp_domain::ports::invitations;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Stamp;

/// An invitation, as it is listed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation<'a> {
    id: i64,
    /// For whom alone it is; empty: for whoever has it.
    email: &'a str,
    created: Stamp,
    expires: Stamp,
    /// Who used it.
    used_by: Option<&'a str>,
}

impl<'a> Invitation<'a> {
    pub(crate) fn new(invitation: &'a invitations::Invitation) -> Self {
        Self {
            id: invitation.id.0,
            email: &invitation.email,
            created: Stamp(invitation.created_at),
            expires: Stamp(invitation.expires_at),
            used_by: invitation.used_by.as_ref().map(|name| name.as_str()),
        }
    }
}

/// Invitations, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationList<'a> {
    pub(crate) results: Vec<Invitation<'a>>,
}

/// An invitation that was just made, with what is never shown again.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewInvitation<'a> {
    id: i64,
    /// Where to sign up with it.
    url: String,
    token: &'a str,
    email: &'a str,
    /// Whether the link is on its way to `email`.
    mailed: bool,
    created: Stamp,
    expires: Stamp,
}

impl<'a> NewInvitation<'a> {
    pub(crate) fn new(invitation: &'a invitations::Invitation, token: &'a str, url: String, mailed: bool) -> Self {
        Self {
            id: invitation.id.0,
            url,
            token,
            email: &invitation.email,
            mailed,
            created: Stamp(invitation.created_at),
            expires: Stamp(invitation.expires_at),
        }
    }
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct InvitationWish {
    /// For whom alone it is to be; without it, for whoever has it.
    email: Option<String>,
    /// 1 to 365; 7 if left out.
    expires_in_days: Option<u32>,
}

/// An invitation that was just made, as the API answers it.
pub fn invitation_json(invitation: &invitations::Invitation, token: &str, url: String, mailed: bool) -> String {
    serde_json::to_string(&NewInvitation::new(invitation, token, url, mailed)).unwrap_or_default()
}
