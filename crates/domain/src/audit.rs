//! The log of what those who administer did. Entries are only ever added. They name people by their numbers and never hold
//! what somebody wrote, a password or an address of theirs: what is deleted elsewhere must not live on here.

use std::net::IpAddr;
use std::sync::Arc;

use crate::page::PageSize;
use crate::ports::StoreError;
use crate::ports::audit::{AuditQuery, AuditStore};
use crate::ports::users::UserStore;
use crate::time::Timestamp;
use crate::user::{UserId, Username};

/// The number of an entry: the later of two has the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub i64);

/// Who does something, from where and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Nobody: the command line.
    pub user: Option<UserId>,
    /// The address that the request came from.
    pub address: Option<IpAddr>,
    /// Now.
    pub at: Timestamp,
}

impl Actor {
    /// Whoever can run commands on the server.
    pub fn command_line(at: Timestamp) -> Self {
        Self { user: None, address: None, at }
    }

    /// The entry that this one did something to `target`.
    pub fn did(self, action: Action, target: i64) -> NewEntry {
        NewEntry { actor: self, action, target: Target { kind: action.kind(), id: target }, detail: Detail::new() }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// An account was made.
    UserCreate,
    /// An account was changed.
    UserChange,
    /// Somebody got another password.
    UserPassword,
    /// Somebody's sessions were ended.
    UserSessions,
    /// An account was deleted.
    UserDelete,
    /// A message of other people was read.
    MessageLook,
    /// Words were looked for in what people wrote to each other.
    MessageSearch,
    /// A message was deleted.
    MessageDelete,
    /// A report was closed.
    ReportClose,
    /// A report was opened again.
    ReportReopen,
    /// Somebody was invited.
    InvitationCreate,
    /// An invitation was taken back.
    InvitationRevoke,
    /// Old messages were deleted.
    RetentionRun,
}

impl Action {
    /// All that there are.
    pub const ALL: [Self; 13] = [
        Self::UserCreate,
        Self::UserChange,
        Self::UserPassword,
        Self::UserSessions,
        Self::UserDelete,
        Self::MessageLook,
        Self::MessageSearch,
        Self::MessageDelete,
        Self::ReportClose,
        Self::ReportReopen,
        Self::InvitationCreate,
        Self::InvitationRevoke,
        Self::RetentionRun,
    ];

    /// Its name: the kind of what it is done to, a dot, and a verb.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserCreate => "user.create",
            Self::UserChange => "user.change",
            Self::UserPassword => "user.password",
            Self::UserSessions => "user.sessions",
            Self::UserDelete => "user.delete",
            Self::MessageLook => "message.look",
            Self::MessageSearch => "message.search",
            Self::MessageDelete => "message.delete",
            Self::ReportClose => "report.close",
            Self::ReportReopen => "report.reopen",
            Self::InvitationCreate => "invitation.create",
            Self::InvitationRevoke => "invitation.revoke",
            Self::RetentionRun => "retention.run",
        }
    }

    /// The action of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// What it is done to.
    pub fn kind(self) -> TargetKind {
        match self {
            Self::UserCreate | Self::UserChange | Self::UserPassword | Self::UserSessions | Self::UserDelete => {
                TargetKind::User
            }
            Self::MessageLook | Self::MessageSearch | Self::MessageDelete => TargetKind::Message,
            Self::ReportClose | Self::ReportReopen => TargetKind::Report,
            Self::InvitationCreate | Self::InvitationRevoke => TargetKind::Invitation,
            Self::RetentionRun => TargetKind::Retention,
        }
    }
}

/// What something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A person.
    User,
    /// A message.
    Message,
    /// A report.
    Report,
    /// An invitation.
    Invitation,
    /// All old messages; it has no number, which is 0 then.
    Retention,
}

impl TargetKind {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Message => "message",
            Self::Report => "report",
            Self::Invitation => "invitation",
            Self::Retention => "retention",
        }
    }
}

/// What exactly something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Of which kind.
    pub kind: TargetKind,
    /// The number of it.
    pub id: i64,
}

/// What else there is to say, by name.
pub type Detail = Vec<(String, Fact)>;

/// A value in an entry's detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Words of the program's own.
    Text(String),
    /// How many, or which.
    Number(i64),
    /// Whether.
    Flag(bool),
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Fact {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// An entry about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// What else there is to say.
    pub detail: Detail,
}

impl NewEntry {
    /// The same entry, which says one thing more.
    #[must_use]
    pub fn with(mut self, name: &str, fact: impl Into<Fact>) -> Self {
        self.detail.push((name.to_owned(), fact.into()));
        self
    }
}

/// An entry as it is read. Names of actions and kinds are texts: a newer program may have written it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it, as they are called now; nobody: the command line.
    pub actor: Option<Username>,
    /// What was done; see [`Action::as_str`].
    pub action: String,
    /// To what; see [`TargetKind::as_str`].
    pub target_kind: String,
    /// A person as they are called now, or the number of something else; empty if it has none.
    pub target: String,
    /// What else there is to say.
    pub detail: Detail,
    /// The address that the request came from.
    pub address: Option<String>,
}

/// Which entries to show.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only what the person of this name did.
    pub actor: Option<String>,
    /// Only what was done so.
    pub action: Option<Action>,
    /// Only what was done to the person of this name, or to anything else of this number.
    pub target: Option<String>,
}

/// One page of the log.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Where the next page starts, if there is one.
    pub next: Option<EntryId>,
}

/// The log, for those who administer.
#[derive(Clone)]
pub struct AuditLog {
    store: Arc<dyn AuditStore>,
    users: Arc<dyn UserStore>,
}

impl AuditLog {
    /// A service over the given stores.
    pub fn new(store: Arc<dyn AuditStore>, users: Arc<dyn UserStore>) -> Self {
        Self { store, users }
    }

    /// Adds an entry that stands for itself. Where an act is one transaction its own store writes the entry with it.
    pub async fn write(&self, entry: NewEntry) -> Result<(), StoreError> {
        self.store.write(entry).await
    }

    /// A page of entries, from the cursor that the page before gave.
    pub async fn list(
        &self,
        filter: AuditFilter,
        before: Option<EntryId>,
        size: PageSize,
    ) -> Result<AuditPage, StoreError> {
        let actor = match &filter.actor {
            None => None,
            Some(name) => match self.users.by_name(name).await? {
                Some(user) => Some(user.id),
                None => return Ok(AuditPage::default()),
            },
        };
        let targets = match &filter.target {
            None => None,
            Some(name) => Some(self.targets(name).await?),
        };
        let query = AuditQuery { actor, action: filter.action, targets, before, limit: size.get() + 1 };
        let mut entries = self.store.list(query).await?;
        let limit = usize::try_from(size.get()).unwrap_or(usize::MAX);
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|last| last.id);
        Ok(AuditPage { entries, next })
    }

    /// Whatever may be meant by a text.
    async fn targets(&self, text: &str) -> Result<Vec<Target>, StoreError> {
        let person = self.users.by_name(text).await?;
        let person = person.map(|user| Target { kind: TargetKind::User, id: user.id.0 });
        let number = text.parse().ok();
        let things = [TargetKind::Message, TargetKind::Report, TargetKind::Invitation];
        let things = number.into_iter().flat_map(|id| things.map(|kind| Target { kind, id }));
        Ok(person.into_iter().chain(things).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_by_its_name_which_begins_with_its_target() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(action));
            assert!(action.as_str().starts_with(&format!("{}.", action.kind().as_str())), "{action:?}");
        }
        assert_eq!(Action::parse("user"), None);
    }
}
