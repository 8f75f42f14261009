//! The store of people.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::credential::Credential;
use chatapp_domain::naming::{self, Look, RetiredName};
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::users::{CreateUserError, UserQuery, UserStore};
use chatapp_domain::privacy::{Privacy, PrivacyChange};
use chatapp_domain::session::SessionId;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{DisplayName, EmailKey, Identity, NewUser, User, UserId, Username, UsernameKey};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never, WriteError};
use crate::departures;
use crate::ended::Ended;
use crate::error::{UnitError, is_duplicate};
use crate::recovery;
use crate::rows::{USER, UserRow};
use crate::schema::{feeds, users};

impl Database {
    /// The store of people.
    pub fn users(&self) -> Arc<dyn UserStore> {
        Arc::new(Users(self.clone()))
    }
}

struct Users(Database);

#[async_trait]
impl UserStore for Users {
    async fn create(&self, user: NewUser) -> Result<User, CreateUserError> {
        let outcome = self.0.write(move |connection| insert(connection, &user), |_| ()).await;
        outcome.map_err(|error| match error {
            WriteError::Refused(NameTaken) => CreateUserError::NameTaken,
            WriteError::Store(error) => CreateUserError::Store(error),
        })
    }

    async fn create_many(&self, users: Vec<NewUser>) -> Result<Vec<Result<User, CreateUserError>>, StoreError> {
        let outcomes = self.0.write::<_, Never>(move |connection| insert_all(connection, &users), |_| ()).await?;
        Ok(outcomes.into_iter().map(|outcome| outcome.map_err(|NameTaken| CreateUserError::NameTaken)).collect())
    }

    async fn identify(&self, username: &str) -> Result<Option<Identity>, StoreError> {
        let names = &self.0.memory().names;
        if let Some(identity) = names.get(username) {
            return Ok(Some(identity));
        }
        let since = names.ends(username);
        let identity = self.by_name(username).await?.map(|user| user.identity());
        if let Some(identity) = &identity {
            names.remember(username.to_owned(), identity.clone(), since);
        }
        Ok(identity)
    }

    async fn identify_all(&self, usernames: &[String]) -> Result<Vec<Identity>, StoreError> {
        let names = &self.0.memory().names;
        let mut found: HashMap<&str, Identity> = HashMap::new();
        let mut unknown = BTreeMap::new();
        for name in usernames.iter().filter(|name| may_be_a_name(name)) {
            match names.get(name) {
                Some(identity) => drop(found.insert(name, identity)),
                None => drop(unknown.insert(name.clone(), names.ends(name))),
            }
        }
        let wanted: Vec<String> = unknown.keys().cloned().collect();
        let rows = if wanted.is_empty() { Vec::new() } else { self.0.look_up_unfiled(|c| named(c, wanted)).await? };
        let read: Vec<Identity> = rows.into_iter().map(|row| User::from(row).identity()).collect();
        for identity in &read {
            let name = identity.username.as_str();
            if let Some(since) = unknown.get(name) {
                names.remember(name.to_owned(), identity.clone(), *since);
            }
            found.insert(name, identity.clone());
        }
        Ok(usernames.iter().filter_map(|name| found.get(name.as_str()).cloned()).collect())
    }

    async fn by_name(&self, username: &str) -> Result<Option<User>, StoreError> {
        if !may_be_a_name(username) {
            return Ok(None);
        }
        let name = username.to_owned();
        self.find(move |connection| {
            let query = users::table.filter(users::username.eq(&name)).select(USER);
            on_engine!(connection, c => query.first(c)).optional()
        })
        .await
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.find(move |connection| users::table.find(id.0).select(USER).first(connection).optional()).await
    }

    async fn credentials(&self, key: &UsernameKey) -> Result<Option<(User, PasswordHash)>, StoreError> {
        let key = key.as_str().to_owned();
        if key.len() > 1800 {
            return Ok(None);
        }
        let found = self.0.read_unfiled(move |connection| {
            users::table
                .filter(users::username_key.eq(key))
                .select((USER, users::password))
                .first::<(UserRow, String)>(connection)
                .optional()
        });
        Ok(found.await?.map(|(row, password)| (row.into(), PasswordHash(password))))
    }

    async fn list(&self, query: UserQuery) -> Result<Vec<User>, StoreError> {
        let rows = self.0.read_late(move |connection| match query.prefix.as_deref().map(UsernameKey::of) {
            Some(prefix) if !prefix.as_str().is_empty() => search(connection, &query, prefix.as_str()),
            _ => everyone(connection, &query),
        });
        Ok(rows.await?.into_iter().map(User::from).collect())
    }

    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        kept: Option<SessionId>,
    ) -> Result<Option<Vec<Credential>>, StoreError> {
        let tombstone = naming::tombstone(id);
        let set = self.0.ending::<_, Never>(move |connection| {
            recovery::end_resets(connection, id.0)?;
            let user = users::table.filter(users::id.eq(id.0).and(users::username.ne(tombstone.as_str())));
            // First this: a log-in or a new token at the same time waits for it, or is there to be ended.
            if diesel::update(user).set(users::password.eq(&password.0)).execute(connection)? == 0 {
                return Ok((false, Ended::default()));
            }
            Ok((true, Ended::all_but(connection, id.0, kept)?))
        });
        let (found, ended) = set.await?;
        Ok(found.then_some(ended))
    }

    async fn renew_hash(&self, id: UserId, old: PasswordHash, new: PasswordHash) -> Result<bool, StoreError> {
        let changed = self.0.write::<_, Never>(
            move |connection| {
                let same = users::table.filter(users::id.eq(id.0).and(users::password.eq(&old.0)));
                Ok(diesel::update(same).set(users::password.eq(&new.0)).execute(connection)?)
            },
            |_| (),
        );
        Ok(changed.await? > 0)
    }

    async fn set_display_name(&self, id: UserId, name: DisplayName) -> Result<(), StoreError> {
        let key = display_key(&name);
        let changed = self.0.write::<_, Never>(
            move |connection| {
                let names = (users::display_name.eq(name.as_str()), users::display_key.eq(&key));
                let person = users::table.filter(users::id.eq(id.0).and(users::is_active.eq(true)));
                diesel::update(person).set(names).execute(connection)?;
                Ok(())
            },
            |_| (),
        );
        Ok(changed.await?)
    }

    async fn set_active(&self, id: UserId, active: bool) -> Result<(), StoreError> {
        let database = self.0.clone();
        let tombstone = naming::tombstone(id);
        let changed = self.0.write::<_, Never>(
            move |connection| {
                let user = users::table.filter(users::id.eq(id.0).and(users::username.ne(tombstone.as_str())));
                diesel::update(user).set(users::is_active.eq(active)).execute(connection)?;
                Ok(())
            },
            move |()| database.memory().forget_credentials(),
        );
        let changed = changed.await;
        if changed.is_err() {
            // Perhaps it was kept, and the answer was lost.
            self.0.memory().forget_credentials();
        }
        Ok(changed?)
    }

    async fn privacy_of(&self, users: Vec<UserId>) -> Result<Vec<(UserId, Privacy)>, StoreError> {
        let wanted: Vec<i64> = users.into_iter().map(|user| user.0).collect();
        let rows = self.0.look_up_unfiled(move |connection| {
            let query = users::table.select((users::id, users::receipts, users::presence));
            match wanted[..] {
                // One at a time is the common case, and its statement can stay prepared.
                [one] => on_engine!(connection, c => query.filter(users::id.eq(one)).load::<(i64, bool, bool)>(c)),
                _ => on_engine!(connection, c => query.filter(users::id.eq_any(wanted)).load(c)),
            }
        });
        let privacy = |(id, receipts, presence)| (UserId(id), Privacy { receipts, presence });
        Ok(rows.await?.into_iter().map(privacy).collect())
    }

    async fn set_privacy(&self, id: UserId, change: PrivacyChange) -> Result<(), StoreError> {
        let changed = self.0.write_aside::<_, Never>(
            move |connection| {
                let user = || diesel::update(users::table.filter(users::id.eq(id.0).and(users::is_active.eq(true))));
                if let Some(receipts) = change.receipts {
                    user().set(users::receipts.eq(receipts)).execute(connection)?;
                }
                if let Some(presence) = change.presence {
                    user().set(users::presence.eq(presence)).execute(connection)?;
                }
                if change.presence == Some(false) {
                    user().set(users::last_seen.eq(None::<i64>)).execute(connection)?;
                }
                Ok(())
            },
            |_| (),
        );
        Ok(changed.await?)
    }

    async fn note_seen(&self, users: Vec<UserId>, at: Timestamp) -> Result<(), StoreError> {
        let (wanted, at): (Vec<i64>, i64) = (users.into_iter().map(|user| user.0).collect(), at.as_micros());
        let noted = self.0.write_aside::<_, Never>(
            move |connection| {
                let is_news = users::last_seen.is_null().or(users::last_seen.lt(at));
                let shared = users::id.eq_any(&wanted).and(users::presence.eq(true));
                let users = users::table.filter(shared).filter(is_news);
                diesel::update(users).set(users::last_seen.eq(Some(at))).execute(connection)?;
                Ok(())
            },
            |_| (),
        );
        Ok(noted.await?)
    }

    async fn count(&self) -> Result<i64, StoreError> {
        self.0.read_unfiled(|connection| users::table.count().get_result(connection)).await
    }
}

impl Users {
    async fn find(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<Option<UserRow>> + Send + 'static,
    ) -> Result<Option<User>, StoreError> {
        Ok(self.0.look_up_unfiled(query).await?.map(User::from))
    }
}

/// What a display name is found by: its beginning, where a compatibility form made it longer than its column.
pub(crate) fn display_key(name: &DisplayName) -> String {
    const MOST_BYTES: usize = 1200;
    let key = UsernameKey::of(name.as_str());
    let end = key.as_str().floor_char_boundary(MOST_BYTES);
    key.as_str()[..end].to_owned()
}

/// No stored name is longer, and a needless look-up of a huge text is not made.
fn may_be_a_name(text: &str) -> bool {
    text.chars().nth(Username::MAX_CHARS).is_none()
}

fn named(connection: &mut AnyConnection, names: Vec<String>) -> QueryResult<Vec<UserRow>> {
    on_engine!(connection, c => users::table.filter(users::username.eq_any(names)).select(USER).load(c))
}

/// The name, or one with the same key, is taken.
#[derive(Debug)]
pub(crate) struct NameTaken;

pub(crate) fn insert(connection: &mut AnyConnection, user: &NewUser) -> Result<User, UnitError<NameTaken>> {
    // Of several people with one address it is the first one's.
    let address = user.email.key().filter(|key| key.as_str().len() <= MOST_KEY_BYTES);
    let free = match &address {
        Some(key) => by_address(connection, key.as_str())?.is_none(),
        None => false,
    };
    match insert_at(connection, user, address.as_ref().filter(|_| free)) {
        Err(InsertError::NameTaken) => Err(UnitError::Refused(NameTaken)),
        // Somebody else was just faster to the address.
        Err(InsertError::AddressTaken) => insert_at(connection, user, None).map_err(|error| match error {
            InsertError::Database(error) => error.into(),
            InsertError::NameTaken | InsertError::AddressTaken => UnitError::Refused(NameTaken),
        }),
        Err(InsertError::Database(error)) => Err(error.into()),
        Ok(user) => Ok(user),
    }
}

/// Addresses are no longer, and neither are their keys.
const MOST_KEY_BYTES: usize = 254;

/// Whose address this is, active or not.
pub(crate) fn by_address(connection: &mut AnyConnection, key: &str) -> QueryResult<Option<UserRow>> {
    users::table.filter(users::email_key.eq(key)).select(USER).first(connection).optional()
}

/// Why a row was not written.
pub(crate) enum InsertError {
    NameTaken,
    AddressTaken,
    Database(diesel::result::Error),
}

impl From<diesel::result::Error> for InsertError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

/// Writes a person who is found by `address`, or by none.
pub(crate) fn insert_at(
    connection: &mut AnyConnection,
    user: &NewUser,
    address: Option<&EmailKey>,
) -> Result<User, InsertError> {
    let key = user.username.key();
    if naming::is_for_tombstones(&key) {
        return Err(InsertError::NameTaken);
    }
    let row = (
        users::username.eq(user.username.as_str()),
        users::username_key.eq(key.as_str()),
        users::email.eq(user.email.as_str()),
        users::password.eq(&user.password.0),
        users::is_superuser.eq(user.is_superuser),
        users::joined_at.eq(user.joined_at.as_micros()),
        users::email_key.eq(address.map(EmailKey::as_str)),
        users::look.eq(Some(Look::of(&user.username).0.to_vec())),
    );
    let by_key = || users::table.filter(users::username_key.eq(key.as_str()));
    let written = diesel::insert_into(users::table).values(row).execute(connection);
    if written.as_ref().is_err_and(is_duplicate) {
        let taken: Option<i64> = by_key().select(users::id).first(connection).optional()?;
        return Err(taken.map_or(InsertError::AddressTaken, |_| InsertError::NameTaken));
    }
    written?;
    // Only now: whoever had the name may have left just before the row could be written.
    if departures::is_retired(connection, RetiredName::of(&key))? {
        return Err(InsertError::NameTaken);
    }
    let row: UserRow = by_key().select(USER).first(connection)?;
    diesel::insert_into(feeds::table).values(feeds::user_id.eq(row.id)).execute(connection)?;
    Ok(row.into())
}

fn insert_all<E>(
    connection: &mut AnyConnection,
    users: &[NewUser],
) -> Result<Vec<Result<User, NameTaken>>, UnitError<E>> {
    let mut outcomes = Vec::with_capacity(users.len());
    for user in users {
        outcomes.push(match connection.transaction(|connection| insert(connection, user)) {
            Ok(user) => Ok(user),
            Err(UnitError::Refused(taken)) => Err(taken),
            Err(UnitError::Database(error)) => return Err(error.into()),
        });
    }
    Ok(outcomes)
}

fn everyone(connection: &mut AnyConnection, query: &UserQuery) -> QueryResult<Vec<UserRow>> {
    users::table
        .filter(users::is_active.eq(true).and(users::id.ne(query.except.0)))
        .filter(users::username.gt(query.after.as_deref().unwrap_or_default()))
        .order(users::username)
        .limit(query.limit)
        .select(USER)
        .load(connection)
}

/// People whose name or display name starts with `prefix`, each found by a range of an index rather than by a pattern.
fn search(connection: &mut AnyConnection, query: &UserQuery, prefix: &str) -> QueryResult<Vec<UserRow>> {
    let past = format!("{prefix}\u{10ffff}");
    let after = query.after.as_deref().map(|name| UsernameKey::of(name).as_str().to_owned()).unwrap_or_default();
    let candidates = || {
        users::table
            .filter(users::is_active.eq(true).and(users::id.ne(query.except.0)))
            .filter(users::username_key.gt(&after))
            .order(users::username_key)
            .limit(query.limit)
            .select((USER, users::username_key))
    };
    let by_name = candidates().filter(users::username_key.ge(prefix).and(users::username_key.lt(&past)));
    let mut found: Vec<(UserRow, String)> = by_name.load(connection)?;
    let by_display = candidates().filter(users::display_key.ge(prefix).and(users::display_key.lt(&past)));
    found.extend(by_display.load::<(UserRow, String)>(connection)?);
    found.sort_by(|one, other| one.1.cmp(&other.1));
    found.dedup_by(|one, other| one.1 == other.1);
    found.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    Ok(found.into_iter().map(|(row, _)| row).collect())
}
