//! People as others see them.

use chatapp_domain::user;
use serde::Serialize;
use utoipa::ToSchema;

/// A person.
#[derive(Serialize, ToSchema)]
pub(crate) struct User<'a> {
    #[schema(example = "grace")]
    username: &'a str,
    /// The name to show; empty means the username.
    #[schema(example = "Grace Hopper")]
    display_name: &'a str,
    /// Whether the person has a connection just now.
    online: bool,
}

impl<'a> User<'a> {
    pub(crate) fn new(user: &'a user::User, online: bool) -> Self {
        Self { username: user.username.as_str(), display_name: &user.display_name, online }
    }
}
