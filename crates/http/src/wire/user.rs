//! People as others see them.

use std::fmt;

use chatapp_domain::avatar::AvatarVersion;
use chatapp_domain::presence::Seen;
use chatapp_domain::user;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::Stamp;
use crate::routes::API;
use crate::urlencoded;

/// A person.
#[derive(Serialize, ToSchema)]
pub(crate) struct User<'a> {
    #[schema(example = "grace")]
    username: &'a str,
    /// The name to show; empty means the username.
    #[schema(example = "Grace Hopper")]
    display_name: &'a str,
    /// Where the person's picture is: another one is somewhere else. `null`: there is none.
    #[schema(value_type = Option<String>, example = "/api/v1/user/grace/avatar/?v=pZ4mJ9r0QnW3sX7c")]
    avatar: Option<AvatarPath<'a>>,
    /// Whether the person has a connection just now; never if you two do not share it.
    online: bool,
    /// When the person last had one, to within a minute; only where it is known and you two share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Stamp>,
    /// Whether the account is deleted: then the username is all there is, and nothing can be sent there.
    deleted: bool,
}

impl<'a> User<'a> {
    pub(crate) fn new(user: &'a user::User, seen: Seen) -> Self {
        let (username, display_name) = (user.username.as_str(), user.display_name.as_str());
        let (online, last_seen) = (seen.online, seen.last_seen.map(Stamp));
        let (avatar, deleted) = (AvatarPath::of(user), user.is_deleted());
        Self { username, display_name, avatar, online, last_seen, deleted }
    }
}

/// The path of a picture.
pub(crate) struct AvatarPath<'a> {
    username: &'a str,
    version: &'a AvatarVersion,
}

impl<'a> AvatarPath<'a> {
    /// Where this person's picture is, if there is one.
    pub(crate) fn of(user: &'a user::User) -> Option<Self> {
        Some(Self { username: user.username.as_str(), version: user.avatar.as_ref()? })
    }
}

impl fmt::Display for AvatarPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{API}/user/{}/avatar/?v={}", urlencoded::encode_path(self.username), self.version.as_str())
    }
}

impl Serialize for AvatarPath<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// People.
#[derive(Serialize, ToSchema)]
pub(crate) struct People<'a> {
    pub(crate) results: Vec<User<'a>>,
}
