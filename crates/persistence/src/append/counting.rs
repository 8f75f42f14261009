//! Counting out the numbers of new messages, in memory.

use std::collections::{BTreeSet, HashMap, HashSet};

use chatapp_domain::conversation::Pair;
use chatapp_domain::user::UserId;
use diesel::Queryable;

use super::draft::{Append, Fate, Placed};
#[cfg(feature = "planted-faults")]
use crate::planted;
use crate::rows::{FeedRow, MessageRow};

/// The messages that were saved before under some senders' keys.
pub(super) type Earlier = HashMap<(i64, String), MessageRow>;

/// What a transaction reads before it counts.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) feeds: HashMap<i64, FeedRow>,
    pub(super) threads: HashMap<Pair, Thread>,
    /// Which of the people that write to each other now are kept apart by a block.
    pub(super) apart: HashSet<Pair>,
}

/// Where a conversation has got to: what its newest message's row says.
#[derive(Clone, Copy, Default, Queryable)]
pub(super) struct Newest {
    pub(super) seq: i64,
    pub(super) low_sent: i64,
    pub(super) sent_at: i64,
}

/// A conversation, and where it has got to.
#[derive(Clone, Copy)]
pub(super) struct Thread {
    pub(super) id: i64,
    pub(super) newest: Newest,
}

/// Counts out the numbers, in the order of arrival.
pub(super) fn decide(
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

    /// The feeds that this transaction has moved.
    pub(super) fn moved(&self, drafts: &[&mut Append]) -> Vec<FeedRow> {
        let new = drafts.iter().filter(|append| matches!(append.fate, Fate::New(_)));
        let people: BTreeSet<i64> = new.flat_map(|append| [append.sender(), append.recipient()]).collect();
        people.iter().filter_map(|user| self.feeds.get(user).copied()).collect()
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
pub(super) fn worth_a_look(drafts: &[&mut Append], counters: &Counters, all: bool) -> Vec<(i64, String)> {
    if !all && counters.apart.is_empty() {
        return Vec::new();
    }
    let wanted = drafts.iter().filter(|append| all || counters.apart.contains(&append.pair()));
    wanted.filter_map(|append| append.key()).collect()
}

/// Everyone in these drafts, ascending.
pub(super) fn people(drafts: &[&mut Append]) -> BTreeSet<i64> {
    drafts.iter().flat_map(|append| append.people()).collect()
}

/// All conversations of these drafts whose people exist and are not kept apart, ascending.
pub(super) fn pairs(drafts: &[&mut Append], feeds: &HashMap<i64, FeedRow>, apart: &HashSet<Pair>) -> BTreeSet<Pair> {
    let exists = |pair: &Pair| feeds.contains_key(&pair.low().0) && feeds.contains_key(&pair.high().0);
    drafts.iter().map(|append| append.pair()).filter(exists).filter(|pair| !apart.contains(pair)).collect()
}

/// Those who write to each other and are both in some block, ascending: only they are looked up.
pub(super) fn suspects(drafts: &[&mut Append], feeds: &HashMap<i64, FeedRow>) -> BTreeSet<Pair> {
    let blocks = |user: UserId| feeds.get(&user.0).is_some_and(|feed| feed.block_count > 0);
    let pairs = drafts.iter().map(|append| append.pair());
    pairs.filter(|pair| pair.low() != pair.high() && blocks(pair.low()) && blocks(pair.high())).collect()
}
