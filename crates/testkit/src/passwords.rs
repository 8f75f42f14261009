//! A hasher that costs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use chatapp_domain::password::{Password, PasswordHash};
use chatapp_domain::ports::passwords::{HashError, PasswordHasher};

const SCHEME: &str = "plain$";
/// What another program may have left behind.
const OLD_SCHEME: &str = "old$";

/// "Hashes" by writing the scheme before the password. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct PlainHasher {
    busy: Arc<AtomicBool>,
    verified: Arc<AtomicUsize>,
    hashed: Arc<AtomicUsize>,
}

impl PlainHasher {
    /// What it stores for a password.
    pub fn hash_of(password: &str) -> PasswordHash {
        PasswordHash(format!("{SCHEME}{password}"))
    }

    /// What was stored for a password before.
    pub fn old_hash_of(password: &str) -> PasswordHash {
        PasswordHash(format!("{OLD_SCHEME}{password}"))
    }

    /// From now on it refuses all work, or takes it again.
    pub fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
    }

    /// How often it compared a password, with a hash or with nobody's.
    pub fn verifications(&self) -> usize {
        self.verified.load(Ordering::SeqCst)
    }

    /// How often it hashed a password.
    pub fn hashes(&self) -> usize {
        self.hashed.load(Ordering::SeqCst)
    }

    fn admit(&self) -> Result<(), HashError> {
        if self.busy.load(Ordering::SeqCst) { Err(HashError::Busy) } else { Ok(()) }
    }
}

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        self.admit()?;
        self.hashed.fetch_add(1, Ordering::SeqCst);
        Ok(Self::hash_of(password.expose()))
    }

    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        self.admit()?;
        self.verified.fetch_add(1, Ordering::SeqCst);
        let Some(hash) = hash else { return Ok(false) };
        let kept = hash.0.strip_prefix(SCHEME).or_else(|| hash.0.strip_prefix(OLD_SCHEME));
        Ok(kept.ok_or(HashError::Unreadable)? == password.expose())
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        hash.0.starts_with(OLD_SCHEME)
    }
}
