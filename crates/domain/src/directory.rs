//! Finding people to write to.

use std::sync::Arc;

use crate::page::PageSize;
use crate::ports::StoreError;
use crate::ports::users::{People, PeopleFilter, UserQuery, UserStore};
use crate::user::{DisplayName, Identity, User};

/// The people of this place, as one of them sees them.
#[derive(Clone)]
pub struct Directory {
    users: Arc<dyn UserStore>,
}

impl Directory {
    /// A service over the given store.
    pub fn new(users: Arc<dyn UserStore>) -> Self {
        Self { users }
    }

    /// Everyone else, up to `most`, ordered by username: the original's unpaged list.
    pub async fn everyone(&self, me: &Identity, most: i64) -> Result<Vec<User>, StoreError> {
        self.users.list(UserQuery { except: me.id, prefix: None, after: None, limit: most }).await
    }

    /// A page of everyone else.
    pub async fn page(&self, me: &Identity, filter: PeopleFilter) -> Result<People, StoreError> {
        let limit = filter.size.map_or(PageSize::MAX, PageSize::get);
        let query = UserQuery { except: me.id, prefix: filter.prefix, after: filter.after, limit: limit + 1 };
        let mut users = self.users.list(query).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = users.len() > limit;
        users.truncate(limit);
        let next = users.last().filter(|_| more).map(|last| last.username.clone());
        Ok(People { users, next })
    }

    /// One person, by exact name.
    pub async fn find(&self, username: &str) -> Result<Option<User>, StoreError> {
        self.users.by_name(username).await
    }

    /// Finds many people's identities by exact name; unknown names are left out.
    pub async fn identify(&self, usernames: &[String]) -> Result<Vec<Identity>, StoreError> {
        self.users.identify_all(usernames).await
    }

    /// Changes what others see of me.
    pub async fn rename(&self, me: &Identity, name: DisplayName) -> Result<Option<User>, StoreError> {
        self.users.set_display_name(me.id, name).await?;
        self.users.by_id(me.id).await
    }

    /// My own entry.
    pub async fn me(&self, me: &Identity) -> Result<Option<User>, StoreError> {
        self.users.by_id(me.id).await
    }
}
