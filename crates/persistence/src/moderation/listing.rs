//! Lists of everybody's messages. Each is a walk down one index, from where the page before ended, past what is not meant;
//! how far one request walks is bounded.

use std::ops::Range;

use chatapp_domain::conversation::Pair;
use chatapp_domain::message::Message;
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::moderation::{Listed, MessageFilter, Place};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Identity, UserId, Username};
use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::days::Days;
use crate::rows::{MESSAGE, MessageRow};
use crate::schema::{conversations, messages, users};

/// How many messages one request looks at: some 30 ms of work.
const WORK: usize = 10_000;
/// How many are fetched together at most, and at least.
const MOST: i64 = 1_000;
const LEAST: i64 = 100;
/// How many people's messages one request lists one after the other.
const PEOPLE: i64 = 50;

/// A message and where it stands in the order of a walk.
type Row = (i64, MessageRow);

/// Which index is walked down.
enum Walk {
    /// All messages by their numbers.
    Numbers,
    /// What somebody sent, received, or either, by its places among their events.
    Sent(i64),
    Received(i64),
    Of(i64),
    /// What two people said to each other, by its places in their conversation.
    Conversation(i64),
}

/// One request under way.
struct Search<'a> {
    filter: &'a MessageFilter,
    wanted: usize,
    found: Vec<Row>,
    work: usize,
}

pub(super) fn list(
    connection: &mut AnyConnection,
    filter: &MessageFilter,
    from: Option<Place>,
    size: PageSize,
) -> QueryResult<Listed> {
    let wanted = usize::try_from(size.get()).unwrap_or_default();
    let mut search = Search { filter, wanted, found: Vec::new(), work: 0 };
    if filter.name.is_some() {
        return search.of_people(connection, from);
    }
    let before = from.map_or(i64::MAX, |place| place.before);
    let next = match (filter.sender, filter.recipient) {
        (None, None) if filter.period.is_some() => search.of_days(connection, before)?,
        (None, None) => search.go(connection, &Walk::Numbers, i64::MIN..before)?,
        (Some(sender), None) => search.go(connection, &Walk::Sent(sender.0), i64::MIN..before)?,
        (None, Some(recipient)) => search.go(connection, &Walk::Received(recipient.0), i64::MIN..before)?,
        (Some(sender), Some(recipient)) => match conversation(connection, sender, recipient)? {
            Some(conversation) => search.go(connection, &Walk::Conversation(conversation), i64::MIN..before)?,
            None => None,
        },
    };
    search.answer(connection, next.map(|before| Place { person: None, before }))
}

/// The number of the conversation of two people.
pub(super) fn conversation(connection: &mut AnyConnection, one: UserId, other: UserId) -> QueryResult<Option<i64>> {
    let pair = Pair::of(one, other);
    let query = conversations::table
        .filter(conversations::low_id.eq(pair.low().0).and(conversations::high_id.eq(pair.high().0)))
        .select(conversations::id);
    on_engine!(connection, c => query.first(c)).optional()
}

/// People whose names begin with `prefix`, after the one with a key, in the order of their keys.
pub(super) fn next_named(
    connection: &mut AnyConnection,
    prefix: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<(i64, String)>> {
    let (prefix, past) = (prefix.to_owned(), format!("{prefix}\u{10ffff}"));
    let named = users::username_key.ge(prefix).and(users::username_key.lt(past));
    let query = users::table
        .filter(named.and(users::username_key.gt(after.to_owned())))
        .order(users::username_key)
        .limit(limit)
        .select((users::id, users::username_key));
    on_engine!(connection, c => query.load(c))
}

impl Search<'_> {
    /// Walks down an index over a stretch of it. Gives where to go on if there is or may be more.
    fn go(&mut self, connection: &mut AnyConnection, walk: &Walk, stretch: Range<i64>) -> QueryResult<Option<i64>> {
        let mut before = stretch.end;
        // What is looked for is likely near if nothing else is asked.
        let mut at_once = i64::try_from(self.wanted).unwrap_or(MOST).clamp(LEAST, MOST);
        loop {
            let rows = walk.rows(connection, stretch.start, before, at_once)?;
            let is_last = i64::try_from(rows.len()).is_ok_and(|length| length < at_once);
            for row in rows {
                before = row.0;
                self.work += 1;
                if self.admits(&row.1) {
                    self.found.push(row);
                    if self.found.len() > self.wanted {
                        // There is one more than wanted: the next page begins with it.
                        self.found.pop();
                        return Ok(Some(before + 1));
                    }
                }
            }
            if is_last {
                return Ok(None);
            }
            if self.work >= WORK {
                return Ok(Some(before));
            }
            at_once = MOST;
        }
    }

    fn admits(&self, row: &MessageRow) -> bool {
        let (sender, recipient) = (UserId(row.sender_id), UserId(row.recipient_id));
        self.filter.admits(sender, recipient, Timestamp::from_micros(row.sent_at))
            && self.filter.words.as_ref().is_none_or(|words| words.find_in(&row.body).is_some())
    }

    /// Those of some days: only where there are any is looked.
    fn of_days(&mut self, connection: &mut AnyConnection, before: i64) -> QueryResult<Option<i64>> {
        let Some(period) = self.filter.period else { return Ok(None) };
        for Range { start, end } in Days::load(connection)?.with(&period.days()) {
            if start >= before {
                continue;
            }
            if self.work >= WORK {
                return Ok(Some(end.min(before)));
            }
            if let Some(next) = self.go(connection, &Walk::Numbers, start..end.min(before))? {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    /// Those of people whose names begin alike, one person after the other.
    fn of_people(mut self, connection: &mut AnyConnection, from: Option<Place>) -> QueryResult<Listed> {
        let Some(name) = self.filter.name.clone() else { return Ok(Listed::default()) };
        let at = from.and_then(|place| place.person.map(|person| (person.0, place.before)));
        let mut people = Vec::new();
        if let Some((person, _)) = at {
            let key = users::table.find(person).select(users::username_key).first::<String>(connection).optional()?;
            people.extend(key.map(|key| (person, key)));
        }
        let after = people.last().map(|(_, key)| key.clone()).unwrap_or_default();
        people.extend(next_named(connection, name.as_str(), &after, PEOPLE)?);
        let last = people.last().map(|(person, _)| *person);
        for (person, key) in &people {
            let before = at.filter(|(first, _)| first == person).map_or(i64::MAX, |(_, before)| before);
            let others = self.found.len();
            let next = self.go(connection, &Walk::Of(*person), i64::MIN..before)?;
            self.pass_over_those_listed(connection, others, name.as_str(), key, *person)?;
            if let Some(before) = next {
                let place = Place { person: Some(UserId(*person)), before };
                return self.answer(connection, Some(place));
            }
        }
        let is_full = i64::try_from(people.len()).is_ok_and(|length| length >= PEOPLE);
        let next = last.filter(|_| is_full).map(|last| Place { person: Some(UserId(last)), before: i64::MIN });
        self.answer(connection, next)
    }

    /// A message of two such people was listed with the first of them.
    fn pass_over_those_listed(
        &mut self,
        connection: &mut AnyConnection,
        from: usize,
        prefix: &str,
        key: &str,
        person: i64,
    ) -> QueryResult<()> {
        let peer = |row: &MessageRow| if row.sender_id == person { row.recipient_id } else { row.sender_id };
        let mut peers: Vec<i64> = self.found[from..].iter().map(|(_, row)| peer(row)).collect();
        peers.sort_unstable();
        peers.dedup();
        if peers.is_empty() {
            return Ok(());
        }
        let query = users::table.filter(users::id.eq_any(peers)).select((users::id, users::username_key));
        let keys: Vec<(i64, String)> = on_engine!(connection, c => query.load(c))?;
        let earlier = |other: &str| other.starts_with(prefix) && other < key;
        let listed: Vec<i64> = keys.into_iter().filter(|(_, other)| earlier(other)).map(|(id, _)| id).collect();
        let rest = self.found.split_off(from);
        self.found.extend(rest.into_iter().filter(|(_, row)| !listed.contains(&peer(row))));
        Ok(())
    }

    fn answer(self, connection: &mut AnyConnection, next: Option<Place>) -> QueryResult<Listed> {
        let names = names(connection, &self.found)?;
        let identity = |id: i64| {
            let name = names.iter().find(|(known, _)| *known == id)?;
            Some(Identity { id: UserId(id), username: Username::from_store(name.1.clone()) })
        };
        let message = |(_, row): Row| -> Option<Message> {
            let (sender, recipient) = (identity(row.sender_id)?, identity(row.recipient_id)?);
            Some(row.between(&sender, &recipient))
        };
        Ok(Listed { messages: self.found.into_iter().filter_map(message).collect(), next })
    }
}

fn names(connection: &mut AnyConnection, rows: &[Row]) -> QueryResult<Vec<(i64, String)>> {
    let mut ids: Vec<i64> = rows.iter().flat_map(|(_, row)| [row.sender_id, row.recipient_id]).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = users::table.filter(users::id.eq_any(ids)).select((users::id, users::username));
    on_engine!(connection, c => query.load(c))
}

impl Walk {
    /// At most `limit` messages that stand before a place and not before another, the last first.
    fn rows(&self, connection: &mut AnyConnection, start: i64, before: i64, limit: i64) -> QueryResult<Vec<Row>> {
        match *self {
            Self::Numbers => {
                let here = messages::id.ge(start).and(messages::id.lt(before));
                let query = messages::table.filter(here).order(messages::id.desc()).limit(limit);
                let query = query.select((messages::id, MESSAGE));
                on_engine!(connection, c => query.load(c))
            }
            Self::Sent(person) => {
                let place = messages::sender_pos;
                let here = messages::sender_id.eq(person).and(place.ge(start)).and(place.lt(before));
                let query = messages::table.filter(here).order(place.desc()).limit(limit).select((place, MESSAGE));
                on_engine!(connection, c => query.load(c))
            }
            Self::Received(person) => {
                let place = messages::recipient_pos;
                let here = messages::recipient_id.eq(person).and(place.ge(start)).and(place.lt(before));
                let query = messages::table.filter(here).order(place.desc()).limit(limit).select((place, MESSAGE));
                on_engine!(connection, c => query.load(c))
            }
            Self::Of(person) => {
                let mut rows = Self::Sent(person).rows(connection, start, before, limit)?;
                rows.extend(Self::Received(person).rows(connection, start, before, limit)?);
                rows.sort_unstable_by_key(|(place, _)| std::cmp::Reverse(*place));
                // A note to oneself is in both.
                rows.dedup_by_key(|(place, _)| *place);
                rows.truncate(usize::try_from(limit).unwrap_or_default());
                Ok(rows)
            }
            Self::Conversation(conversation) => {
                let place = messages::seq;
                let here = messages::conversation_id.eq(conversation).and(place.ge(start)).and(place.lt(before));
                let query = messages::table.filter(here).order(place.desc()).limit(limit).select((place, MESSAGE));
                on_engine!(connection, c => query.load(c))
            }
        }
    }
}
