//! Passwords: never printed, never changed, never cut short.

mod guessed_first;

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A password that somebody wants to have: 8 to 128 code points, any characters, not only white space or digits.
#[derive(Clone)]
pub struct Password(String);

/// Why a text is not accepted as a new password. The texts are those of Django's validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Fewer than [`Password::MIN_CHARS`] code points.
    #[error("This password is too short. It must contain at least 8 characters.")]
    TooShort,
    /// More than [`Password::MAX_CHARS`] code points.
    #[error("Ensure this field has no more than 128 characters.")]
    TooLong,
    /// Digits only.
    #[error("This password is entirely numeric.")]
    Numeric,
    /// One of those that are tried first.
    #[error("This password is too common.")]
    Common,
    /// The username itself, in whatever case.
    #[error("The password is too similar to the username.")]
    SameAsUsername,
    /// The e-mail address, or what stands before its `@`, in whatever case.
    #[error("The password is too similar to the email address.")]
    SameAsEmail,
}

impl Password {
    /// The shortest accepted password, in code points.
    pub const MIN_CHARS: usize = 8;
    /// The longest accepted password, in code points.
    pub const MAX_CHARS: usize = 128;

    /// Checks a new password for `username`, as an operator chooses it. It is kept exactly as typed.
    pub fn parse(text: &str, username: &str) -> Result<Self, PasswordError> {
        let chars = text.chars().count();
        if chars > Self::MAX_CHARS {
            return Err(PasswordError::TooLong);
        }
        if chars < Self::MIN_CHARS {
            return Err(PasswordError::TooShort);
        }
        if text.chars().all(|c| c.is_ascii_digit()) {
            return Err(PasswordError::Numeric);
        }
        if text.to_lowercase() == username.to_lowercase() {
            return Err(PasswordError::SameAsUsername);
        }
        Ok(Self(text.to_owned()))
    }

    /// Checks a new password as its owner chooses it, with this name and this address, which may be empty: it is none of the
    /// common ones either.
    pub fn parse_for(text: &str, username: &str, email: &str) -> Result<Self, PasswordError> {
        let password = Self::parse(text, username)?;
        let (typed, email) = (text.to_lowercase(), email.to_lowercase());
        let local = email.rsplit_once('@').map_or("", |(local, _)| local);
        if !email.is_empty() && (typed == email || typed == local) {
            return Err(PasswordError::SameAsEmail);
        }
        if guessed_first::is_common(text) {
            return Err(PasswordError::Common);
        }
        Ok(password)
    }

    /// A password taken as it is: from an operator who was asked twice, or from a log-in form.
    pub fn unchecked(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for a hasher.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What is stored instead of a password: a scheme's name and its output, in one line of text.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

/// Tells whether a stored hash is still the one that a password was checked against, without holding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordMark(pub [u8; 32]);

impl PasswordMark {
    /// The mark of a hash.
    pub fn of(hash: &PasswordHash) -> Self {
        Self(Sha256::digest(&hash.0).into())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_code_points() {
        assert!(Password::parse(&"😀".repeat(8), "ada").is_ok());
        assert!(Password::parse(&"é".repeat(128), "ada").is_ok());
        assert_eq!(Password::parse("1234567", "ada").err(), Some(PasswordError::TooShort));
        assert_eq!(Password::parse(&"x".repeat(129), "ada").err(), Some(PasswordError::TooLong));
        assert_eq!(Password::parse("12345678", "ada").err(), Some(PasswordError::Numeric));
        assert_eq!(Password::parse("Lovelace", "lovelace").err(), Some(PasswordError::SameAsUsername));
    }

    #[test]
    fn a_password_is_not_the_address_either() {
        let refused = |text: &str| Password::parse_for(text, "ada", "Ada.Lovelace@example.org").err();
        assert_eq!(refused("ada.lovelace"), Some(PasswordError::SameAsEmail));
        assert_eq!(refused("ADA.LOVELACE@example.org"), Some(PasswordError::SameAsEmail));
        assert_eq!(refused("ada.lovelace1"), None);
        assert!(Password::parse_for("lovelace of 1815", "ada", "").is_ok());
        assert_eq!(refused("Password123"), Some(PasswordError::Common));
        assert!(Password::parse("password123", "ada").is_ok(), "an operator knows what they do");
    }

    #[test]
    fn a_password_is_never_printed() {
        let secret = Password::unchecked("correct horse");
        assert_eq!(format!("{secret:?} {:?}", PasswordHash("x".into())), "Password(…) PasswordHash(…)");
    }
}
