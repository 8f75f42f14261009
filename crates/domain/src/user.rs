//! People: who they are, and when two names are the same name.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::avatar::AvatarVersion;
use crate::password::PasswordHash;
use crate::privacy::Privacy;
use crate::text;
use crate::time::Timestamp;

/// The number of a user. Never given to anyone else, even after the user is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// A name as its owner writes it: 1 to 150 code points, letters, digits and `@ . + - _` (Django's rule), in Unicode
/// form NFKC. Compared exactly; see [`UsernameKey`] for which names exclude each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(Arc<str>);

/// Why a text is not a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UsernameError {
    /// Nothing but white space.
    #[error("This field may not be blank.")]
    Blank,
    /// More than [`Username::MAX_CHARS`] code points.
    #[error("Ensure this field has no more than 150 characters.")]
    TooLong,
    /// A character that no name may have.
    #[error("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.")]
    Invalid,
}

impl Username {
    /// The longest name, in code points.
    pub const MAX_CHARS: usize = 150;

    /// Checks and normalises a name that somebody wants to have.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let name: String = text::strip(text).nfkc().collect();
        if name.is_empty() {
            return Err(UsernameError::Blank);
        }
        if name.chars().count() > Self::MAX_CHARS {
            return Err(UsernameError::TooLong);
        }
        if !name.chars().all(|c| (c.is_alphanumeric() || "@.+-_".contains(c)) && !text::is_invisible(c)) {
            return Err(UsernameError::Invalid);
        }
        Ok(Self(name.into()))
    }

    /// A name that was checked before it was stored. For stores only.
    pub fn from_store(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What this name is reserved under.
    pub fn key(&self) -> UsernameKey {
        UsernameKey::of(&self.0)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The form under which a name is unique: no two users share one, and log-in looks people up by it. Names that differ
/// only by case, compatibility form or invisible characters have the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsernameKey(String);

impl UsernameKey {
    /// The key of any text, also of one that is no valid name.
    pub fn of(text: &str) -> Self {
        let visible = text.chars().filter(|c| !text::is_invisible(*c)).nfkc();
        // Folding can leave a form that normalises further; one more round reaches the fixed point.
        let once = fold(visible);
        let again = fold(once.nfkc());
        // White space can stand behind invisible characters or come out of a compatibility form, so it goes last.
        Self(text::strip(&again.nfkc().collect::<String>()).to_owned())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without case. Letters that Unicode got lately are known to the language before they are to the folding tables, so
/// small letters are made first.
fn fold(text: impl Iterator<Item = char>) -> String {
    let small: String = text.flat_map(char::to_lowercase).collect();
    caseless::default_case_fold_str(&small)
}

/// Who somebody is: what messages, events and sockets need to know of a user. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user's number.
    pub id: UserId,
    /// The user's name.
    pub username: Username,
}

/// A registered person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's number.
    pub id: UserId,
    /// The name others write to.
    pub username: Username,
    /// The name others see; empty means: the username.
    pub display_name: String,
    /// Where to reach the person; may be empty.
    pub email: String,
    /// Whether the user may log in.
    pub is_active: bool,
    /// Whether the user may administer.
    pub is_superuser: bool,
    /// When the user was made.
    pub joined_at: Timestamp,
    /// Which picture the person has, if any.
    pub avatar: Option<AvatarVersion>,
    /// What the user shares with others.
    pub privacy: Privacy,
    /// When the user last had a connection; not known if nobody may know it.
    pub last_seen: Option<Timestamp>,
}

impl User {
    /// The part of a user that travels.
    pub fn identity(&self) -> Identity {
        Identity { id: self.id, username: self.username.clone() }
    }
}

/// A person about to be registered.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The wanted name.
    pub username: Username,
    /// May be empty.
    pub email: Email,
    /// What log-in checks against.
    pub password: PasswordHash,
    /// Whether the user may administer.
    pub is_superuser: bool,
    /// When the user was made.
    pub joined_at: Timestamp,
}

/// An e-mail address, or none (empty).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Email(String);

/// The text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("Enter a valid email address.")]
pub struct EmailError;

impl Email {
    /// Accepts an empty text, or `local@domain` of at most 254 visible ASCII or letters, with no white space or control.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let address = text::strip(text);
        if address.is_empty() {
            return Ok(Self::default());
        }
        let (local, domain) = address.rsplit_once('@').ok_or(EmailError)?;
        let clean =
            |c: char| !c.is_control() && !text::is_strippable(c) && !text::is_invisible(c) && !"<>,;\"".contains(c);
        let dotted =
            domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        let domain_ok = dotted && domain.chars().all(|c| c.is_alphanumeric() || ".-".contains(c));
        if local.is_empty() || local.contains('@') || !local.chars().all(clean) || !domain_ok || address.len() > 254 {
            return Err(EmailError);
        }
        Ok(Self(address.to_owned()))
    }

    /// An address to which mail is sent: as [`Email::parse`], but there must be one, and in ASCII, so that no letter of
    /// it can be taken for another.
    pub fn parse_mailable(text: &str) -> Result<Self, EmailError> {
        Self::parse(text)
            .and_then(|email| if email.0.is_empty() || !email.0.is_ascii() { Err(EmailError) } else { Ok(email) })
    }

    /// An address that was checked before it was stored. For stores only.
    pub fn from_store(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the address is looked up by; an empty one has none.
    pub fn key(&self) -> Option<EmailKey> {
        (!self.0.is_empty()).then(|| EmailKey::of(&self.0))
    }
}

/// The form under which an address belongs to one account: the case of ASCII letters does not count, everything else
/// does. So a letter that merely folds to an ASCII one (`ı`, `ſ`, full width) leads to nobody else's mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(String);

impl EmailKey {
    /// The key of any text, also of one that is no address.
    pub fn of(text: &str) -> Self {
        Self(text::strip(text).to_ascii_lowercase())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name for others to see: at most 150 code points that can be seen and that keep their order; empty means the username.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DisplayName(String);

/// Why a text is not a display name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DisplayNameError {
    /// More than [`DisplayName::MAX_CHARS`] code points.
    #[error("Ensure this field has no more than 150 characters.")]
    TooLong,
    /// A control character, or one that turns the direction of what stands beside it.
    #[error("Enter a name without control characters.")]
    Control,
    /// Nothing that a reader could see.
    #[error("Enter a name that can be seen.")]
    Invisible,
}

impl DisplayName {
    /// The longest display name, in code points.
    pub const MAX_CHARS: usize = 150;

    /// Strips and checks a text.
    pub fn parse(text: &str) -> Result<Self, DisplayNameError> {
        let name = text::strip(text);
        if name.chars().count() > Self::MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        if name.chars().any(|c| c.is_control() || text::is_directing(c)) {
            return Err(DisplayNameError::Control);
        }
        if !name.is_empty() && text::is_blank(name) {
            return Err(DisplayNameError::Invisible);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule_of_the_original() {
        for good in ["ada", "a", "root@example.com", "x+y-z_1.2", "žluťoučký", "محمد", "李雷", &"a".repeat(150)]
        {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        assert_eq!(Username::parse("  "), Err(UsernameError::Blank));
        assert_eq!(Username::parse(&"a".repeat(151)), Err(UsernameError::TooLong));
        for bad in ["a b", "a/b", "<b>", "a\u{200b}b", "a\0b", "😀", "a'--"] {
            assert_eq!(Username::parse(bad), Err(UsernameError::Invalid), "{bad:?}");
        }
    }

    #[test]
    fn names_that_look_alike_by_form_share_a_key() {
        let key = UsernameKey::of("admin");
        for same in ["Admin", "ADMIN", " admin ", "ａｄｍｉｎ", "adm\u{200b}in", "ᴬdmin"] {
            assert_eq!(UsernameKey::of(same), key, "{same:?}");
        }
        assert_ne!(UsernameKey::of("admin2"), key);
        assert_eq!(UsernameKey::of("straße"), UsernameKey::of("STRASSE"));
        assert_eq!(UsernameKey::of("K"), UsernameKey::of("\u{212a}"), "the Kelvin sign");
        assert_eq!(UsernameKey::of("\u{16ea0}"), UsernameKey::of("\u{16ebb}"), "letters of Unicode 17");
    }

    #[test]
    fn display_names_can_be_seen() {
        let parse = |text: &str| DisplayName::parse(text).map(|name| name.as_str().to_owned());
        assert_eq!(parse("  Ada  \u{3000}"), Ok("Ada".into()));
        assert_eq!(parse(" \t "), Ok(String::new()), "the username it is");
        assert!(parse(&"é".repeat(150)).is_ok() && parse("👩\u{200d}🚀").is_ok());
        assert_eq!(parse(&"é".repeat(151)), Err(DisplayNameError::TooLong));
        for bad in ["a\nb", "a\0", "a\u{7f}b", "\u{202e}nimda", "a\u{2066}b"] {
            assert_eq!(parse(bad), Err(DisplayNameError::Control), "{bad:?}");
        }
        for blank in ["\u{200b}", "\u{feff}\u{3164}", "\u{2800} \u{200d}"] {
            assert_eq!(parse(blank), Err(DisplayNameError::Invisible), "{blank:?}");
        }
    }

    #[test]
    fn e_mail_addresses() {
        for good in ["", "a@b.example", "ada+x@mail.example.org"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in ["a", "@b.c", "a@", "a@b..c", "a@b.c\r\nBcc: x@y.z", "a b@c.d", "a@-b.c"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        for unmailable in ["", " ", "m\u{131}ke@example.org", "mike@ex\u{e4}mple.org"] {
            assert!(Email::parse_mailable(unmailable).is_err(), "{unmailable:?}");
        }
        assert!(Email::parse_mailable("Mike@Example.org").is_ok());
    }

    #[test]
    fn an_address_is_found_in_any_ascii_case_and_in_no_other_form() {
        let key = EmailKey::of("mike@example.org");
        assert_eq!(EmailKey::of(" Mike@EXAMPLE.org\n"), key);
        for other in
            ["m\u{131}ke@example.org", "mike@example.org.", "\u{ff4d}ike@example.org", "mi\u{212a}e@example.org"]
        {
            assert_ne!(EmailKey::of(other), key, "{other}");
        }
        assert_eq!(Email::default().key(), None);
    }
}
