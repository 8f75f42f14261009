//! A person's messages by their places among the person's events.

use diesel::prelude::*;

use crate::connection::{AnyConnection, on_engine};
use crate::rows::{MESSAGE, MessageRow};
use crate::schema::messages;

/// Which places.
pub(super) enum Places {
    /// From the first up to but not including the second.
    Between(i64, i64),
    /// These.
    These(Vec<i64>),
}

/// The messages at these places, newest first; places where something else happened are passed over.
pub(super) fn messages_at(
    connection: &mut AnyConnection,
    user: i64,
    places: &Places,
) -> QueryResult<Vec<(i64, MessageRow)>> {
    let sent = messages::table.filter(messages::sender_id.eq(user)).select((messages::sender_pos, MESSAGE));
    let received = messages::table.filter(messages::recipient_id.eq(user)).select((messages::recipient_pos, MESSAGE));
    let (sender_pos, recipient_pos) = (messages::sender_pos, messages::recipient_pos);
    let mut found: Vec<(i64, MessageRow)> = match places {
        Places::Between(from, to) => {
            let sent = sent.filter(sender_pos.ge(from).and(sender_pos.lt(to)));
            let received = received.filter(recipient_pos.ge(from).and(recipient_pos.lt(to)));
            let mut found: Vec<(i64, MessageRow)> = on_engine!(connection, c => sent.load(c))?;
            found.extend(on_engine!(connection, c => received.load::<(i64, MessageRow)>(c))?);
            found
        }
        Places::These(places) => {
            let sent = sent.filter(sender_pos.eq_any(places));
            let received = received.filter(recipient_pos.eq_any(places));
            let mut found: Vec<(i64, MessageRow)> = on_engine!(connection, c => sent.load(c))?;
            found.extend(on_engine!(connection, c => received.load::<(i64, MessageRow)>(c))?);
            found
        }
    };
    found.sort_unstable_by_key(|(pos, _)| std::cmp::Reverse(*pos));
    // A note to oneself was both sent and received.
    found.dedup_by_key(|(pos, _)| *pos);
    Ok(found)
}
