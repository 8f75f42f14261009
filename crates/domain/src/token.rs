//! Personal access tokens: how a program speaks for a person.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::text;
use crate::time::Timestamp;
use crate::user::{User, UserId};

/// The number of a token; its owner sees it and can revoke by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub i64);

/// A token as its owner is shown it once: [`TokenSecret::MARK`], by which scanners of published texts know it, and 256
/// random bits in 43 letters, digits, `-` and `_`.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

impl TokenSecret {
    /// What every token begins with.
    pub const MARK: &str = "rcht_";
    /// How many of its characters its owner knows it again by.
    const SHOWN: usize = Self::MARK.len() + 4;

    /// The token of 256 bits that nobody can guess.
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(Self::MARK.to_owned() + &URL_SAFE_NO_PAD.encode(bits))
    }

    /// The text for its owner; never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its beginning, which is kept as it is.
    pub fn prefix(&self) -> &str {
        &self.0[..Self::SHOWN]
    }

    /// What else is kept of it.
    pub fn key(&self) -> TokenKey {
        TokenKey(Sha256::digest(&self.0).into())
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

/// The SHA-256 of a token. It needs no salt: the token is random. Tokens are found by it and never compared themselves, so
/// how long a comparison takes tells nothing about a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenKey(pub [u8; 32]);

impl TokenKey {
    /// The key of what somebody claims to be a token; none of what has not even the form of one.
    pub fn of(claimed: &[u8]) -> Option<Self> {
        let random = claimed.strip_prefix(TokenSecret::MARK.as_bytes())?;
        let clean = random.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
        (clean && random.len() == 43).then(|| Self(Sha256::digest(claimed).into()))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

/// What its owner calls a token: 1 to 100 code points, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

/// Why a text does not name a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenNameError {
    /// Nothing that shows.
    #[error("This field may not be blank.")]
    Blank,
    /// More than [`TokenName::MAX_CHARS`] code points.
    #[error("Ensure this field has no more than 100 characters.")]
    TooLong,
    /// A control character.
    #[error("Enter a name without control characters.")]
    Control,
}

impl TokenName {
    /// The longest name, in code points.
    pub const MAX_CHARS: usize = 100;

    /// Strips and checks a text.
    pub fn parse(text: &str) -> Result<Self, TokenNameError> {
        let name = text::strip(text);
        if text::is_blank(name) {
            return Err(TokenNameError::Blank);
        }
        if name.chars().count() > Self::MAX_CHARS {
            return Err(TokenNameError::TooLong);
        }
        if name.chars().any(char::is_control) {
            return Err(TokenNameError::Control);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Reading and listening.
    Read,
    /// Everything but the account itself.
    Write,
}

impl Scope {
    /// The scope of that name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// A token as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token's number.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it is good for.
    pub scope: Scope,
    /// How it begins.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it counts; nothing: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to within [`Token::TOUCH_EVERY`].
    pub used_at: Option<Timestamp>,
}

impl Token {
    /// How many tokens a person may have.
    pub const MOST: usize = 50;
    /// How often the time of last use is written at most.
    pub const TOUCH_EVERY: Duration = Duration::from_secs(300);
    /// For how long its owner still sees one that has expired, at most.
    pub const SHOWN_AFTER_END: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// Whether it still counts at `now`.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether its use at `now` is worth noting.
    pub fn is_due_for_touch(&self, now: Timestamp) -> bool {
        self.used_at.is_none_or(|used| now >= used.after(Self::TOUCH_EVERY))
    }
}

/// A token about to be kept.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is found by.
    pub key: TokenKey,
    /// How it begins.
    pub prefix: String,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: TokenName,
    /// What it is good for.
    pub scope: Scope,
    /// Now.
    pub created_at: Timestamp,
    /// Until when it counts.
    pub expires_at: Option<Timestamp>,
}

/// A token that counts, with the user it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveToken {
    /// The token.
    pub token: Token,
    /// Its user; active.
    pub user: User,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash_and_never_printed() {
        let secret = TokenSecret::from_random([0xfb; 32]);
        assert_eq!(secret.expose().len(), 48);
        assert_eq!(secret.prefix(), "rcht_-_v7");
        assert_eq!(Some(secret.key()), TokenKey::of(secret.expose().as_bytes()));
        assert_eq!(format!("{secret:?} {:?}", secret.key()), "TokenSecret(…) TokenKey(…)");
    }

    #[test]
    fn what_has_not_the_form_of_a_token_has_no_key() {
        let token = TokenSecret::from_random([7; 32]).expose().to_owned();
        let (longer, shorter, other) = (format!("{token}A"), &token[..47], token.replace("rcht_", "ghpx_"));
        for claimed in ["", "x", "rcht_", longer.as_str(), shorter, &other, &token.replace("Bw", "B "), "Ж"] {
            assert_eq!(TokenKey::of(claimed.as_bytes()), None, "{claimed}");
        }
    }

    #[test]
    fn names_show_something_and_no_control() {
        assert_eq!(
            TokenName::parse("  backup of 5 o'clock \u{1f40e} ").unwrap().as_str(),
            "backup of 5 o'clock \u{1f40e}"
        );
        assert_eq!(TokenName::parse(" \u{200b}"), Err(TokenNameError::Blank));
        assert!(TokenName::parse(&"Ж".repeat(100)).is_ok());
        assert_eq!(TokenName::parse(&"Ж".repeat(101)), Err(TokenNameError::TooLong));
        assert_eq!(TokenName::parse("a\nb"), Err(TokenNameError::Control));
        assert_eq!(TokenName::parse("a\0b"), Err(TokenNameError::Control));
    }
}
