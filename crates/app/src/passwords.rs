//! Passwords hashed with bcrypt, on threads of their own: hashing is slow on purpose and must take neither the request
//! threads nor the whole machine. bcrypt alone reads 72 bytes and stops at a null; what it gets here is a digest of the
//! whole password, so every byte counts.

mod django;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chatapp_domain::password::{Password, PasswordHash};
use chatapp_domain::ports::figures::{Figure, Figures};
use chatapp_domain::ports::passwords::{HashError, PasswordHasher};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::workers::{NotDone, Workers, cores};

/// Names the scheme in front of what bcrypt gives.
const SCHEME: &str = "bcrypt-hmac-sha256$";
/// Keeps these digests apart from any other use of the same password. Not a secret.
const DOMAIN: &[u8] = b"chatapp password v1";

/// How much hashing there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashing {
    /// The work for each password, in bcrypt's measure.
    pub(crate) cost: u32,
    /// How many passwords are hashed at once.
    pub(crate) threads: usize,
    /// How many more may wait for that; one more is refused.
    pub(crate) waiting: usize,
}

impl Default for Hashing {
    /// Leaves one core to everything else, where there is more than one.
    fn default() -> Self {
        Self { cost: 12, threads: cores().saturating_sub(1).max(1), waiting: 8 }
    }
}

/// Hashes with bcrypt at a fixed cost.
pub(crate) struct BcryptHasher {
    cost: u32,
    workers: Workers,
}

impl BcryptHasher {
    /// A hasher whose threads end with it.
    pub(crate) fn start(Hashing { cost, threads, waiting }: Hashing) -> std::io::Result<Self> {
        Ok(Self { cost, workers: Workers::start("passwords", threads, waiting)? })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        self.workers.run(work).await.map_err(|(NotDone::Full | NotDone::Failed)| HashError::Busy)
    }
}

#[async_trait]
impl PasswordHasher for BcryptHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        let cost = self.cost;
        self.run(move || hash(&password, cost)).await?
    }

    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        let cost = self.cost;
        self.run(move || verify(&password, hash.as_ref(), cost)).await?
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        django::is_known(&hash.0)
    }
}

impl Figures for BcryptHasher {
    fn figures(&self) -> Vec<Figure> {
        let taken = self.workers.accepted();
        vec![
            Figure::gauge("passwords_waiting", "Passwords that are hashed now or wait for it.", taken),
            Figure::gauge(
                "passwords_places",
                "How many may be hashed or wait; one more is refused.",
                self.workers.capacity(),
            ),
        ]
    }
}

/// Hashes on the calling thread.
pub(crate) fn hash(password: &Password, cost: u32) -> Result<PasswordHash, HashError> {
    let hash = bcrypt::hash(digest(password), cost).map_err(|_| HashError::Unreadable)?;
    Ok(PasswordHash(format!("{SCHEME}{hash}")))
}

/// Does the same work whether there is a readable hash or not; more for a hash of Django's, until its owner logs in.
fn verify(password: &Password, hash: Option<&PasswordHash>, cost: u32) -> Result<bool, HashError> {
    let digest = digest(password);
    let known = hash.and_then(|hash| hash.0.strip_prefix(SCHEME));
    if let Some(right) = known.and_then(|known| bcrypt::verify(&digest, known).ok()) {
        return Ok(right);
    }
    let _ = bcrypt::verify(&digest, &nobodys_hash(cost));
    if let Some(right) = hash.and_then(|hash| django::matches(password.expose(), &hash.0)) {
        return Ok(right);
    }
    if hash.is_some() { Err(HashError::Unreadable) } else { Ok(false) }
}

/// A hash at the given cost that no known password has. It need not be computed: bcrypt takes any salt and result.
fn nobodys_hash(cost: u32) -> String {
    format!("$2b${cost:02}${salt}{result}", salt = "N".repeat(21) + "u", result = ".".repeat(31))
}

fn digest(password: &Password) -> String {
    // HMAC takes keys of any length, so this cannot fail.
    let mac = Hmac::<Sha256>::new_from_slice(DOMAIN);
    let digest = mac.map(|mac| mac.chain_update(password.expose()).finalize().into_bytes());
    STANDARD.encode(digest.unwrap_or_default())
}

#[cfg(test)]
mod tests;
