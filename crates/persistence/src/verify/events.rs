//! Each person's events against their counters.

use diesel::prelude::*;

use super::{Finding, Work, at_one_moment};
use crate::connection::{AnyConnection, on_engine};
use crate::rows::{FEED, FeedRow};
use crate::schema::{blocks, events, feeds, messages};

/// How many people are looked at together.
const STRIDE: i64 = 500;
/// How many places are looked at together.
const WINDOW: i64 = 20_000;

pub(super) fn check(connection: &mut AnyConnection, work: &mut Work<'_>) -> QueryResult<()> {
    let mut after = i64::MIN;
    loop {
        let query = feeds::table.filter(feeds::user_id.gt(after)).order(feeds::user_id).limit(STRIDE).select(FEED);
        let some: Vec<FeedRow> = on_engine!(connection, c => query.load(c))?;
        let Some(last) = some.last().map(|feed| feed.user_id) else { return Ok(()) };
        for feed in &some {
            if !compare(connection, feed)?.is_empty() {
                let findings = at_one_moment(connection, |connection| recheck(connection, feed.user_id))?;
                work.found(findings);
            }
        }
        work.step(some.len() as u64);
        after = last;
    }
}

/// The findings about one person.
fn recheck(connection: &mut AnyConnection, user: i64) -> QueryResult<Vec<Finding>> {
    let feed = feeds::table.find(user).select(FEED);
    let feed: Option<FeedRow> = on_engine!(connection, c => feed.first(c)).optional()?;
    let Some(feed) = feed else { return Ok(Vec::new()) };
    let mut wrong = compare(connection, &feed)?;
    if let Some(pos) = beyond(connection, &feed)? {
        wrong.push(format!("there is an event at {pos}, after last_pos {}", feed.last_pos));
    }
    Ok(wrong.into_iter().map(|what| Finding { about: format!("user {user}"), what }).collect())
}

/// What does not fit a person's counters. Whatever was committed since they were read stands after `last_pos`.
fn compare(connection: &mut AnyConnection, feed: &FeedRow) -> QueryResult<Vec<String>> {
    let FeedRow { user_id, last_pos, forgotten_pos, message_count, block_count } = *feed;
    let mut wrong = Vec::new();
    if forgotten_pos > last_pos {
        wrong.push(format!("forgotten_pos {forgotten_pos} is after last_pos {last_pos}"));
    }
    let (mut start, mut counted) = (0, 0);
    while start < last_pos {
        let end = last_pos.min(start + WINDOW);
        let places = Places::load(connection, user_id, start, end)?;
        counted += places.messages;
        wrong.extend(places.gaps(start.max(forgotten_pos), end));
        start = end;
    }
    if counted != message_count {
        wrong.push(format!("message_count is {message_count}, by the rows {counted}"));
    }
    let around = blocks::table.filter(blocks::blocker_id.eq(user_id)).count();
    let mut around: i64 = on_engine!(connection, c => around.get_result(c))?;
    let by_others = blocks::table.filter(blocks::blocked_id.eq(user_id)).count();
    around += on_engine!(connection, c => by_others.get_result::<i64>(c))?;
    // One too many costs a look; one too few would let a block be passed over.
    if around > block_count {
        wrong.push(format!("block_count is {block_count}, by the rows {around}"));
    }
    Ok(wrong)
}

/// What stands at some places of a person's events.
struct Places {
    /// Ascending.
    taken: Vec<i64>,
    messages: i64,
}

impl Places {
    fn load(connection: &mut AnyConnection, user: i64, after: i64, to: i64) -> QueryResult<Self> {
        let pos = messages::sender_pos;
        let sent = messages::table.filter(messages::sender_id.eq(user).and(pos.gt(after)).and(pos.le(to))).select((
            pos,
            messages::recipient_id,
            messages::recipient_pos,
        ));
        let sent: Vec<(i64, i64, i64)> = on_engine!(connection, c => sent.load(c))?;
        let pos = messages::recipient_pos;
        let received = messages::table
            .filter(messages::recipient_id.eq(user).and(messages::sender_id.ne(user)))
            .filter(pos.gt(after).and(pos.le(to)))
            .select(pos);
        let mut taken: Vec<i64> = on_engine!(connection, c => received.load(c))?;
        // A note to oneself has one place; if it had two, the second would be taken twice or left out.
        taken.extend(sent.iter().filter(|(sent, to, received)| *to == user && received != sent).map(|(.., pos)| *pos));
        taken.extend(sent.iter().map(|(pos, ..)| *pos));
        let messages = i64::try_from(taken.len()).unwrap_or(i64::MAX);
        let others = events::table
            .filter(events::user_id.eq(user).and(events::pos.gt(after)).and(events::pos.le(to)))
            .select(events::pos);
        taken.extend(on_engine!(connection, c => others.load::<i64>(c))?);
        taken.sort_unstable();
        Ok(Self { taken, messages })
    }

    /// What is wrong with the places after one, up to another.
    fn gaps(&self, after: i64, to: i64) -> Vec<String> {
        let twice = self.taken.windows(2).filter(|two| two[0] == two[1]);
        let mut wrong: Vec<String> = twice.map(|two| format!("place {} is taken twice", two[0])).collect();
        let mut expected = after + 1;
        for pos in self.taken.iter().copied().filter(|pos| *pos > after).chain([to + 1]) {
            match pos - expected {
                1 => wrong.push(format!("place {expected} is not taken")),
                2.. => wrong.push(format!("places {expected} to {} are not taken", pos - 1)),
                _ => {}
            }
            expected = expected.max(pos + 1);
        }
        wrong
    }
}

fn beyond(connection: &mut AnyConnection, feed: &FeedRow) -> QueryResult<Option<i64>> {
    let (user, last) = (feed.user_id, feed.last_pos);
    let sent = messages::table.filter(messages::sender_id.eq(user).and(messages::sender_pos.gt(last)));
    let sent: Option<i64> =
        on_engine!(connection, c => sent.order(messages::sender_pos).select(messages::sender_pos).first(c))
            .optional()?;
    let received = messages::table.filter(messages::recipient_id.eq(user).and(messages::recipient_pos.gt(last)));
    let received = received.order(messages::recipient_pos).select(messages::recipient_pos);
    let received: Option<i64> = on_engine!(connection, c => received.first(c)).optional()?;
    let others = events::table.filter(events::user_id.eq(user).and(events::pos.gt(last)));
    let others: Option<i64> =
        on_engine!(connection, c => others.order(events::pos).select(events::pos).first(c)).optional()?;
    Ok(sent.or(received).or(others))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(taken: &[i64], after: i64, to: i64) -> Vec<String> {
        Places { taken: taken.to_vec(), messages: 0 }.gaps(after, to)
    }

    #[test]
    fn every_place_is_taken_once() {
        assert!(wrong(&[1, 2, 3], 0, 3).is_empty());
        assert!(wrong(&[1, 3, 4], 2, 4).is_empty(), "what is forgotten may be missing");
        assert_eq!(wrong(&[1, 3], 0, 3), ["place 2 is not taken"]);
        assert_eq!(wrong(&[], 0, 3), ["places 1 to 3 are not taken"]);
        assert_eq!(wrong(&[1, 2, 2, 3], 0, 3), ["place 2 is taken twice"]);
    }
}
