//! A mailer that keeps everything, and a console that remembers.

use std::sync::{Arc, Mutex, PoisonError};

use chatapp_domain::first_run::Console;
use chatapp_domain::ports::mail::{Letter, Mail, MailFull, Mailer};

/// Remembers each mail. Clones share one memory.
#[derive(Clone, Debug, Default)]
pub struct Mailbox {
    kept: Arc<Mutex<(Vec<Mail>, bool)>>,
}

impl Mailbox {
    /// Everything that was posted so far, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.with(|(mails, _)| mails.clone())
    }

    /// Forgets what was posted so far.
    pub fn clear(&self) {
        self.with(|(mails, _)| mails.clear());
    }

    /// From now on it takes no mail, or takes it again.
    pub fn set_full(&self, full: bool) {
        self.with(|kept| kept.1 = full);
    }

    /// The token in the last link that was posted.
    pub fn last_token(&self) -> String {
        let link = self.with(|(mails, _)| mails.iter().rev().find_map(|mail| link(&mail.letter).map(str::to_owned)));
        link.unwrap().split_once('#').unwrap().1.to_owned()
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut (Vec<Mail>, bool)) -> T) -> T {
        use_it(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The link with a token in a letter.
fn link(letter: &Letter) -> Option<&str> {
    match letter {
        Letter::ConfirmSignUp { link, .. }
        | Letter::Invitation { link, .. }
        | Letter::ResetPassword { link, .. }
        | Letter::ConfirmEmail { link, .. } => Some(link),
        Letter::AddressInUse { .. } | Letter::PasswordChanged { .. } | Letter::EmailChanging { .. } => None,
    }
}

impl Mailer for Mailbox {
    fn post(&self, mail: Mail) -> Result<(), MailFull> {
        self.with(|(mails, full)| {
            if *full {
                return Err(MailFull);
            }
            mails.push(mail);
            Ok(())
        })
    }
}

/// Remembers each code that was shown. Clones share one memory.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    shown: Arc<Mutex<Vec<String>>>,
}

impl Codes {
    /// Every code so far, in order.
    pub fn shown(&self) -> Vec<String> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The code that counts.
    pub fn last(&self) -> String {
        self.shown().pop().unwrap()
    }
}

impl Console for Codes {
    fn show(&self, code: &str) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).push(code.to_owned());
    }
}
