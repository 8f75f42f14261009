//! Sending mail.

use thiserror::Error;

use crate::user::{Email, Username};

/// Takes mail to be sent a little later, so that no request waits for, or shows, what happens to it.
pub trait Mailer: Send + Sync {
    /// Queues a mail; never waits. An accepted mail is tried several times and then given up, or lost in a crash: what it
    /// asks for can be asked for again.
    fn post(&self, mail: Mail) -> Result<(), MailFull>;
}

/// Too many mails wait already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too much mail is waiting")]
pub struct MailFull;

/// What to send to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// An address that is stored here, never one just as it was typed to find somebody.
    pub to: Email,
    /// What it says.
    pub letter: Letter,
}

/// What a mail says. The wording is the mailer's.
#[derive(Clone, PartialEq, Eq)]
pub enum Letter {
    /// Follow this link to have the account that you signed up for.
    ConfirmSignUp {
        /// The name that was wished for.
        username: Username,
        /// Works once.
        link: String,
    },
    /// Somebody who administers this place invites you to have an account.
    Invitation {
        /// Works once.
        link: String,
        /// For how many days.
        days: u32,
    },
    /// Somebody wanted to use this address, but you have an account with it.
    AddressInUse {
        /// The name of that account.
        username: Username,
        /// Where to log in.
        link: String,
    },
    /// Follow this link to choose a new password.
    ResetPassword {
        /// Whose.
        username: Username,
        /// Works once.
        link: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// Whose.
        username: Username,
        /// Where to ask for a new one, if it was somebody else.
        link: String,
    },
    /// Follow this link to make this the address of your account.
    ConfirmEmail {
        /// Whose.
        username: Username,
        /// Works once.
        link: String,
    },
    /// This address is about to be replaced.
    EmailChanging {
        /// Whose.
        username: Username,
        /// By which.
        new: Email,
    },
}

impl std::fmt::Debug for Letter {
    /// Without the link, which is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, username) = match self {
            Self::Invitation { .. } => ("Invitation", None),
            Self::ConfirmSignUp { username, .. } => ("ConfirmSignUp", Some(username)),
            Self::AddressInUse { username, .. } => ("AddressInUse", Some(username)),
            Self::ResetPassword { username, .. } => ("ResetPassword", Some(username)),
            Self::PasswordChanged { username, .. } => ("PasswordChanged", Some(username)),
            Self::ConfirmEmail { username, .. } => ("ConfirmEmail", Some(username)),
            Self::EmailChanging { username, .. } => ("EmailChanging", Some(username)),
        };
        let username = username.map(Username::as_str);
        f.debug_struct(name).field("username", &username).finish_non_exhaustive()
    }
}
