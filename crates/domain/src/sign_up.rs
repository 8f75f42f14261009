//! Signing up: a wish, a mail, a confirmation.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::link::{LinkHash, LinkToken};
use crate::naming::{self, NameError};
use crate::password::{Password, PasswordError};
use crate::ports::StoreError;
use crate::ports::invitations::InvitationStore;
use crate::ports::mail::{Letter, MailFull};
use crate::ports::passwords::{HashError, PasswordHasher};
use crate::ports::secrets::Secrets;
use crate::ports::sign_ups::{NameTaken, NewSignUp, Renewed, ReserveError, SignUpStore};
use crate::post::Post;
use crate::time::Clock;
use crate::user::{Email, EmailError, EmailKey, User, Username, UsernameKey};

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SignUpPolicy {
    /// Everyone.
    Open,
    /// Whoever was invited.
    Invite,
    /// Nobody: an operator makes the users.
    #[default]
    Closed,
}

/// What is wrong with a wish, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flaws {
    /// With the name.
    pub username: Option<NameError>,
    /// With the address.
    pub email: Option<EmailError>,
    /// With the password.
    pub password: Option<PasswordError>,
}

impl Flaws {
    fn any(&self) -> bool {
        self.username.is_some() || self.email.is_some() || self.password.is_some()
    }
}

/// What somebody typed who wants an account.
#[derive(Clone)]
pub struct Wish {
    /// The wanted name.
    pub username: String,
    /// Where to send the link.
    pub email: String,
    /// The password.
    pub password: String,
    /// The invitation's token, if there is one.
    pub invitation: Option<String>,
}

/// Why a sign-up was not accepted.
#[derive(Debug, Error)]
pub enum SignUpError {
    /// Nobody may sign up.
    #[error("sign-up is closed")]
    Closed,
    /// The fields are not right.
    #[error("the fields are not right")]
    Flawed(Flaws),
    /// The invitation is missing, used, over or for another address.
    #[error("This invitation is not valid.")]
    Invitation,
    /// Too many passwords or mails wait.
    #[error("too many at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps wishes for an account until they are confirmed.
#[derive(Clone)]
pub struct SignUps {
    store: Arc<dyn SignUpStore>,
    invitations: Arc<dyn InvitationStore>,
    hasher: Arc<dyn PasswordHasher>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    /// Without it nobody can sign up, since nobody could confirm.
    post: Option<Post>,
    policy: SignUpPolicy,
}

impl SignUps {
    /// How long a wish is kept, and its name with it.
    pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

    /// A service over the given stores.
    pub fn new(
        store: Arc<dyn SignUpStore>,
        invitations: Arc<dyn InvitationStore>,
        hasher: Arc<dyn PasswordHasher>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        post: Option<Post>,
        policy: SignUpPolicy,
    ) -> Self {
        Self { store, invitations, hasher, secrets, clock, post, policy }
    }

    /// Who may sign up.
    pub fn policy(&self) -> SignUpPolicy {
        if self.post.is_some() { self.policy } else { SignUpPolicy::Closed }
    }

    /// Whether the name can be had just now.
    pub async fn check_name(&self, text: &str) -> Result<Result<Username, NameError>, StoreError> {
        let name = match naming::wanted(text) {
            Ok(name) => name,
            Err(error) => return Ok(Err(error)),
        };
        let taken = self.store.who_has(&name, self.clock.now()).await?;
        Ok(taken.map_or(Ok(name), |taken| Err(taken.into())))
    }

    /// Keeps a wish and mails its link. Whether the address has an account is told to its owner alone: the answer, the work
    /// done and what is kept are the same.
    pub async fn request(&self, wish: Wish) -> Result<(), SignUpError> {
        let Some(post) = self.post.as_ref().filter(|_| self.policy != SignUpPolicy::Closed) else {
            return Err(SignUpError::Closed);
        };
        let (username, email, password) = self.examine(&wish).await?;
        let now = self.clock.now();
        let invitation = self.invitation(&wish)?;
        if let Some(token) = invitation
            && !self.invitations.counts(token, &email, now).await?
        {
            return Err(SignUpError::Invitation);
        }
        let password = self.hasher.hash(password).await.map_err(|_: HashError| SignUpError::Busy)?;
        let token = LinkToken::from_random(self.secrets.bits());
        let sign_up = NewSignUp {
            token: token.hash(),
            username: username.clone(),
            email: email.clone(),
            password,
            invitation,
            at: now,
            expires_at: now.after(Self::KEPT),
        };
        let owner = self.store.reserve(sign_up).await?;
        match owner {
            Some(owner) => post.tell_in_use(&owner)?,
            None => post.send(email, Letter::ConfirmSignUp { username, link: post.links.confirm_account(&token) })?,
        }
        Ok(())
    }

    /// Mails the link of a wish that waits once more, as another one. Whether there is such a wish changes neither the answer
    /// nor the work done.
    pub async fn mail_again(&self, username: &str, email: &str) -> Result<(), SignUpError> {
        let Some(post) = self.post.as_ref().filter(|_| self.policy != SignUpPolicy::Closed) else {
            return Err(SignUpError::Closed);
        };
        let token = LinkToken::from_random(self.secrets.bits());
        let (name, address) = (UsernameKey::of(username), EmailKey::of(email));
        match self.store.renew(&name, &address, token.hash(), self.clock.now()).await? {
            None => {}
            Some(Renewed { owner: Some(owner), .. }) => post.tell_in_use(&owner)?,
            Some(Renewed { username, email, owner: None }) => {
                post.send(email, Letter::ConfirmSignUp { username, link: post.links.confirm_account(&token) })?;
            }
        }
        Ok(())
    }

    /// Makes the account that a mailed link stands for. `None`: the link is not valid (any more).
    pub async fn confirm(&self, token: &str) -> Result<Option<User>, StoreError> {
        self.store.confirm(LinkHash::of(token), self.clock.now()).await
    }

    /// Forgets wishes that nobody confirmed. Gives how many.
    pub async fn purge(&self) -> Result<usize, StoreError> {
        self.store.purge(self.clock.now()).await
    }

    async fn examine(&self, wish: &Wish) -> Result<(Username, Email, Password), SignUpError> {
        let username = self.check_name(&wish.username).await?;
        let email = Email::parse_mailable(&wish.email);
        let password = Password::parse_for(&wish.password, wish.username.trim(), wish.email.trim());
        match (username, email, password) {
            (Ok(username), Ok(email), Ok(password)) => Ok((username, email, password)),
            (username, email, password) => {
                let flaws = Flaws { username: username.err(), email: email.err(), password: password.err() };
                debug_assert!(flaws.any(), "something was wrong");
                Err(SignUpError::Flawed(flaws))
            }
        }
    }

    /// The invitation that must count. Where everyone may sign up, none is looked at.
    fn invitation(&self, wish: &Wish) -> Result<Option<LinkHash>, SignUpError> {
        match (self.policy, wish.invitation.as_deref()) {
            (SignUpPolicy::Open, _) => Ok(None),
            (SignUpPolicy::Invite, Some(token)) => Ok(Some(LinkHash::of(token))),
            (SignUpPolicy::Invite, None) => Err(SignUpError::Invitation),
            (SignUpPolicy::Closed, _) => Err(SignUpError::Closed),
        }
    }
}

impl From<NameTaken> for NameError {
    fn from(taken: NameTaken) -> Self {
        match taken {
            NameTaken::Same => Self::Taken,
            NameTaken::Alike => Self::LooksTaken,
        }
    }
}

impl From<ReserveError> for SignUpError {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Name(taken) => Self::Flawed(Flaws { username: Some(taken.into()), ..Flaws::default() }),
            ReserveError::Invitation => Self::Invitation,
            ReserveError::Store(error) => Self::Store(error),
        }
    }
}

impl From<MailFull> for SignUpError {
    fn from(MailFull: MailFull) -> Self {
        Self::Busy
    }
}
