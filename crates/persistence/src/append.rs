//! How messages get their numbers: many drafts in one transaction.
//!
//! The people's feed rows are locked first, in ascending order; whoever writes to a conversation holds both of its
//! people's, so nothing else needs a lock. The numbers are then counted out in memory, and the new messages and the
//! changed counters are written. All locks last until the commit: no number is visible before a smaller one, and a
//! rollback leaves no hole.

mod mysql;
mod sqlite;

use std::collections::{BTreeSet, HashMap, HashSet};

use chatapp_domain::conversation::Pair;
use chatapp_domain::event::Pos;
use chatapp_domain::message::{Draft, IdempotencyKey, Message, MessageId, Seq};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::{AfterAppend, AppendError, Appended, Saved};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::UserId;
use diesel::Queryable;
use diesel::connection::SimpleConnection;
use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::{Error, QueryResult};
use tokio::sync::oneshot;

use crate::connection::AnyConnection;
use crate::mysql_connection::MysqlConnection;
#[cfg(feature = "planted-faults")]
use crate::planted;
use crate::rows::{FeedRow, MessageRow};

/// A draft on its way through the writer.
pub(crate) struct Append {
    draft: Draft,
    /// The number that it has already, if it comes from elsewhere.
    number: Option<i64>,
    then: AfterAppend,
    reply: oneshot::Sender<Result<Saved, AppendError>>,
    fate: Fate,
}

/// What becomes of a draft if the transaction is committed.
enum Fate {
    /// Not known yet.
    Open,
    /// It is saved, with these numbers.
    New(Placed),
    /// It was saved earlier.
    Repeat(Box<Message>),
    /// It is the same as the draft at this place of the same transaction.
    SameAs(usize),
    /// Its key was used for another message.
    KeyReused,
    /// One of its people blocks the other.
    Blocked,
    /// One of its people is gone.
    NoSuchUser,
}

/// The numbers of a new message.
#[derive(Clone, Copy)]
struct Placed {
    id: i64,
    conversation: i64,
    seq: i64,
    sender_pos: i64,
    recipient_pos: i64,
    low_sent: i64,
    at: i64,
}

/// A row to insert.
struct NewMessageRow<'a> {
    id: i64,
    conversation_id: i64,
    seq: i64,
    sender_id: i64,
    sender_pos: i64,
    recipient_id: i64,
    recipient_pos: i64,
    low_sent: i64,
    sent_at: i64,
    client_key: Option<&'a str>,
    body: &'a str,
}

/// What a transaction reads before it counts.
#[derive(Default)]
struct Counters {
    feeds: HashMap<i64, FeedRow>,
    threads: HashMap<Pair, Thread>,
    /// Which of the people that write to each other now are kept apart by a block.
    apart: HashSet<Pair>,
}

/// Where a conversation has got to: what its newest message's row says.
#[derive(Clone, Copy, Default, Queryable)]
struct Newest {
    seq: i64,
    low_sent: i64,
    sent_at: i64,
}

/// A conversation, and where it has got to.
#[derive(Clone, Copy)]
struct Thread {
    id: i64,
    newest: Newest,
}

/// Writes drafts, and remembers between transactions what spares a look into the database.
#[derive(Default)]
pub(crate) struct Appender {
    ids: mysql::IdBlock,
    known: mysql::Known,
    remembered: sqlite::Remembered,
    /// Whether the drafts' keys are looked up first. They seldom were used before, and if one was its index says so:
    /// the transaction is then repeated, with a look.
    expects_repeats: bool,
}

type Earlier = HashMap<(i64, String), MessageRow>;

impl Append {
    pub(crate) fn new(draft: Draft, then: AfterAppend, reply: oneshot::Sender<Result<Saved, AppendError>>) -> Self {
        #[cfg(feature = "planted-faults")]
        let draft = if planted::is(planted::Planted::KeyIgnored) { Draft { key: None, ..draft } } else { draft };
        Self { draft, number: None, then, reply, fate: Fate::Open }
    }

    /// The same draft with a number of its own.
    pub(crate) fn numbered(self, number: i64) -> Self {
        Self { number: Some(number), ..self }
    }

    /// Whether nobody waits any more, so that the draft need not be saved.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn pair(&self) -> Pair {
        Pair::of(self.draft.sender.id, self.draft.recipient.id)
    }

    fn sender(&self) -> i64 {
        self.draft.sender.id.0
    }

    fn recipient(&self) -> i64 {
        self.draft.recipient.id.0
    }

    fn key(&self) -> Option<(i64, String)> {
        self.draft.key.as_ref().map(|key| (self.sender(), key.as_str().to_owned()))
    }

    fn says_the_same(&self, other: &Draft) -> bool {
        self.draft.recipient.id == other.recipient.id && self.draft.body == other.body
    }

    fn row(&self) -> Option<NewMessageRow<'_>> {
        let Fate::New(placed) = &self.fate else { return None };
        Some(NewMessageRow {
            id: placed.id,
            conversation_id: placed.conversation,
            seq: placed.seq,
            sender_id: self.sender(),
            sender_pos: placed.sender_pos,
            recipient_id: self.recipient(),
            recipient_pos: placed.recipient_pos,
            low_sent: placed.low_sent,
            sent_at: placed.at,
            client_key: self.draft.key.as_ref().map(IdempotencyKey::as_str),
            body: self.draft.body.as_str(),
        })
    }

    /// Answers all drafts of a transaction, and tells of the new messages, in the order in which they were saved.
    pub(crate) fn settle_all(drafts: Vec<Self>, outcome: impl Fn() -> Result<(), StoreError>) {
        let mut saved: Vec<Option<Message>> = Vec::new();
        let needed: BTreeSet<usize> = drafts
            .iter()
            .filter_map(|append| if let Fate::SameAs(first) = append.fate { Some(first) } else { None })
            .collect();
        for (place, append) in drafts.into_iter().enumerate() {
            let Self { draft, then, reply, fate, .. } = append;
            let answer = outcome().map_err(AppendError::Store).and_then(|()| match fate {
                Fate::New(placed) => Ok(Saved::New(placed.announce(draft, then))),
                Fate::Repeat(message) => Ok(Saved::Repeat(*message)),
                Fate::SameAs(first) => saved
                    .get(first)
                    .cloned()
                    .flatten()
                    .map(Saved::Repeat)
                    .ok_or_else(|| AppendError::Store(StoreError::Failed("a repeat without its first".into()))),
                Fate::KeyReused => Err(AppendError::KeyReused),
                Fate::Blocked => Err(AppendError::Blocked),
                Fate::NoSuchUser => Err(AppendError::NoSuchUser),
                Fate::Open => Err(AppendError::Store(StoreError::Failed("a draft was passed over".into()))),
            });
            let message = match &answer {
                Ok(Saved::New(message) | Saved::Repeat(message)) if needed.contains(&place) => Some(message.clone()),
                _ => None,
            };
            saved.push(message);
            // Nobody may be waiting any more; the message is kept and told of all the same.
            let _ = reply.send(answer);
        }
    }
}

/// If that fault is planted: tells of messages that are not committed yet, and not again afterwards.
#[cfg(feature = "planted-faults")]
pub(crate) fn announce_early(drafts: &mut [&mut Append]) {
    if !planted::is(planted::Planted::NotifyBeforeCommit) {
        return;
    }
    for append in drafts {
        if let Fate::New(placed) = &append.fate {
            placed.announce(append.draft.clone(), std::mem::replace(&mut append.then, Box::new(|_| ())));
        }
    }
    std::thread::sleep(planted::GAP);
}

impl Placed {
    fn announce(self, draft: Draft, then: AfterAppend) -> Message {
        let message = Message {
            id: MessageId(self.id),
            seq: Seq(self.seq),
            sender: draft.sender,
            recipient: draft.recipient,
            body: draft.body,
            at: Timestamp::from_micros(self.at),
            key: draft.key,
        };
        let (sender_pos, recipient_pos) = (Pos(self.sender_pos), Pos(self.recipient_pos));
        let appended = Appended { message, sender_pos, recipient_pos };
        then(&appended);
        appended.message
    }
}

impl Appender {
    /// Forgets what it remembers: a transaction failed, or something else wrote in it.
    pub(crate) fn forget(&mut self) {
        self.remembered.clear();
        self.known.clear();
    }

    /// Whether a transaction that failed so will do if it is repeated, with a look at the keys first.
    pub(crate) fn expect_repeats_after(&mut self, error: &Error) -> bool {
        let is_news = !self.expects_repeats && matches!(error, Error::DatabaseError(UniqueViolation, _));
        self.expects_repeats = is_news;
        is_news
    }

    /// The next transaction is another one: its keys are likely new again.
    pub(crate) fn expect_no_repeats(&mut self) {
        self.expects_repeats = false;
    }

    /// Saves drafts in the open transaction of SQLite's connection.
    pub(crate) fn run(&mut self, connection: &mut AnyConnection, drafts: &mut [&mut Append]) -> QueryResult<()> {
        let AnyConnection::Sqlite(connection) = connection else { return Err(Error::NotInTransaction) };
        let look = self.expects_repeats;
        let counters = self.remembered.counters(connection, drafts)?;
        let earlier = sqlite::earlier(connection, &worth_a_look(drafts, counters, look))?;
        let wanted = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
        let mut ids = sqlite::take_ids(connection, wanted)?;
        decide(drafts, &earlier, counters, || ids.next());
        sqlite::save(connection, drafts, counters)
    }

    /// Saves drafts in a transaction of their own on MySQL. `has_reached_commit` says, if it fails, whether it got so far.
    pub(crate) fn transact(
        &mut self,
        connection: &mut MysqlConnection,
        drafts: &mut [&mut Append],
        has_reached_commit: &mut bool,
    ) -> QueryResult<()> {
        let outcome = self.write(connection, drafts).and_then(|counters| {
            *has_reached_commit = true;
            connection.commit()?;
            self.known.keep(&counters);
            Ok(())
        });
        if outcome.is_err() {
            // Whatever holds locks must let go. If this fails too, the connection is of no more use.
            let _ = connection.batch_execute("ROLLBACK");
        }
        outcome
    }

    fn write(&mut self, connection: &mut MysqlConnection, drafts: &mut [&mut Append]) -> QueryResult<Counters> {
        self.ids.fill(connection, drafts.len())?;
        let mut counters = self.known.counters(connection, drafts)?;
        let earlier = mysql::earlier(connection, &worth_a_look(drafts, &counters, self.expects_repeats))?;
        decide(drafts, &earlier, &mut counters, || self.ids.next());
        mysql::save(connection, drafts, &counters)?;
        #[cfg(feature = "planted-faults")]
        {
            planted::panic_now_and_then();
            announce_early(drafts);
        }
        Ok(counters)
    }
}

/// Counts out the numbers, in the order of arrival.
fn decide(
    drafts: &mut [&mut Append],
    earlier: &Earlier,
    counters: &mut Counters,
    mut next_id: impl FnMut() -> Option<i64>,
) {
    let mut firsts: HashMap<(i64, String), usize> = HashMap::new();
    for place in 0..drafts.len() {
        let key = drafts[place].key();
        let fate = if let Some(row) = key.as_ref().and_then(|key| earlier.get(key)) {
            repeat_of(row, drafts[place])
        } else if let Some(first) = key.as_ref().and_then(|key| firsts.get(key)).copied() {
            let same = drafts[place].says_the_same(&drafts[first].draft);
            if same { Fate::SameAs(first) } else { Fate::KeyReused }
        } else if counters.apart.contains(&drafts[place].pair()) {
            Fate::Blocked
        } else {
            counters.place(drafts[place], &mut next_id).map_or(Fate::NoSuchUser, Fate::New)
        };
        if let (Fate::New(_), Some(key)) = (&fate, key) {
            firsts.insert(key, place);
        }
        drafts[place].fate = fate;
    }
}

fn repeat_of(row: &MessageRow, append: &Append) -> Fate {
    let same = row.recipient_id == append.recipient() && row.body == append.draft.body.as_str();
    if !same {
        return Fate::KeyReused;
    }
    Fate::Repeat(Box::new(row.clone().between(&append.draft.sender, &append.draft.recipient)))
}

impl Counters {
    /// Takes the next numbers for a draft; `None` if one of its people is gone.
    fn place(&mut self, append: &Append, next_id: &mut impl FnMut() -> Option<i64>) -> Option<Placed> {
        let (sender, recipient) = (append.sender(), append.recipient());
        let thread = self.threads.get_mut(&append.pair())?;
        if !self.feeds.contains_key(&recipient) {
            return None;
        }
        let id = append.number.or_else(next_id)?;
        let sender_pos = self.feeds.get_mut(&sender)?.take();
        let recipient_pos = if sender == recipient { sender_pos } else { self.feeds.get_mut(&recipient)?.take() };
        let newest = &mut thread.newest;
        newest.seq += 1;
        newest.low_sent += i64::from(UserId(sender) == append.pair().low());
        newest.sent_at = newest.sent_at.max(append.draft.at.as_micros());
        Some(Placed {
            id,
            conversation: thread.id,
            seq: newest.seq,
            sender_pos,
            recipient_pos,
            low_sent: newest.low_sent,
            at: newest.sent_at,
        })
    }
}

impl FeedRow {
    /// The place of one more message.
    fn take(&mut self) -> i64 {
        self.last_pos += 1;
        #[cfg(feature = "planted-faults")]
        if planted::skips_a_pos() {
            self.last_pos += 1;
        }
        self.message_count += 1;
        self.last_pos
    }
}

/// The keys of the drafts that may have been saved before: all of them after a refusal, and in any case those that a block
/// would refuse.
fn worth_a_look(drafts: &[&mut Append], counters: &Counters, all: bool) -> Vec<(i64, String)> {
    if !all && counters.apart.is_empty() {
        return Vec::new();
    }
    let wanted = drafts.iter().filter(|append| all || counters.apart.contains(&append.pair()));
    wanted.filter_map(|append| append.key()).collect()
}

/// Everyone in these drafts, ascending.
fn people(drafts: &[&mut Append]) -> BTreeSet<i64> {
    drafts.iter().flat_map(|append| [append.sender(), append.recipient()]).collect()
}

/// All conversations of these drafts whose people exist and are not kept apart, ascending.
fn pairs(drafts: &[&mut Append], feeds: &HashMap<i64, FeedRow>, apart: &HashSet<Pair>) -> BTreeSet<Pair> {
    let exists = |pair: &Pair| feeds.contains_key(&pair.low().0) && feeds.contains_key(&pair.high().0);
    drafts.iter().map(|append| append.pair()).filter(exists).filter(|pair| !apart.contains(pair)).collect()
}

/// Those who write to each other and are both in some block, ascending: only they are looked up.
fn suspects(drafts: &[&mut Append], feeds: &HashMap<i64, FeedRow>) -> BTreeSet<Pair> {
    let blocks = |user: UserId| feeds.get(&user.0).is_some_and(|feed| feed.block_count > 0);
    let pairs = drafts.iter().map(|append| append.pair());
    pairs.filter(|pair| pair.low() != pair.high() && blocks(pair.low()) && blocks(pair.high())).collect()
}

impl Counters {
    /// The feeds that this transaction has moved.
    fn moved(&self, drafts: &[&mut Append]) -> Vec<FeedRow> {
        let new = drafts.iter().filter(|append| matches!(append.fate, Fate::New(_)));
        let people: BTreeSet<i64> = new.flat_map(|append| [append.sender(), append.recipient()]).collect();
        people.iter().filter_map(|user| self.feeds.get(user).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_looked_up_once_after_each_refusal() {
        let refusal = Error::DatabaseError(UniqueViolation, Box::new("messages_by_client_key".to_owned()));
        let mut appender = Appender::default();
        assert!(appender.expect_repeats_after(&refusal), "repeated with a look");
        assert!(!appender.expect_repeats_after(&refusal), "a look did not help: repeating would not end");
        assert!(appender.expect_repeats_after(&refusal));
        appender.expect_no_repeats();
        assert!(!appender.expects_repeats, "what comes next is not looked up");
        assert!(!appender.expect_repeats_after(&Error::NotFound));
    }
}
