//! All stores in memory behind one mutex: a transaction is a lock, and committing is releasing it.

mod audit;
mod avatars;
mod blocks;
mod conversations;
mod departures;
mod events;
mod invitations;
mod messages;
mod moderation;
mod recovery;
mod reports;
mod retention;
mod roster;
mod search;
mod sessions;
mod sign_ups;
mod tokens;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chatapp_domain::audit::NewEntry;
use chatapp_domain::avatar::Avatar;
use chatapp_domain::conversation::Pair;
use chatapp_domain::event::{Epoch, Pos};
use chatapp_domain::link::LinkHash;
use chatapp_domain::message::{IdempotencyKey, Message, MessageId};
use chatapp_domain::naming::Look;
use chatapp_domain::ports::invitations::InvitationId;
use chatapp_domain::ports::sign_ups::NewSignUp;
use chatapp_domain::ports::status::{StatusStore, StoreKind, StoreLoad, StoreStatus};
use chatapp_domain::ports::{StoreError, StoreHealth};
use chatapp_domain::report::ReportId;
use chatapp_domain::session::SessionId;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::token::TokenId;
use chatapp_domain::user::{EmailKey, UserId, UsernameKey};

use crate::contract::Stores;

/// Implements every store port. Clones share one memory.
#[derive(Clone)]
pub struct MemoryStores {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

/// How the memory takes it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Well,
    Away,
    Broken,
    Defective,
}

struct State {
    condition: Condition,
    epoch: Epoch,
    users: BTreeMap<UserId, users::Person>,
    names: HashMap<UsernameKey, UserId>,
    /// Whose address is whose, for those that are found by it.
    addresses: HashMap<EmailKey, UserId>,
    avatars: HashMap<UserId, Avatar>,
    retired: HashMap<UsernameKey, Look>,
    sign_ups: HashMap<LinkHash, NewSignUp>,
    invitations: BTreeMap<InvitationId, invitations::Kept>,
    last_invitation: i64,
    resets: HashMap<LinkHash, recovery::Reset>,
    resets_begun: usize,
    email_changes: HashMap<LinkHash, recovery::EmailChange>,
    sessions: BTreeMap<SessionId, sessions::Kept>,
    last_session: i64,
    tokens: BTreeMap<TokenId, tokens::Kept>,
    last_token: i64,
    /// Who blocks whom.
    blocks: BTreeSet<(UserId, UserId)>,
    reports: BTreeMap<ReportId, reports::Kept>,
    log: Vec<NewEntry>,
    messages: BTreeMap<MessageId, Message>,
    last_message: i64,
    sends: HashMap<(UserId, IdempotencyKey), MessageId>,
    threads: HashMap<Pair, conversations::Thread>,
    journals: HashMap<UserId, events::Journal>,
    positions: HashMap<(UserId, MessageId), Pos>,
}

impl MemoryStores {
    /// Empty stores that date reads by the machine's clock.
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// Empty stores that date reads by `clock`.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let state = State {
            condition: Condition::Well,
            epoch: Epoch("memory-1".to_owned()),
            users: BTreeMap::new(),
            names: HashMap::new(),
            addresses: HashMap::new(),
            avatars: HashMap::new(),
            retired: HashMap::new(),
            sign_ups: HashMap::new(),
            invitations: BTreeMap::new(),
            last_invitation: 0,
            resets: HashMap::new(),
            resets_begun: 0,
            email_changes: HashMap::new(),
            sessions: BTreeMap::new(),
            last_session: 0,
            tokens: BTreeMap::new(),
            last_token: 0,
            blocks: BTreeSet::new(),
            reports: BTreeMap::new(),
            log: Vec::new(),
            messages: BTreeMap::new(),
            last_message: 0,
            sends: HashMap::new(),
            threads: HashMap::new(),
            journals: HashMap::new(),
            positions: HashMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), clock }
    }

    /// From now on everything fails with [`StoreError::Unavailable`].
    pub fn go_away(&self) {
        self.lock(|state| state.condition = Condition::Away);
    }

    /// From now on everything fails with [`StoreError::Failed`].
    pub fn break_down(&self) {
        self.lock(|state| state.condition = Condition::Broken);
    }

    /// From now on every unit of work panics.
    pub fn panic(&self) {
        self.lock(|state| state.condition = Condition::Defective);
    }

    /// Ends any of these. Nothing was lost.
    pub fn come_back(&self) {
        self.lock(|state| state.condition = Condition::Well);
    }

    /// Another history begins, as after restoring a backup.
    pub fn begin_epoch(&self, name: &str) {
        self.lock(|state| state.epoch = Epoch(name.to_owned()));
    }

    /// How many resets were written so far, those for nobody too.
    pub fn resets_begun(&self) -> usize {
        self.lock(|state| state.resets_begun)
    }

    /// These stores as the bundle that the contract is run on.
    pub fn stores(&self) -> Stores {
        let all = Arc::new(self.clone());
        Stores {
            users: all.clone(),
            sessions: all.clone(),
            tokens: all.clone(),
            blocks: all.clone(),
            reports: all.clone(),
            messages: all.clone(),
            conversations: all.clone(),
            events: all.clone(),
            sign_ups: all.clone(),
            invitations: all.clone(),
            recovery: all.clone(),
            search: all.clone(),
            avatars: all.clone(),
            audit: all.clone(),
            roster: all.clone(),
            departures: all.clone(),
            moderation: all.clone(),
            retention: all.clone(),
            health: all,
        }
    }

    /// One unit of work, if there can be any.
    fn unit<T>(&self, work: impl FnOnce(&mut State) -> T) -> Result<T, StoreError> {
        self.lock(|state| match state.condition {
            Condition::Well => Ok(work(state)),
            Condition::Away => Err(StoreError::Unavailable("the memory has gone away".into())),
            Condition::Broken => Err(StoreError::Failed("the memory is broken".into())),
            Condition::Defective => panic!("a defect in the memory"),
        })
    }

    fn lock<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for MemoryStores {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl StoreHealth for MemoryStores {
    async fn check(&self) -> Result<(), StoreError> {
        self.unit(|_| ())
    }
}

#[async_trait]
impl StatusStore for MemoryStores {
    fn kind(&self) -> StoreKind {
        StoreKind { engine: "sqlite", version: "memory".to_owned() }
    }

    fn load(&self) -> StoreLoad {
        StoreLoad { writes: (0, 1), in_use: 0, idle: 1, most: 1 }
    }

    fn known(&self) -> StoreStatus {
        StoreStatus::default()
    }

    async fn status(&self) -> Result<StoreStatus, StoreError> {
        let number = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        self.unit(|state| StoreStatus {
            bytes: 0,
            users: number(state.users.values().filter(|person| !person.user.is_deleted()).count()),
            messages: number(state.messages.len()),
            search_behind: 0,
        })
    }
}

/// A limit as iterators count.
fn count(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or(0)
}
