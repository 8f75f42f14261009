//! Pictures in memory.

use async_trait::async_trait;
use chatapp_domain::avatar::Avatar;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::avatars::AvatarStore;
use chatapp_domain::user::UserId;

use super::MemoryStores;

#[async_trait]
impl AvatarStore for MemoryStores {
    async fn put(&self, user: UserId, avatar: Avatar) -> Result<bool, StoreError> {
        self.unit(|state| {
            let person = state.users.get_mut(&user).filter(|person| person.user.is_active);
            let Some(person) = person else { return false };
            person.user.avatar = Some(avatar.version().clone());
            state.avatars.insert(user, avatar);
            true
        })
    }

    async fn remove(&self, user: UserId) -> Result<(), StoreError> {
        self.unit(|state| {
            state.avatars.remove(&user);
            state.change(user, |person| person.user.avatar = None);
        })
    }

    async fn of(&self, username: &str) -> Result<Option<Avatar>, StoreError> {
        self.unit(|state| state.avatars.get(&state.named(username)?.id).cloned())
    }
}
