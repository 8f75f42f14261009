//! Keeping the index behind what is sent, never in its way.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::{Event, Pos};
use crate::ports::StoreError;
use crate::ports::notifications::{Notifier, Whisper};
use crate::ports::search::{BLOCK, SearchStore};
use crate::user::UserId;

/// How many people wait to be indexed. Whoever finds no room is found by the next walk over everyone.
const MOST_WAITING: usize = 10_000;
/// Over how many people one step walks.
const STRIDE: i64 = 500;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something; there may be more.
    Worked,
    /// It walked on over everyone, and found nobody who waits.
    Walked,
    /// Everyone was walked over, and nobody waits.
    Done,
}

/// Indexes what was sent, one block of one person a step. Who has a full block is told by a [`HintingNotifier`]; what
/// nobody told of (a killed process, an import, another node) is found by walking over everyone now and then. Any number
/// of nodes may do this at once.
#[derive(Clone)]
pub struct Indexing {
    store: Arc<dyn SearchStore>,
    state: Arc<Mutex<State>>,
    told: Arc<AtomicU64>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<UserId>,
    walk: Walk,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Walk {
    /// From whom the walk goes on.
    #[default]
    Begin,
    After(UserId),
    Done,
}

impl Indexing {
    /// An indexer of a store, which walks over everyone first.
    pub fn new(store: Arc<dyn SearchStore>) -> Self {
        Self { store, state: Arc::default(), told: Arc::default() }
    }

    /// An event has got this place among a person's: if it ends a block, that person waits to be indexed.
    pub fn hint(&self, user: UserId, pos: Pos) {
        self.told.fetch_add(1, Ordering::Relaxed);
        if (pos.0 + 1) % BLOCK != 0 {
            return;
        }
        self.with(|state| {
            if state.waiting.len() < MOST_WAITING {
                state.waiting.push_back(user);
            }
        });
    }

    /// How many events were told of here so far: by how fast that grows it is seen how much else there is to do.
    pub fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }

    /// From now on everyone is walked over again.
    pub fn walk_again(&self) {
        self.with(|state| state.walk = Walk::Begin);
    }

    /// Does a little of what there is to do.
    pub async fn step(&self) -> Result<Step, StoreError> {
        let next = self.with(|state| state.waiting.pop_front());
        let Some(user) = next else { return self.walk_on().await };
        if self.store.index_next(user).await? {
            self.with(|state| state.waiting.push_front(user));
        }
        Ok(Step::Worked)
    }

    async fn walk_on(&self) -> Result<Step, StoreError> {
        let after = match self.with(|state| state.walk) {
            Walk::Begin => UserId(0),
            Walk::After(user) => user,
            Walk::Done => return Ok(Step::Done),
        };
        let walked = self.store.lagging(after, STRIDE).await?;
        let found = !walked.lagging.is_empty();
        self.with(|state| {
            state.waiting.extend(walked.lagging);
            state.walk = walked.next.map_or(Walk::Done, Walk::After);
        });
        Ok(if found { Step::Worked } else { Step::Walked })
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Passes on what it is told, and hints at whoever has a full block now.
pub struct HintingNotifier {
    inner: Arc<dyn Notifier>,
    indexing: Indexing,
}

impl HintingNotifier {
    /// A notifier before another one.
    pub fn new(inner: Arc<dyn Notifier>, indexing: Indexing) -> Self {
        Self { inner, indexing }
    }
}

impl Notifier for HintingNotifier {
    fn notify(&self, to: UserId, event: Event) {
        self.indexing.hint(to, event.pos);
        self.inner.notify(to, event);
    }

    fn whisper(&self, to: UserId, whisper: Whisper) {
        self.inner.whisper(to, whisper);
    }
}
