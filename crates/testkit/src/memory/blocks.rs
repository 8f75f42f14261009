//! Blocks in memory.

use async_trait::async_trait;
use chatapp_domain::block::Blocks;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::blocks::{AddBlockError, BlockStore};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};

use super::{MemoryStores, State};

#[async_trait]
impl BlockStore for MemoryStores {
    async fn add(&self, blocker: UserId, blocked: UserId, _: Timestamp) -> Result<bool, AddBlockError> {
        self.unit(|state| {
            if !state.users.contains_key(&blocker) || !state.users.contains_key(&blocked) {
                return Err(AddBlockError::NoSuchUser);
            }
            let is_new = !state.blocks.contains(&(blocker, blocked));
            if is_new && state.blocked_by(blocker).count() >= Blocks::MOST {
                return Err(AddBlockError::TooMany);
            }
            Ok(state.blocks.insert((blocker, blocked)))
        })?
    }

    async fn remove(&self, blocker: UserId, blocked: UserId) -> Result<bool, StoreError> {
        self.unit(|state| state.blocks.remove(&(blocker, blocked)))
    }

    async fn list(&self, blocker: UserId) -> Result<Vec<User>, StoreError> {
        self.unit(|state| {
            let people = state.blocked_by(blocker).filter_map(|blocked| state.users.get(&blocked));
            let mut people: Vec<User> = people.map(|person| person.user.clone()).collect();
            people.sort_by(|one, other| one.username.cmp(&other.username));
            people
        })
    }

    async fn around(&self, user: UserId) -> Result<Blocks, StoreError> {
        self.unit(|state| Blocks {
            blocked: state.blocked_by(user).collect(),
            blockers: state.blocks.iter().filter(|(_, blocked)| *blocked == user).map(|(by, _)| *by).collect(),
        })
    }

    async fn keeps_apart(&self, one: UserId, other: UserId) -> Result<bool, StoreError> {
        self.unit(|state| state.are_apart(one, other))
    }
}

impl State {
    pub(super) fn are_apart(&self, one: UserId, other: UserId) -> bool {
        self.blocks.contains(&(one, other)) || self.blocks.contains(&(other, one))
    }

    fn blocked_by(&self, blocker: UserId) -> impl Iterator<Item = UserId> {
        self.blocks.iter().filter(move |(by, _)| *by == blocker).map(|(_, blocked)| *blocked)
    }
}
