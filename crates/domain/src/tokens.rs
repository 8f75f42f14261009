//! Making, using and revoking personal access tokens.

use std::sync::Arc;

use crate::credential::Credential;
use crate::ports::StoreError;
use crate::ports::notifications::{Notifier, Whisper};
use crate::ports::secrets::Secrets;
use crate::ports::tokens::{AddTokenError, TokenStore};
use crate::time::{Clock, Timestamp};
use crate::token::{ActiveToken, NewToken, Scope, Token, TokenId, TokenKey, TokenName, TokenSecret};
use crate::user::UserId;

/// The wish for a token.
#[derive(Clone, Debug)]
pub struct TokenWish {
    /// What its owner calls it.
    pub name: TokenName,
    /// What it is to be good for.
    pub scope: Scope,
    /// Until when it is to count; nothing: until it is revoked.
    pub expires_at: Option<Timestamp>,
}

/// People's tokens.
#[derive(Clone)]
pub struct Tokens {
    store: Arc<dyn TokenStore>,
    secrets: Arc<dyn Secrets>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    /// A service over the given store.
    pub fn new(
        store: Arc<dyn TokenStore>,
        secrets: Arc<dyn Secrets>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, secrets, notifier, clock }
    }

    /// Makes a token. Its secret is known to the caller alone.
    pub async fn make(&self, user: UserId, wish: TokenWish) -> Result<(Token, TokenSecret), AddTokenError> {
        let secret = TokenSecret::from_random(self.secrets.bits());
        let token = NewToken {
            key: secret.key(),
            prefix: secret.prefix().to_owned(),
            user,
            name: wish.name,
            scope: wish.scope,
            created_at: self.clock.now(),
            expires_at: wish.expires_at,
        };
        Ok((self.store.add(token).await?, secret))
    }

    /// The token of a key, if it counts. That it was used is noted.
    pub async fn find(&self, key: TokenKey) -> Result<Option<ActiveToken>, StoreError> {
        let now = self.clock.now();
        let found = self.store.find(key, now).await?;
        if found.as_ref().is_some_and(|active| active.token.is_due_for_touch(now)) {
            self.store.touch(key, now).await?;
        }
        Ok(found)
    }

    /// A user's tokens, the newest first; expired ones too, for a while.
    pub async fn list(&self, user: UserId) -> Result<Vec<Token>, StoreError> {
        self.store.list(user).await
    }

    /// Ends one of a user's tokens and closes its connections. Gives whether it was there, and theirs.
    pub async fn revoke(&self, user: UserId, id: TokenId) -> Result<bool, StoreError> {
        let ended = self.store.remove(user, id).await?;
        if ended {
            self.tell_ended(user, vec![id]);
        }
        Ok(ended)
    }

    /// Ends all of a user's tokens and closes their connections. Gives how many.
    pub async fn revoke_all(&self, user: UserId) -> Result<usize, StoreError> {
        let ended = self.store.remove_all(user).await?;
        let count = ended.len();
        if count > 0 {
            self.tell_ended(user, ended);
        }
        Ok(count)
    }

    /// Forgets what expired long ago. Gives how many.
    pub async fn purge(&self) -> Result<usize, StoreError> {
        self.store.purge(self.clock.now().before(Token::SHOWN_AFTER_END)).await
    }

    fn tell_ended(&self, user: UserId, ended: Vec<TokenId>) {
        let ended = ended.into_iter().map(Credential::Token).collect();
        self.notifier.whisper(user, Whisper::CredentialsEnded(ended));
    }
}
