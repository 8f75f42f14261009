//! Where chance comes from.

/// Gives secrets that nobody can guess.
pub trait Secrets: Send + Sync {
    /// 256 bits from a cryptographically secure generator; never the same twice.
    fn bits(&self) -> [u8; 32];
}
