//! The first start of a place: while it has nobody, whoever sees the server's console may make the first account.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::link::LinkHash;
use crate::password::{Password, PasswordError};
use crate::ports::StoreError;
use crate::ports::passwords::{HashError, PasswordHasher};
use crate::ports::secrets::Secrets;
use crate::ports::sign_ups::{CreateFirstError, SignUpStore};
use crate::time::Clock;
use crate::user::{Email, EmailError, NewUser, User, Username, UsernameError};

/// Shows the code to the operator, and to nobody else.
pub trait Console: Send + Sync {
    /// Shows a new code; those before do not count any more.
    fn show(&self, code: &str);
}

/// What somebody typed who makes the first account.
#[derive(Clone)]
pub struct FirstWish {
    /// From the console.
    pub code: String,
    /// The wanted name.
    pub username: String,
    /// May be empty.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Why the first account was not made.
#[derive(Debug, Error)]
pub enum FirstRunError {
    /// There is somebody already.
    #[error("there are users already")]
    Over,
    /// It is not the code.
    #[error("This is not the code that the server printed.")]
    Code,
    /// The fields are not right.
    #[error("the fields are not right")]
    Flawed {
        /// With the name.
        username: Option<UsernameError>,
        /// With the address.
        email: Option<EmailError>,
        /// With the password.
        password: Option<PasswordError>,
    },
    /// Too many passwords wait.
    #[error("too many at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The code that counts, and how often another one was tried.
struct Code {
    hash: LinkHash,
    failures: u32,
}

/// Makes the first account, a superuser's. Each server has a code of its own while there is nobody.
#[derive(Clone)]
pub struct FirstRun {
    store: Arc<dyn SignUpStore>,
    hasher: Arc<dyn PasswordHasher>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    console: Arc<dyn Console>,
    code: Arc<Mutex<Option<Code>>>,
    /// Once there is somebody there always is.
    over: Arc<AtomicBool>,
}

impl FirstRun {
    /// After so many wrong codes there is a new one.
    pub const TRIES: u32 = 10;

    /// A service over the given stores. There is no code before [`FirstRun::begin`].
    pub fn new(
        store: Arc<dyn SignUpStore>,
        hasher: Arc<dyn PasswordHasher>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        console: Arc<dyn Console>,
    ) -> Self {
        let (code, over) = Default::default();
        Self { store, hasher, secrets, clock, console, code, over }
    }

    /// Shows a code if there is nobody. Gives whether there is nobody.
    pub async fn begin(&self) -> Result<bool, StoreError> {
        let first = self.is_first().await?;
        if first {
            *self.lock() = Some(self.new_code());
        }
        Ok(first)
    }

    /// Whether there is nobody at all.
    pub async fn is_first(&self) -> Result<bool, StoreError> {
        if self.over.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let anybody = self.store.has_anybody().await?;
        self.over.store(anybody, Ordering::Relaxed);
        Ok(!anybody)
    }

    /// Makes the first account. A name is taken as an operator's: `admin` is fine.
    pub async fn make(&self, wish: FirstWish) -> Result<User, FirstRunError> {
        if !self.is_first().await? {
            return Err(FirstRunError::Over);
        }
        self.try_code(&wish.code)?;
        let (username, email, password) = examine(&wish)?;
        let password = self.hasher.hash(password).await.map_err(|_: HashError| FirstRunError::Busy)?;
        let user = NewUser { username, email, password, is_superuser: true, joined_at: self.clock.now() };
        let made = self.store.create_first(user).await.map_err(|error| match error {
            CreateFirstError::NotFirst => FirstRunError::Over,
            CreateFirstError::Store(error) => FirstRunError::Store(error),
        });
        if matches!(made, Ok(_) | Err(FirstRunError::Over)) {
            self.over.store(true, Ordering::Relaxed);
            *self.lock() = None;
        }
        made
    }

    fn try_code(&self, typed: &str) -> Result<(), FirstRunError> {
        let typed = LinkHash::of(&plain(typed));
        let mut code = self.lock();
        let Some(known) = code.as_mut() else { return Err(FirstRunError::Code) };
        if bool::from(known.hash.0.ct_eq(&typed.0)) {
            return Ok(());
        }
        known.failures += 1;
        if known.failures >= Self::TRIES {
            *code = Some(self.new_code());
        }
        Err(FirstRunError::Code)
    }

    fn new_code(&self) -> Code {
        let code = spelled(self.secrets.bits());
        self.console.show(&code);
        Code { hash: LinkHash::of(&plain(&code)), failures: 0 }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Code>> {
        self.code.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Sixty bits in three groups of four, to be typed from one screen into another.
fn spelled(bits: [u8; 32]) -> String {
    let letters: Vec<char> = bits.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).take(12).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code as it counts: how it is grouped and in which case it is typed does not matter.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn examine(wish: &FirstWish) -> Result<(Username, Email, Password), FirstRunError> {
    let (username, email) = (Username::parse(&wish.username), Email::parse(&wish.email));
    let password = Password::parse_for(&wish.password, wish.username.trim(), wish.email.trim());
    match (username, email, password) {
        (Ok(username), Ok(email), Ok(password)) => Ok((username, email, password)),
        (username, email, password) => {
            let (username, email, password) = (username.err(), email.err(), password.err());
            Err(FirstRunError::Flawed { username, email, password })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_easy_to_type() {
        let code = spelled(std::array::from_fn(|place| u8::try_from(place).unwrap()));
        assert_eq!(code, "ABCD-EFGH-JKLM");
        assert_eq!(plain(" abcd efgh-jklm\n"), plain(&code));
    }
}
