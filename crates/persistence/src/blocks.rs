//! The store of blocks. Each block is counted in both people's feed rows, which every send reads and locks: whoever is in
//! no block costs a send nothing, and of a send and a block at once the later sees the earlier.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::block::Blocks;
use chatapp_domain::conversation::Pair;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::blocks::{AddBlockError, BlockStore};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never, WriteError};
use crate::error::UnitError;
use crate::rows::{FeedRow, USER, UserRow, lock_feeds};
use crate::schema::{blocks, feeds, users};

/// Whether either of a pair blocks the other.
macro_rules! is_between {
    ($connection:expr, $pair:expr) => {{
        use diesel::prelude::*;
        use $crate::schema::blocks;
        let (low, high) = ($pair.low().0, $pair.high().0);
        let one_way = blocks::blocker_id.eq(low).and(blocks::blocked_id.eq(high));
        let other_way = blocks::blocker_id.eq(high).and(blocks::blocked_id.eq(low));
        let found = blocks::table.filter(one_way.or(other_way)).select(blocks::blocker_id);
        found.first::<i64>($connection).optional().map(|found| found.is_some())
    }};
}
pub(crate) use is_between;

impl Database {
    /// The store of blocks.
    pub fn blocks(&self) -> Arc<dyn BlockStore> {
        Arc::new(BlockTable(self.clone()))
    }
}

struct BlockTable(Database);

/// The store's own refusals.
enum Refusal {
    TooMany,
    NoSuchUser,
}

#[async_trait]
impl BlockStore for BlockTable {
    async fn add(&self, blocker: UserId, blocked: UserId, now: Timestamp) -> Result<bool, AddBlockError> {
        let added = self.0.write(move |connection| add(connection, blocker, blocked, now), |_| ());
        added.await.map_err(|error| match error {
            WriteError::Refused(Refusal::TooMany) => AddBlockError::TooMany,
            WriteError::Refused(Refusal::NoSuchUser) => AddBlockError::NoSuchUser,
            WriteError::Store(error) => AddBlockError::Store(error),
        })
    }

    async fn remove(&self, blocker: UserId, blocked: UserId) -> Result<bool, StoreError> {
        Ok(self.0.write::<_, Never>(move |connection| remove(connection, blocker, blocked), |_| ()).await?)
    }

    async fn list(&self, blocker: UserId) -> Result<Vec<User>, StoreError> {
        let rows = self.0.read_unfiled(move |connection| {
            let query = blocks::table
                .inner_join(users::table.on(users::id.eq(blocks::blocked_id)))
                .filter(blocks::blocker_id.eq(blocker.0))
                .select(USER);
            on_engine!(connection, c => query.load::<UserRow>(c))
        });
        let mut people: Vec<User> = rows.await?.into_iter().map(User::from).collect();
        people.sort_by(|one, other| one.username.cmp(&other.username));
        Ok(people)
    }

    async fn around(&self, user: UserId) -> Result<Blocks, StoreError> {
        self.0
            .look_up_unfiled(move |connection| {
                let count = feeds::table.find(user.0).select(feeds::block_count);
                let count: Option<i64> = on_engine!(connection, c => count.first(c)).optional()?;
                if count.unwrap_or_default() == 0 {
                    return Ok(Blocks::default());
                }
                let theirs = blocks::table.filter(blocks::blocker_id.eq(user.0)).select(blocks::blocked_id);
                let others = blocks::table.filter(blocks::blocked_id.eq(user.0)).select(blocks::blocker_id);
                let (blocked, blockers): (Vec<i64>, Vec<i64>) =
                    on_engine!(connection, c => (theirs.load(c)?, others.load(c)?));
                let set = |ids: Vec<i64>| ids.into_iter().map(UserId).collect();
                Ok(Blocks { blocked: set(blocked), blockers: set(blockers) })
            })
            .await
    }

    async fn keeps_apart(&self, one: UserId, other: UserId) -> Result<bool, StoreError> {
        let pair = Pair::of(one, other);
        self.0.read_unfiled(move |connection| on_engine!(connection, c => is_between!(c, pair))).await
    }
}

fn add(
    connection: &mut AnyConnection,
    blocker: UserId,
    blocked: UserId,
    now: Timestamp,
) -> Result<bool, UnitError<Refusal>> {
    let feeds = lock_feeds(connection, Pair::of(blocker, blocked))?;
    if feeds.len() < 2 {
        return Err(UnitError::Refused(Refusal::NoSuchUser));
    }
    let this = blocks::table.find((blocker.0, blocked.0)).select(blocks::created_at);
    if this.first::<i64>(connection).optional()?.is_some() {
        return Ok(false);
    }
    let theirs = blocks::table.filter(blocks::blocker_id.eq(blocker.0)).count();
    let count: i64 = theirs.get_result(connection)?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= Blocks::MOST {
        return Err(UnitError::Refused(Refusal::TooMany));
    }
    let row =
        (blocks::blocker_id.eq(blocker.0), blocks::blocked_id.eq(blocked.0), blocks::created_at.eq(now.as_micros()));
    diesel::insert_into(blocks::table).values(row).execute(connection)?;
    count_blocks(connection, &feeds, 1)?;
    Ok(true)
}

fn remove<E>(connection: &mut AnyConnection, blocker: UserId, blocked: UserId) -> Result<bool, UnitError<E>> {
    let feeds = lock_feeds(connection, Pair::of(blocker, blocked))?;
    let removed = diesel::delete(blocks::table.find((blocker.0, blocked.0))).execute(connection)?;
    if removed > 0 {
        count_blocks(connection, &feeds, -1)?;
    }
    Ok(removed > 0)
}

/// Counts one block more or less for both people, whose rows are locked.
fn count_blocks(connection: &mut AnyConnection, feeds: &[FeedRow], change: i64) -> QueryResult<()> {
    for feed in feeds {
        let row = diesel::update(feeds::table.find(feed.user_id));
        row.set(feeds::block_count.eq(feed.block_count + change)).execute(connection)?;
    }
    Ok(())
}
