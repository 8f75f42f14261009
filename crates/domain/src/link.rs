//! One-time secrets that travel in a mailed link. Only their hash is kept: whoever reads the database can use none.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 256 random bits as they stand in a link: 43 letters, digits, `-` and `_`.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

impl LinkToken {
    /// The token of 256 bits that nobody can guess.
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bits))
    }

    /// The text for the link; never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> LinkHash {
        LinkHash::of(&self.0)
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

/// The SHA-256 of a token. It needs no salt: the token is random.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkHash(pub [u8; 32]);

impl LinkHash {
    /// The hash of whatever somebody claims to be a token.
    pub fn of(claimed: &str) -> Self {
        Self(Sha256::digest(claimed).into())
    }
}

impl fmt::Debug for LinkHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash_and_never_printed() {
        let token = LinkToken::from_random([0xfb; 32]);
        assert_eq!(token.expose().len(), 43);
        assert!(token.expose().chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
        assert_eq!(token.hash(), LinkHash::of(token.expose()));
        assert_ne!(token.hash(), LinkHash::of(&token.expose()[1..]));
        assert_eq!(format!("{token:?} {:?}", token.hash()), "LinkToken(…) LinkHash(…)");
    }
}
