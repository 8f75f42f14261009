//! Rows as the tables have them, and what they mean to the domain.

use chatapp_domain::avatar::AvatarVersion;
use chatapp_domain::conversation::Pair;
use chatapp_domain::message::{IdempotencyKey, Message, MessageBody, MessageId, Seq};
use chatapp_domain::privacy::Privacy;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Identity, User, UserId, Username};
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::schema::{conversations, feeds, messages, users};

/// The columns of a row, in the order of its fields. A query that selects them fits both engines; one that asks the row
/// for its columns is tied to the engine that it was first run on.
macro_rules! columns {
    ($name:ident, $table:ident: $($column:ident),+) => {
        pub(crate) const $name: ($($table::$column,)+) = ($($table::$column,)+);
    };
}
pub(crate) use columns;

columns!(USER, users: id, username, display_name, email, is_active, is_superuser, joined_at, avatar, receipts, presence,
    last_seen);
columns!(FEED, feeds: user_id, last_pos, forgotten_pos, message_count, block_count);
columns!(CONVERSATION, conversations: id, low_id, high_id, low_read_seq, low_read_count, high_read_seq,
    high_read_count, low_delivered_seq, high_delivered_seq);
columns!(MESSAGE, messages: id, seq, sender_id, recipient_id, sent_at, client_key, body);

/// Joins a conversation with its newest message: one step down an index for each conversation, on both engines. (With
/// `max(seq)` in its place MariaDB reads the whole conversation.)
macro_rules! is_newest_message {
    () => {{
        use $crate::schema::{conversations, messages};
        let newest = diesel::alias!(messages as newest);
        let seq = newest.field(messages::seq);
        let of_this = newest.field(messages::conversation_id).eq(conversations::id);
        let last_seq = newest.filter(of_this).order(seq.desc()).select(seq).limit(1).single_value();
        messages::conversation_id.eq(conversations::id).and(messages::seq.nullable().eq(last_seq))
    }};
}
pub(crate) use is_newest_message;

#[derive(Clone, Debug, Queryable)]
pub(crate) struct UserRow {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) email: String,
    pub(crate) is_active: bool,
    pub(crate) is_superuser: bool,
    pub(crate) joined_at: i64,
    pub(crate) avatar: Option<String>,
    pub(crate) receipts: bool,
    pub(crate) presence: bool,
    pub(crate) last_seen: Option<i64>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            username: Username::from_store(row.username),
            display_name: row.display_name,
            email: row.email,
            is_active: row.is_active,
            is_superuser: row.is_superuser,
            joined_at: Timestamp::from_micros(row.joined_at),
            avatar: row.avatar.map(AvatarVersion::from_store),
            privacy: Privacy { receipts: row.receipts, presence: row.presence },
            last_seen: row.last_seen.map(Timestamp::from_micros),
        }
    }
}

#[derive(Clone, Copy, Debug, Queryable, Insertable)]
#[diesel(table_name = feeds)]
pub(crate) struct FeedRow {
    pub(crate) user_id: i64,
    pub(crate) last_pos: i64,
    pub(crate) forgotten_pos: i64,
    pub(crate) message_count: i64,
    /// In how many blocks the user is, on either side.
    pub(crate) block_count: i64,
}

/// Both people's counters, locked in ascending order as every writer does.
pub(crate) fn lock_feeds(connection: &mut AnyConnection, pair: Pair) -> QueryResult<Vec<FeedRow>> {
    let both = [pair.low().0, pair.high().0];
    let query = feeds::table.filter(feeds::user_id.eq_any(both)).order(feeds::user_id).select(FEED);
    match connection {
        AnyConnection::Sqlite(c) => query.load(c),
        AnyConnection::Mysql(c) => query.for_update().load(c),
    }
}

#[derive(Clone, Debug, Queryable)]
pub(crate) struct ConversationRow {
    pub(crate) id: i64,
    pub(crate) low_id: i64,
    pub(crate) high_id: i64,
    pub(crate) low_read_seq: i64,
    pub(crate) low_read_count: i64,
    pub(crate) high_read_seq: i64,
    pub(crate) high_read_count: i64,
    pub(crate) low_delivered_seq: i64,
    pub(crate) high_delivered_seq: i64,
}

#[derive(Clone, Debug, Queryable)]
pub(crate) struct MessageRow {
    pub(crate) id: i64,
    pub(crate) seq: i64,
    pub(crate) sender_id: i64,
    pub(crate) recipient_id: i64,
    pub(crate) sent_at: i64,
    pub(crate) client_key: Option<String>,
    pub(crate) body: String,
}

impl MessageRow {
    /// The message, its people's names being known already.
    pub(crate) fn between(self, one: &Identity, other: &Identity) -> Message {
        let name = |id| if one.id == UserId(id) { one.clone() } else { other.clone() };
        let (sender, recipient) = (name(self.sender_id), name(self.recipient_id));
        self.with(sender, recipient)
    }

    /// The message with the names of its people.
    pub(crate) fn named(self, sender: String, recipient: String) -> Message {
        let sender = Identity { id: UserId(self.sender_id), username: Username::from_store(sender) };
        let recipient = Identity { id: UserId(self.recipient_id), username: Username::from_store(recipient) };
        self.with(sender, recipient)
    }

    fn with(self, sender: Identity, recipient: Identity) -> Message {
        Message {
            id: MessageId(self.id),
            seq: Seq(self.seq),
            sender,
            recipient,
            body: MessageBody::from_store(self.body),
            at: Timestamp::from_micros(self.sent_at),
            key: self.client_key.map(IdempotencyKey::from_store),
        }
    }
}
