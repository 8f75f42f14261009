//! The log in memory.

use async_trait::async_trait;
use chatapp_domain::audit::{Entry, EntryId, NewEntry, TargetKind};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::audit::{AuditQuery, AuditStore};
use chatapp_domain::user::{UserId, Username};

use super::{MemoryStores, State, count};

#[async_trait]
impl AuditStore for MemoryStores {
    async fn write(&self, entry: NewEntry) -> Result<(), StoreError> {
        self.unit(|state| state.log.push(entry))
    }

    async fn list(&self, query: AuditQuery) -> Result<Vec<Entry>, StoreError> {
        self.unit(|state| {
            let newest_first = (1..).map(EntryId).zip(&state.log).collect::<Vec<_>>().into_iter().rev();
            let wanted = newest_first.filter(|(id, entry)| is_wanted(&query, *id, entry));
            wanted.map(|(id, entry)| state.entry(id, entry)).take(count(query.limit)).collect()
        })
    }
}

fn is_wanted(query: &AuditQuery, id: EntryId, entry: &NewEntry) -> bool {
    query.before.is_none_or(|before| id < before)
        && query.actor.is_none_or(|actor| entry.actor.user == Some(actor))
        && query.action.is_none_or(|action| entry.action == action)
        && query.targets.as_ref().is_none_or(|targets| targets.contains(&entry.target))
}

impl State {
    fn entry(&self, id: EntryId, entry: &NewEntry) -> Entry {
        let name = |id| self.users.get(&id).map(|person| person.user.username.clone());
        let target = match (entry.target.kind, entry.target.id) {
            (_, 0) => String::new(),
            (TargetKind::User, id) => name(UserId(id)).as_ref().map_or(id.to_string(), Username::to_string),
            (_, id) => id.to_string(),
        };
        Entry {
            id,
            at: entry.actor.at,
            actor: entry.actor.user.and_then(name),
            action: entry.action.as_str().to_owned(),
            target_kind: entry.target.kind.as_str().to_owned(),
            target,
            detail: entry.detail.clone(),
            address: entry.actor.address.map(|address| address.to_string()),
        }
    }
}
