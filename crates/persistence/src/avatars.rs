//! The store of people's pictures.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::avatar::Avatar;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::avatars::AvatarStore;
use chatapp_domain::user::UserId;
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::error::UnitError;
use crate::schema::{avatars, users};

impl Database {
    /// The store of people's pictures.
    pub fn avatars(&self) -> Arc<dyn AvatarStore> {
        Arc::new(Avatars(self.clone()))
    }
}

struct Avatars(Database);

#[async_trait]
impl AvatarStore for Avatars {
    async fn put(&self, user: UserId, avatar: Avatar) -> Result<bool, StoreError> {
        let kept = self.0.write_aside::<_, Never>(move |connection| put(connection, user.0, &avatar), |_| ());
        Ok(kept.await?)
    }

    async fn remove(&self, user: UserId) -> Result<(), StoreError> {
        let removed = self.0.write_aside::<_, Never>(
            move |connection| {
                diesel::update(users::table.find(user.0)).set(users::avatar.eq(None::<&str>)).execute(connection)?;
                Ok(forget(connection, user.0)?)
            },
            |()| (),
        );
        Ok(removed.await?)
    }

    async fn of(&self, username: &str) -> Result<Option<Avatar>, StoreError> {
        let name = username.to_owned();
        let found = self.0.read_unfiled(move |connection| {
            let query = avatars::table
                .inner_join(users::table.on(users::id.eq(avatars::user_id)))
                .filter(users::username.eq(name))
                .select(avatars::jpeg);
            on_engine!(connection, c => query.first::<Vec<u8>>(c)).optional()
        });
        Ok(found.await?.map(Avatar::from_jpeg))
    }
}

/// Whoever replaces a picture holds the person's row first, so that the version is always the kept picture's.
fn put<E>(connection: &mut AnyConnection, user: i64, avatar: &Avatar) -> Result<bool, UnitError<E>> {
    let person = || users::table.filter(users::id.eq(user).and(users::is_active.eq(true)));
    // MySQL counts only rows that change, and the same picture would change none.
    diesel::update(person()).set(users::avatar.eq(None::<&str>)).execute(connection)?;
    let version = users::avatar.eq(Some(avatar.version().as_str()));
    if diesel::update(person()).set(version).execute(connection)? == 0 {
        return Ok(false);
    }
    forget(connection, user)?;
    let row = (avatars::user_id.eq(user), avatars::jpeg.eq(avatar.jpeg()));
    diesel::insert_into(avatars::table).values(row).execute(connection)?;
    Ok(true)
}

/// Deletes the picture itself.
pub(crate) fn forget(connection: &mut AnyConnection, user: i64) -> QueryResult<()> {
    diesel::delete(avatars::table.find(user)).execute(connection).map(drop)
}
