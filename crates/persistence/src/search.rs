//! The store of messages as they are looked for: an index of blocks, and the messages themselves.
//!
//! Each person's events are cut into blocks of 64 ([`geometry`]). A full block gets a dictionary ([`dictionary`]): which
//! terms occur in it, and at which of its places. 64 of them get one that says which term occurs in which of them, and so
//! on. A search goes down from the largest blocks, the newest first, and reads the messages that it is left with; what is
//! in no block yet it reads as well. So the index may lag behind as it likes, and is written once for each block, with one
//! short write.

mod build;
mod dictionary;
mod forgetting;
mod geometry;
mod rows;
mod walk;

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::event::Pos;
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::search::{BLOCK, SearchStore, Walked};
use chatapp_domain::search::{Found, SearchQuery};
use chatapp_domain::user::{Identity, UserId};
use diesel::prelude::*;

pub(crate) use self::forgetting::forget;
use self::walk::Walk;
use crate::connection::{AnyConnection, on_engine};
use crate::database::{Database, Never};
use crate::schema::{feeds, search_blocks};

impl Database {
    /// The store of messages as they are looked for.
    pub fn search(&self) -> Arc<dyn SearchStore> {
        Arc::new(Index(self.clone()))
    }
}

struct Index(Database);

#[async_trait]
impl SearchStore for Index {
    async fn search(
        &self,
        me: &Identity,
        query: &SearchQuery,
        peer: Option<UserId>,
        before: Option<Pos>,
        size: PageSize,
    ) -> Result<Found, StoreError> {
        let (me, query) = (me.clone(), query.clone());
        self.0.read_late(move |connection| Walk::new(&me, &query, peer, before, size).run(connection)).await
    }

    async fn index_next(&self, user: UserId) -> Result<bool, StoreError> {
        // Everything but the write itself is done on a reader's connection, beside whoever sends.
        let rows = self.0.read(move |connection| build::next_block(connection, user.0)).await?;
        if rows.is_empty() {
            return Ok(false);
        }
        self.0.write_aside::<_, Never>(move |connection| Ok(build::save(connection, &rows)?), |()| ()).await?;
        Ok(true)
    }

    async fn lagging(&self, after: UserId, limit: i64) -> Result<Walked, StoreError> {
        self.0.read(move |connection| lagging(connection, after.0, limit)).await
    }
}

fn lagging(connection: &mut AnyConnection, after: i64, limit: i64) -> QueryResult<Walked> {
    let newest = search_blocks::table
        .filter(search_blocks::user_id.eq(feeds::user_id))
        .filter(search_blocks::level.eq(0).and(search_blocks::shard.eq(0)))
        .order(search_blocks::block.desc())
        .select(search_blocks::block)
        .limit(1)
        .single_value();
    let query = feeds::table.filter(feeds::user_id.gt(after)).order(feeds::user_id).limit(limit).select((
        feeds::user_id,
        feeds::last_pos,
        newest,
    ));
    let rows: Vec<(i64, i64, Option<i64>)> = on_engine!(connection, c => query.load(c))?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|length| length == limit);
    let next = rows.last().filter(|_| is_full).map(|(user, ..)| UserId(*user));
    let lags = |(_, last_pos, newest): &(i64, i64, Option<i64>)| {
        let full = (last_pos + 1) / BLOCK;
        newest.map_or(0, |newest| newest + 1) < full
    };
    Ok(Walked { lagging: rows.iter().filter(|row| lags(row)).map(|(user, ..)| UserId(*user)).collect(), next })
}
