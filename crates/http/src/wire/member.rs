//! People as those who administer see them.

use chatapp_domain::roster;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Stamp;
use super::user::AvatarPath;

/// A person, as those who administer see them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Member<'a> {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "ada")]
    username: &'a str,
    /// The name that others see; empty means the username.
    display_name: &'a str,
    /// May be empty.
    email: &'a str,
    /// Whether they can log in.
    is_active: bool,
    is_superuser: bool,
    /// Whether the account is deleted: then there is nothing else to see or to change.
    deleted: bool,
    date_joined: Stamp,
    /// Null: never, or before this was noted.
    last_login: Option<Stamp>,
    /// Where their picture is, if they have one.
    #[schema(value_type = Option<String>)]
    avatar: Option<AvatarPath<'a>>,
    /// How many log-ins of theirs count.
    sessions: i64,
    /// How many sockets they have open; only where there is one server alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    sockets: Option<usize>,
}

impl<'a> Member<'a> {
    pub(crate) fn new(member: &'a roster::Member, sockets: Option<usize>) -> Self {
        let user = &member.user;
        Self {
            id: user.id.0,
            username: user.username.as_str(),
            display_name: &user.display_name,
            email: &user.email,
            is_active: user.is_active,
            is_superuser: user.is_superuser,
            deleted: user.is_deleted(),
            date_joined: Stamp(user.joined_at),
            last_login: member.last_login.map(Stamp),
            avatar: AvatarPath::of(user),
            sessions: member.sessions,
            sockets,
        }
    }
}

/// People, in the order that was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberPage<'a> {
    /// The absolute URL of the next page.
    pub(crate) next: Option<String>,
    pub(crate) results: Vec<Member<'a>>,
}

/// Whom to make.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct MemberWish {
    #[schema(example = "ada")]
    username: String,
    password: String,
    /// May be empty or left out.
    email: Option<String>,
    /// May be empty or left out.
    display_name: Option<String>,
    /// `false` if it is left out.
    is_superuser: Option<bool>,
}

/// What to change of an account; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct MemberChange {
    is_active: Option<bool>,
    is_superuser: Option<bool>,
    display_name: Option<String>,
    /// An empty one is none.
    email: Option<String>,
}

/// A list of people as JSON, as the API answers it, without sockets.
pub fn members_json(members: &[roster::Member]) -> String {
    let results = members.iter().map(|member| Member::new(member, None)).collect();
    serde_json::to_string(&MemberPage { next: None, results }).unwrap_or_default()
}

/// A person as JSON, as the API answers it, without sockets.
pub fn member_json(member: &roster::Member) -> String {
    serde_json::to_string(&Member::new(member, None)).unwrap_or_default()
}
