//! What lets a connection speak for somebody: when it is over, so is the connection.

use crate::session::SessionId;
use crate::token::TokenId;

/// A log-in or a personal access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// A browser's log-in.
    Session(SessionId),
    /// A program's token.
    Token(TokenId),
}

impl Credential {
    /// The session, if it is one.
    pub fn session(self) -> Option<SessionId> {
        match self {
            Self::Session(session) => Some(session),
            Self::Token(_) => None,
        }
    }

    /// The token, if it is one.
    pub fn token(self) -> Option<TokenId> {
        match self {
            Self::Token(token) => Some(token),
            Self::Session(_) => None,
        }
    }
}

impl From<SessionId> for Credential {
    fn from(session: SessionId) -> Self {
        Self::Session(session)
    }
}

impl From<TokenId> for Credential {
    fn from(token: TokenId) -> Self {
        Self::Token(token)
    }
}
