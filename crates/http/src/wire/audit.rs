//! The log of what those who administer did.

use std::collections::BTreeMap;

use chatapp_domain::audit::{Entry, Fact};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::Stamp;

/// Entries of the log, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditPage<'a> {
    /// The absolute URL of the next page.
    pub(crate) next: Option<String>,
    pub(crate) results: Vec<AuditEntry<'a>>,
}

/// An entry of the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry<'a> {
    #[schema(example = 3)]
    id: i64,
    time: Stamp,
    /// The username of whoever did it. Null: it was done on the command line.
    #[schema(example = "root")]
    actor: Option<&'a str>,
    /// What was done.
    #[schema(example = "user.change")]
    action: &'a str,
    /// What it was done to: `user`, `message`, `report`, `invitation` or `retention`.
    #[schema(example = "user")]
    target_kind: &'a str,
    /// A username, or a number; empty if there is neither.
    #[schema(example = "ada")]
    target: &'a str,
    /// What else there is to say, by name: texts, numbers and truth values.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    detail: BTreeMap<&'a str, Value<'a>>,
    /// The address that the request came from.
    #[schema(example = "203.0.113.9")]
    address: Option<&'a str>,
}

struct Value<'a>(&'a Fact);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Fact::Text(text) => serializer.serialize_str(text),
            Fact::Number(number) => serializer.serialize_i64(*number),
            Fact::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}

impl<'a> From<&'a Entry> for AuditEntry<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            id: entry.id.0,
            time: Stamp(entry.at),
            actor: entry.actor.as_ref().map(chatapp_domain::user::Username::as_str),
            action: &entry.action,
            target_kind: &entry.target_kind,
            target: &entry.target,
            detail: entry.detail.iter().map(|(name, fact)| (name.as_str(), Value(fact))).collect(),
            address: entry.address.as_deref(),
        }
    }
}
