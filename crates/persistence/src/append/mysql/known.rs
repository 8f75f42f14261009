//! What a node knows of people's events and of conversations, and when it may go by that.

use std::collections::{BTreeSet, HashMap, HashSet};

use chatapp_domain::conversation::Pair;
use chatapp_domain::event::Pos;
use chatapp_domain::user::UserId;
use diesel::result::QueryResult;

use super::{conversations_of, kept_apart, lock_feeds, make_conversations, newest_of};
use crate::append::counting::{Counters, Newest, Thread, pairs, people, suspects};
use crate::append::draft::Append;
use crate::mysql_connection::MysqlConnection;
use crate::rows::FeedRow;

/// How many conversations and people are known before all are forgotten.
const KNOWN: usize = 100_000;

/// How many transactions are no guess at the most after one that guessed wrong.
const MOST_CAUTION: u32 = 63;

/// Numbers of conversations never change; how far one has got is known for as long as nobody else moved the events of its
/// people, which their locked feeds show.
#[derive(Default)]
pub(in crate::append) struct Known {
    threads: HashMap<Pair, Remembered>,
    people: HashMap<i64, Seen>,
    /// The conversations that the transaction has found, or made: they are there only if it is committed.
    found: Vec<Pair>,
    caution: Caution,
}

/// Where a conversation had got to when its people's events had been moved from elsewhere so many times.
#[derive(Clone, Copy)]
struct Remembered {
    thread: Thread,
    moves: Option<(u64, u64)>,
}

/// A person's counters when this node looked last, and how often it was surprised.
#[derive(Clone, Copy, Default)]
struct Seen {
    feed: Option<FeedRow>,
    moves: u64,
}

impl Seen {
    fn last_pos(&self) -> Option<i64> {
        self.feed.map(|feed| feed.last_pos)
    }
}

impl Known {
    /// The counters of everyone concerned, their feeds locked in ascending order; conversations that do not exist yet
    /// are made.
    pub(in crate::append) fn counters(
        &mut self,
        connection: &mut MysqlConnection,
        drafts: &[&mut Append],
    ) -> QueryResult<Counters> {
        let feeds = lock_feeds(connection, &people(drafts))?;
        self.look_at(&feeds);
        let apart = kept_apart(connection, suspects(drafts, &feeds))?;
        let wanted = pairs(drafts, &feeds, &apart);
        self.learn(connection, &wanted)?;
        self.catch_up(connection, &wanted)?;
        Ok(Counters { threads: self.threads_of(&wanted), feeds, apart })
    }

    /// The same from memory alone, if all of it is there and a guess has some chance. Nothing is locked: what is made of it
    /// holds only if nobody has moved a feed meanwhile.
    pub(in crate::append) fn guess(&mut self, drafts: &[&mut Append]) -> Option<Counters> {
        if !self.caution.is_over() {
            return None;
        }
        let feed_of = |user| Some((user, self.people.get(&user)?.feed?));
        let feeds: HashMap<i64, FeedRow> = people(drafts).into_iter().map(feed_of).collect::<Option<_>>()?;
        if !suspects(drafts, &feeds).is_empty() {
            return None;
        }
        let apart = HashSet::new();
        let wanted = pairs(drafts, &feeds, &apart);
        let is_known = |pair: &Pair| self.threads.contains_key(pair) && !self.is_old(*pair);
        wanted.iter().all(is_known).then(|| Counters { threads: self.threads_of(&wanted), feeds, apart })
    }

    /// Takes note of whether a guess was right. Where others move feeds all the time it costs more than it spares.
    pub(in crate::append) fn was_guessed(&mut self, right: bool) {
        self.caution.note(right);
    }

    /// Takes note of places that others in this process took: in no conversation anything was said. If somebody else took one
    /// before, which is only seen when the feed is looked at, it is left to that.
    pub(in crate::append) fn heed(&mut self, places: Vec<(UserId, Pos)>) {
        for (user, Pos(pos)) in places {
            let feed = self.people.get_mut(&user.0).and_then(|seen| seen.feed.as_mut());
            if let Some(feed) = feed.filter(|feed| feed.last_pos + 1 == pos) {
                feed.last_pos = pos;
            }
        }
    }

    /// Remembers where a transaction that was committed left everyone.
    pub(in crate::append) fn keep(&mut self, counters: &Counters) {
        for (user, feed) in &counters.feeds {
            self.people.entry(*user).or_default().feed = Some(*feed);
        }
        for (pair, thread) in &counters.threads {
            let moves = self.moves(*pair);
            self.threads.insert(*pair, Remembered { thread: *thread, moves });
        }
        self.found.clear();
    }

    /// Forgets what a transaction that was not committed, or perhaps was not, has brought. The rest was committed before, and
    /// the feeds show whether it still holds.
    pub(in crate::append) fn undo(&mut self) {
        for pair in self.found.drain(..) {
            self.threads.remove(&pair);
        }
    }

    /// Forgets everything, because what it knows may have been rolled back.
    pub(in crate::append) fn clear(&mut self) {
        self.threads.clear();
        self.people.clear();
        self.found.clear();
    }

    fn look_at(&mut self, feeds: &HashMap<i64, FeedRow>) {
        if self.threads.len() + self.people.len() > KNOWN {
            self.clear();
        }
        for (user, feed) in feeds {
            let seen = self.people.entry(*user).or_default();
            seen.moves += u64::from(seen.last_pos() != Some(feed.last_pos));
            seen.feed = Some(*feed);
        }
    }

    fn moves(&self, pair: Pair) -> Option<(u64, u64)> {
        Some((self.people.get(&pair.low().0)?.moves, self.people.get(&pair.high().0)?.moves))
    }

    /// Whether others may have written in a conversation since it was looked at.
    fn is_old(&self, pair: Pair) -> bool {
        self.threads.get(&pair).is_some_and(|known| known.moves != self.moves(pair))
    }

    fn threads_of(&self, pairs: &BTreeSet<Pair>) -> HashMap<Pair, Thread> {
        pairs.iter().filter_map(|pair| Some((*pair, self.threads.get(pair)?.thread))).collect()
    }

    fn learn(&mut self, connection: &mut MysqlConnection, wanted: &BTreeSet<Pair>) -> QueryResult<()> {
        self.find(connection, &self.unknown(wanted))?;
        let missing = self.unknown(wanted);
        if !missing.is_empty() {
            make_conversations(connection, &missing)?;
            self.find(connection, &missing)?;
        }
        Ok(())
    }

    fn find(&mut self, connection: &mut MysqlConnection, pairs: &[Pair]) -> QueryResult<()> {
        let found = conversations_of(connection, pairs)?;
        let remembered = |id| Remembered { thread: Thread { id, newest: Newest::default() }, moves: None };
        for (pair, id) in found {
            self.threads.insert(pair, remembered(id));
            self.found.push(pair);
        }
        Ok(())
    }

    fn unknown(&self, wanted: &BTreeSet<Pair>) -> Vec<Pair> {
        wanted.iter().copied().filter(|pair| !self.threads.contains_key(pair)).collect()
    }

    /// Reads where those conversations have got to that others may have written in.
    fn catch_up(&mut self, connection: &mut MysqlConnection, wanted: &BTreeSet<Pair>) -> QueryResult<()> {
        let old: Vec<Pair> = wanted.iter().filter(|pair| self.is_old(**pair)).copied().collect();
        if old.is_empty() {
            return Ok(());
        }
        let ids = old.iter().filter_map(|pair| self.threads.get(pair)).map(|known| known.thread.id).collect();
        let newest = newest_of(connection, ids)?;
        for pair in old {
            let moves = self.moves(pair);
            if let Some(known) = self.threads.get_mut(&pair) {
                known.thread.newest = newest.get(&known.thread.id).copied().unwrap_or_default();
                known.moves = moves;
            }
        }
        Ok(())
    }
}

/// How many transactions more are no guess: about twice as many after each wrong one.
#[derive(Default)]
struct Caution {
    left: u32,
    after_next: u32,
}

impl Caution {
    /// Whether the next transaction may guess.
    fn is_over(&mut self) -> bool {
        let is_over = self.left == 0;
        self.left = self.left.saturating_sub(1);
        is_over
    }

    fn note(&mut self, right: bool) {
        self.after_next = if right { 0 } else { (self.after_next * 2 + 1).min(MOST_CAUTION) };
        self.left = self.after_next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_was_taken_here_is_no_surprise_and_any_other_is_left_to_the_feed() {
        let feed = FeedRow { user_id: 1, last_pos: 3, forgotten_pos: 0, message_count: 3, block_count: 0 };
        let mut known = Known::default();
        known.look_at(&HashMap::from([(1, feed)]));
        known.heed([4, 6, 5].map(|pos| (UserId(1), Pos(pos))).to_vec());
        let moves = known.people[&1].moves;
        known.look_at(&HashMap::from([(1, FeedRow { last_pos: 5, ..feed })]));
        assert_eq!(known.people[&1].moves, moves);
        known.look_at(&HashMap::from([(1, FeedRow { last_pos: 6, ..feed })]));
        assert_eq!(known.people[&1].moves, moves + 1);
    }

    #[test]
    fn what_a_failed_transaction_found_is_forgotten_and_nothing_else() {
        let pair = |one, other| Pair::of(UserId(one), UserId(other));
        let remembered = Remembered { thread: Thread { id: 7, newest: Newest::default() }, moves: None };
        let mut known = Known::default();
        for other in [2, 3] {
            known.threads.insert(pair(1, other), remembered);
            known.found.push(pair(1, other));
            if other == 2 {
                known.keep(&Counters::default());
            }
        }
        known.undo();
        assert_eq!(known.threads.keys().copied().collect::<Vec<Pair>>(), [pair(1, 2)]);
    }

    #[test]
    fn a_wrong_guess_is_followed_by_ever_more_transactions_without_one_and_a_right_one_makes_up_for_it() {
        let mut caution = Caution::default();
        let until_over = |caution: &mut Caution| (0..).find(|_| caution.is_over());
        assert_eq!(until_over(&mut caution), Some(0));
        for waits in [1, 3, 7, 15, 31, 63, 63] {
            caution.note(false);
            assert_eq!(until_over(&mut caution), Some(waits));
        }
        caution.note(true);
        assert_eq!(until_over(&mut caution), Some(0));
        caution.note(false);
        assert_eq!(until_over(&mut caution), Some(1));
    }
}
