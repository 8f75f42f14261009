//! The store of the log. The other stores write their entries with [`write()`], inside of what they log.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::audit::{Detail, Entry, EntryId, Fact, NewEntry, Target, TargetKind};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::audit::{AuditQuery, AuditStore};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::Username;
use diesel::prelude::*;
use serde_json::{Map, Value};

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::schema::{admin_log, users};

impl Database {
    /// The store of the log.
    pub fn audit(&self) -> Arc<dyn AuditStore> {
        Arc::new(Log(self.clone()))
    }
}

struct Log(Database);

#[derive(Queryable)]
struct EntryRow {
    id: i64,
    happened_at: i64,
    actor: Option<String>,
    action: String,
    target_kind: String,
    target_id: i64,
    target: Option<String>,
    detail: String,
    address: Option<String>,
}

#[async_trait]
impl AuditStore for Log {
    async fn write(&self, entry: NewEntry) -> Result<(), StoreError> {
        Ok(self.0.write_aside::<_, Never>(move |connection| Ok(write(connection, &entry)?), |()| ()).await?)
    }

    async fn list(&self, query: AuditQuery) -> Result<Vec<Entry>, StoreError> {
        self.0.read_unfiled(move |connection| list(connection, &query)).await
    }
}

/// Adds an entry, in the transaction that is open.
pub(crate) fn write(connection: &mut AnyConnection, entry: &NewEntry) -> QueryResult<()> {
    let row = (
        admin_log::happened_at.eq(entry.actor.at.as_micros()),
        admin_log::actor_id.eq(entry.actor.user.map(|user| user.0)),
        admin_log::action.eq(entry.action.as_str()),
        admin_log::target_kind.eq(entry.target.kind.as_str()),
        admin_log::target_id.eq(entry.target.id),
        admin_log::detail.eq(text_of(&entry.detail)),
        admin_log::address.eq(entry.actor.address.map(|address| address.to_string())),
    );
    diesel::insert_into(admin_log::table).values(row).execute(connection).map(drop)
}

fn list(connection: &mut AnyConnection, query: &AuditQuery) -> QueryResult<Vec<Entry>> {
    let rows = match &query.targets {
        None => rows(connection, query, None)?,
        // Each by a range of an index of its own.
        Some(targets) => {
            let mut found = Vec::new();
            for target in targets {
                found.extend(rows(connection, query, Some(*target))?);
            }
            found.sort_by_key(|row: &EntryRow| std::cmp::Reverse(row.id));
            found.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
            found
        }
    };
    Ok(rows.into_iter().map(Entry::from).collect())
}

fn rows(connection: &mut AnyConnection, query: &AuditQuery, target: Option<Target>) -> QueryResult<Vec<EntryRow>> {
    let (actors, targets) = diesel::alias!(users as actors, users as targets);
    let is_person = admin_log::target_kind.eq(TargetKind::User.as_str());
    let all = || {
        admin_log::table
            .left_join(actors.on(actors.field(users::id).nullable().eq(admin_log::actor_id)))
            .left_join(targets.on(targets.field(users::id).eq(admin_log::target_id).and(is_person)))
            .filter(admin_log::id.lt(query.before.map_or(i64::MAX, |id| id.0)))
            .order(admin_log::id.desc())
            .limit(query.limit)
            .select((
                admin_log::id,
                admin_log::happened_at,
                actors.field(users::username).nullable(),
                admin_log::action,
                admin_log::target_kind,
                admin_log::target_id,
                targets.field(users::username).nullable(),
                admin_log::detail,
                admin_log::address,
            ))
    };
    on_engine!(connection, c => {
        let mut wanted = all().into_boxed();
        if let Some(actor) = query.actor {
            wanted = wanted.filter(admin_log::actor_id.eq(actor.0));
        }
        if let Some(action) = query.action {
            wanted = wanted.filter(admin_log::action.eq(action.as_str()));
        }
        if let Some(Target { kind, id }) = target {
            wanted = wanted.filter(admin_log::target_kind.eq(kind.as_str()).and(admin_log::target_id.eq(id)));
        }
        wanted.load(c)
    })
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        let number = if row.target_id == 0 { String::new() } else { row.target_id.to_string() };
        Self {
            id: EntryId(row.id),
            at: Timestamp::from_micros(row.happened_at),
            actor: row.actor.map(Username::from_store),
            action: row.action,
            target_kind: row.target_kind,
            target: row.target.unwrap_or(number),
            detail: detail_of(&row.detail),
            address: row.address,
        }
    }
}

/// Details as JSON, which a newer program may have written.
fn text_of(detail: &Detail) -> String {
    let value = |fact: &Fact| match fact {
        Fact::Text(text) => Value::from(text.as_str()),
        Fact::Number(number) => Value::from(*number),
        Fact::Flag(flag) => Value::from(*flag),
    };
    let map: Map<String, Value> = detail.iter().map(|(name, fact)| (name.clone(), value(fact))).collect();
    Value::Object(map).to_string()
}

fn detail_of(text: &str) -> Detail {
    let map: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let fact = |value: Value| match value {
        Value::Bool(flag) => Fact::Flag(flag),
        Value::Number(number) => number.as_i64().map_or_else(|| Fact::Text(number.to_string()), Fact::Number),
        Value::String(text) => Fact::Text(text),
        other => Fact::Text(other.to_string()),
    };
    map.into_iter().map(|(name, value)| (name, fact(value))).collect()
}
