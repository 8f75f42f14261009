//! Personal access tokens in memory.

use async_trait::async_trait;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::tokens::{AddTokenError, TokenStore};
use chatapp_domain::time::Timestamp;
use chatapp_domain::token::{ActiveToken, NewToken, Token, TokenId, TokenKey};
use chatapp_domain::user::{User, UserId};

use super::{MemoryStores, State};

pub(super) struct Kept {
    key: TokenKey,
    token: Token,
}

#[async_trait]
impl TokenStore for MemoryStores {
    async fn add(&self, new: NewToken) -> Result<Token, AddTokenError> {
        self.unit(|state| {
            state.forget_tokens(|token| token.user == new.user && !token.counts(new.created_at));
            if state.tokens.values().filter(|kept| kept.token.user == new.user).count() >= Token::MOST {
                return Err(AddTokenError::TooMany);
            }
            state.last_token += 1;
            let token = Token {
                id: TokenId(state.last_token),
                user: new.user,
                name: new.name.as_str().to_owned(),
                scope: new.scope,
                prefix: new.prefix,
                created_at: new.created_at,
                expires_at: new.expires_at,
                used_at: None,
            };
            state.tokens.insert(token.id, Kept { key: new.key, token: token.clone() });
            Ok(token)
        })?
    }

    async fn find(&self, key: TokenKey, now: Timestamp) -> Result<Option<ActiveToken>, StoreError> {
        self.unit(|state| {
            let token = state.tokens.values().find(|kept| kept.key == key)?.token.clone();
            let user = state.token_counts(&token, now)?.clone();
            Some(ActiveToken { token, user })
        })
    }

    async fn touch(&self, key: TokenKey, now: Timestamp) -> Result<(), StoreError> {
        self.unit(|state| {
            for kept in state.tokens.values_mut().filter(|kept| kept.key == key) {
                kept.token.used_at = kept.token.used_at.max(Some(now));
            }
        })
    }

    async fn list(&self, user: UserId) -> Result<Vec<Token>, StoreError> {
        self.unit(|state| {
            let newest_first = state.tokens.values().rev().map(|kept| &kept.token);
            newest_first.filter(|token| token.user == user).cloned().collect()
        })
    }

    async fn remove(&self, user: UserId, id: TokenId) -> Result<bool, StoreError> {
        self.unit(|state| !state.forget_tokens(|token| token.user == user && token.id == id).is_empty())
    }

    async fn remove_all(&self, user: UserId) -> Result<Vec<TokenId>, StoreError> {
        self.unit(|state| state.forget_tokens(|token| token.user == user))
    }

    async fn ended_among(&self, ids: Vec<TokenId>, now: Timestamp) -> Result<Vec<TokenId>, StoreError> {
        self.unit(|state| {
            let counts = |id: &TokenId| {
                let kept = state.tokens.get(id);
                kept.is_some_and(|kept| state.token_counts(&kept.token, now).is_some())
            };
            ids.into_iter().filter(|id| !counts(id)).collect()
        })
    }

    async fn purge(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.unit(|state| state.forget_tokens(|token| token.expires_at.is_some_and(|end| end <= before)).len())
    }
}

impl State {
    /// The user of a token, if it counts.
    fn token_counts(&self, token: &Token, now: Timestamp) -> Option<&User> {
        let user = &self.users.get(&token.user)?.user;
        (user.is_active && token.counts(now)).then_some(user)
    }

    pub(super) fn forget_tokens(&mut self, which: impl Fn(&Token) -> bool) -> Vec<TokenId> {
        self.tokens.extract_if(.., |_, kept| which(&kept.token)).map(|(id, _)| id).collect()
    }
}
