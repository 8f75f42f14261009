//! One's own account, and the list of what there is.

use chatapp_domain::session::{self, SessionId};
use chatapp_domain::user::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Stamp;
use super::user::AvatarPath;

/// Your own account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me<'a> {
    #[schema(example = "ada")]
    username: &'a str,
    /// The name that others see; empty means the username.
    display_name: &'a str,
    /// Where your picture is, if you have one.
    #[schema(value_type = Option<String>)]
    avatar: Option<AvatarPath<'a>>,
    email: &'a str,
    /// The address that becomes yours once you follow the link that was mailed there.
    pending_email: Option<&'a str>,
    is_superuser: bool,
    /// Whether you and others see of each other up to where you have received and read.
    receipts: bool,
    /// Whether you and others see of each other when you come and go.
    presence: bool,
    date_joined: Stamp,
    settings: PageSettings,
}

/// What a client needs to know of the server's settings.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub(crate) struct PageSettings {
    /// The longest message, in Unicode code points.
    #[schema(example = 4000)]
    pub(crate) message_max_length: usize,
    /// How many messages one page has.
    #[schema(example = 15)]
    pub(crate) messages_to_load: i64,
}

impl<'a> Me<'a> {
    pub(crate) fn new(user: &'a User, pending_email: Option<&'a str>, settings: PageSettings) -> Self {
        Self {
            username: user.username.as_str(),
            display_name: &user.display_name,
            avatar: AvatarPath::of(user),
            email: &user.email,
            pending_email,
            is_superuser: user.is_superuser,
            receipts: user.privacy.receipts,
            presence: user.privacy.presence,
            date_joined: Stamp(user.joined_at),
            settings,
        }
    }
}

/// What to change of one's own account.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Profile {
    /// At most 150 code points; empty means the username.
    display_name: Option<String>,
    /// Where to reach you; counts once you follow the link that is mailed there. Needs your password.
    email: Option<String>,
    /// Needed with `email`.
    password: Option<String>,
    /// Whether you and others see of each other up to where you have received and read.
    receipts: Option<bool>,
    /// Whether you and others see of each other when you come and go.
    presence: Option<bool>,
}

/// Who really wants to leave.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Leave {
    /// Exactly.
    password: String,
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Credentials {
    /// In any case.
    #[schema(example = "ada")]
    username: String,
    /// Exactly.
    password: String,
}

/// Who sits at a session.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct Confirmation {
    /// Exactly.
    password: String,
}

/// Your sessions, the one used last first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sessions<'a> {
    /// At most 100: those opened last.
    pub(crate) results: Vec<Session<'a>>,
}

/// One of your sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session<'a> {
    #[schema(example = 42)]
    id: i64,
    /// Whether it is the one that asks.
    current: bool,
    /// What the browser or program called itself when it logged in.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")]
    device: &'a str,
    /// The address that it logged in from.
    #[schema(example = "203.0.113.9")]
    address: &'a str,
    opened: Stamp,
    /// To within five minutes.
    last_used: Stamp,
}

impl<'a> Session<'a> {
    /// The session as somebody in the session `current` sees it.
    pub(crate) fn seen_from(current: SessionId, session: &'a session::Session) -> Self {
        Self {
            id: session.id.0,
            current: session.id == current,
            device: &session.device,
            address: &session.address,
            opened: Stamp(session.opened_at),
            last_used: Stamp(session.used_at),
        }
    }
}

/// The absolute URLs of what there is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Root {
    pub(crate) message: String,
    pub(crate) user: String,
    pub(crate) conversation: String,
    pub(crate) event: String,
    pub(crate) me: String,
    pub(crate) session: String,
    pub(crate) docs: String,
}
