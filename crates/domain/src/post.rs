//! Mail with links to this place.

use std::sync::Arc;

use thiserror::Error;

use crate::link::LinkToken;
use crate::ports::mail::{Letter, Mail, MailFull, Mailer};
use crate::user::{Email, User};

/// This server sends no mail: it does not know under which address people reach it, so it could not write a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this server sends no mail")]
pub struct MailOff;

/// The pages that links lead to, under the one configured address: never under what a request calls the server. A token
/// stands behind `#`, which browsers send to nobody.
#[derive(Clone, Debug)]
pub struct Links {
    origin: Arc<str>,
}

impl Links {
    /// Links under scheme and host, without a slash at the end.
    pub fn under(origin: &str) -> Self {
        Self { origin: origin.trim_end_matches('/').into() }
    }

    /// Where a sign-up is confirmed.
    pub fn confirm_account(&self, token: &LinkToken) -> String {
        self.with_token("/account/confirm/", token)
    }

    /// Where somebody who was invited signs up.
    pub fn sign_up(&self, token: &LinkToken) -> String {
        self.with_token("/account/sign-up/", token)
    }

    /// Where a new password is chosen.
    pub fn reset_password(&self, token: &LinkToken) -> String {
        self.with_token("/password/reset/", token)
    }

    /// Where a new address is confirmed.
    pub fn confirm_email(&self, token: &LinkToken) -> String {
        self.with_token("/email/confirm/", token)
    }

    /// Where the page is.
    pub fn front(&self) -> String {
        format!("{}/", self.origin)
    }

    /// Where one logs in.
    pub fn log_in(&self) -> String {
        format!("{}/login/", self.origin)
    }

    /// Where a forgotten password is told of.
    pub fn forgot_password(&self) -> String {
        format!("{}/password/forgot/", self.origin)
    }

    fn with_token(&self, path: &str, token: &LinkToken) -> String {
        format!("{}{path}#{}", self.origin, token.expose())
    }
}

/// A mailer, and where its links lead.
#[derive(Clone)]
pub struct Post {
    mailer: Arc<dyn Mailer>,
    /// Where links lead.
    pub links: Links,
}

impl Post {
    /// Mail through `mailer` with links under `links`.
    pub fn new(mailer: Arc<dyn Mailer>, links: Links) -> Self {
        Self { mailer, links }
    }

    /// Queues a mail.
    pub fn send(&self, to: Email, letter: Letter) -> Result<(), MailFull> {
        self.mailer.post(Mail { to, letter })
    }

    /// Tells somebody that their address is wanted for another account.
    pub(crate) fn tell_in_use(&self, owner: &User) -> Result<(), MailFull> {
        let letter = Letter::AddressInUse { username: owner.username.clone(), link: self.links.log_in() };
        self.send(Email::from_store(owner.email.clone()), letter)
    }

    /// Tells somebody that their password is another one now. It is too late to refuse anything, so a full queue is not
    /// the caller's trouble.
    pub(crate) fn tell_changed(&self, user: &User) {
        if user.email.is_empty() {
            return;
        }
        let letter = Letter::PasswordChanged { username: user.username.clone(), link: self.links.forgot_password() };
        let _ = self.send(Email::from_store(user.email.clone()), letter);
    }
}
