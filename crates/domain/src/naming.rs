//! Which names strangers may take for themselves: none that looks like somebody else's, and none that speaks for the
//! place. Names that an operator gives are free of this.

use sha2::{Digest, Sha256};
use thiserror::Error;
use unicode_security::confusable_detection::skeleton;

use crate::user::{User, UserId, Username, UsernameError, UsernameKey};

/// Why a name cannot be had by signing up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// It is no name.
    #[error(transparent)]
    Invalid(#[from] UsernameError),
    /// It has letters that look like others.
    #[error("Use only the letters a to z, digits and @/./+/-/_ characters.")]
    NotAscii,
    /// It speaks for the place, or for nobody.
    #[error("This username is not available.")]
    Reserved,
    /// Somebody has it, or one with the same [`crate::user::UsernameKey`], or is signing up under it.
    #[error("A user with that username already exists.")]
    Taken,
    /// Readers could take it for somebody else's.
    #[error("This username looks too much like that of another user.")]
    LooksTaken,
}

/// Names that people trust because of what they say; compared by their look, without punctuation.
const RESERVED: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "admins",
    "all",
    "anonymous",
    "api",
    "billing",
    "bot",
    "chatapp",
    "daemon",
    "deleted",
    "everybody",
    "everyone",
    "guest",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "login",
    "logout",
    "mail",
    "mailerdaemon",
    "me",
    "mod",
    "moderator",
    "news",
    "nobody",
    "noreply",
    "null",
    "official",
    "operator",
    "owner",
    "postmaster",
    "root",
    "security",
    "server",
    "service",
    "somebody",
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "sysop",
    "system",
    "team",
    "test",
    "undefined",
    "unknown",
    "user",
    "webmaster",
    "www",
];

/// What tombstones of deleted accounts are called.
const TOMBSTONE: &str = "deleted-";

/// What a user is called whose account is gone.
pub fn tombstone(id: UserId) -> Username {
    Username::from_store(format!("{TOMBSTONE}{}", id.0))
}

/// Whether a name is for tombstones only. Nobody gets one, by whatever way.
pub fn is_for_tombstones(key: &UsernameKey) -> bool {
    key.as_str().starts_with(TOMBSTONE)
}

impl User {
    /// Whether this is all that is left of a user.
    pub fn is_deleted(&self) -> bool {
        self.username == tombstone(self.id)
    }
}

/// A name that had somebody who is gone: as a digest, since nobody is to read who was here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RetiredName(pub [u8; 32]);

impl RetiredName {
    /// What is kept of names with this key.
    pub fn of(key: &UsernameKey) -> Self {
        Self(Sha256::digest(key.as_str()).into())
    }
}

/// Checks a name that somebody wants to sign up under, as far as it can be checked without looking anybody up.
pub fn wanted(text: &str) -> Result<Username, NameError> {
    let name = Username::parse(text)?;
    if !name.as_str().is_ascii() {
        return Err(NameError::NotAscii);
    }
    if is_reserved(name.as_str()) {
        return Err(NameError::Reserved);
    }
    Ok(name)
}

fn is_reserved(name: &str) -> bool {
    let bare: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let (bare, spelled) = (seen(&bare), bare.to_lowercase());
    name.to_lowercase().starts_with(TOMBSTONE)
        || bare.is_empty()
        || RESERVED.iter().any(|reserved| *reserved == spelled || seen(reserved) == bare)
}

/// How a name looks: two names of one look are hard to tell apart on a screen. A digest, so that it is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look(pub [u8; 32]);

impl Look {
    /// The look of a name.
    pub fn of(name: &Username) -> Self {
        Self(Sha256::digest(seen(name.as_str())).into())
    }
}

/// The skeleton of UTS #39 without regard to case: letters of all scripts that look the same become one.
fn seen(name: &str) -> String {
    skeleton(name).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(name: &str) -> Look {
        Look::of(&Username::parse(name).unwrap())
    }

    #[test]
    fn names_that_speak_for_the_place_are_reserved() {
        for reserved in
            ["admin", "Admin", "ADMIN", " admin ", "ad-min", "_root_", "r00t", "me", "deleted-7", "...", "NULL"]
        {
            assert_eq!(wanted(reserved), Err(NameError::Reserved), "{reserved}");
        }
        for free in ["ada", "administrata", "rooted", "meg", "user1", "ada.lovelace@example.org"] {
            assert!(wanted(free).is_ok(), "{free}");
        }
    }

    #[test]
    fn letters_of_other_scripts_are_for_operators_to_give() {
        assert_eq!(wanted("\u{430}dmin"), Err(NameError::NotAscii));
        assert_eq!(wanted("žofie"), Err(NameError::NotAscii));
        assert_eq!(wanted("ａｄｍｉｎ"), Err(NameError::Reserved), "a compatibility form is the name itself");
        assert_eq!(wanted("a b"), Err(NameError::Invalid(UsernameError::Invalid)));
    }

    #[test]
    fn what_looks_alike_has_one_look() {
        for (one, other) in
            [("paul", "pauI"), ("paul", "pau1"), ("bob", "B0B"), ("modern", "rnodern"), ("ada", "\u{430}da")]
        {
            assert_eq!(look(one), look(other), "{one} {other}");
        }
        assert_ne!(look("ada"), look("adda"));
        assert_ne!(look("user1"), look("user2"));
    }
}
