//! Taking out of the index what is not there any more.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::geometry::{TOP, shards, width};
use crate::connection::{AnyConnection, on_engine};
use crate::schema::search_blocks;

/// Takes back every dictionary that knows the messages at these places of people's events. What no dictionary tells is
/// read, so nothing else is missed. The newest of the lowest ones, which says how far the index has got, is left empty.
pub(crate) fn forget(connection: &mut AnyConnection, places: &[(i64, i64)]) -> QueryResult<()> {
    let mut people: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for (user, pos) in places {
        people.entry(*user).or_default().insert(*pos);
    }
    for (user, places) in people {
        let Some(newest) = newest(connection, user)? else { continue };
        for level in 0..=TOP {
            let mut blocks: BTreeSet<i64> = places.iter().map(|pos| pos / width(level)).collect();
            if level == 0 {
                blocks.retain(|block| *block <= newest);
                empty(connection, user, newest, blocks.remove(&newest))?;
            }
            delete(connection, user, level, blocks)?;
        }
    }
    Ok(())
}

fn newest(connection: &mut AnyConnection, user: i64) -> QueryResult<Option<i64>> {
    let newest = search_blocks::table
        .filter(search_blocks::user_id.eq(user).and(search_blocks::level.eq(0)).and(search_blocks::shard.eq(0)))
        .order(search_blocks::block.desc())
        .select(search_blocks::block);
    on_engine!(connection, c => newest.first(c)).optional()
}

fn empty(connection: &mut AnyConnection, user: i64, block: i64, is_meant: bool) -> QueryResult<()> {
    if !is_meant {
        return Ok(());
    }
    let this = search_blocks::table.find((user, 0, 0, block));
    diesel::update(this).set(search_blocks::terms.eq(Vec::<u8>::new())).execute(connection).map(drop)
}

fn delete(connection: &mut AnyConnection, user: i64, level: i16, blocks: BTreeSet<i64>) -> QueryResult<()> {
    if blocks.is_empty() {
        return Ok(());
    }
    let all: Vec<i16> = (0..shards(level)).collect();
    let these = search_blocks::table
        .filter(search_blocks::user_id.eq(user).and(search_blocks::level.eq(level)))
        .filter(search_blocks::shard.eq_any(all).and(search_blocks::block.eq_any(blocks)));
    on_engine!(connection, c => diesel::delete(these).execute(c)).map(drop)
}
