//! The end of somebody's sessions and tokens, inside of whatever ends them.

use chatapp_domain::credential::Credential;
use chatapp_domain::session::SessionId;
use chatapp_domain::token::TokenId;
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::database::{Database, WriteError};
use crate::error::UnitError;
use crate::schema::{sessions, tokens};
use crate::tokens::hash_of;

/// What ended: numbers, and what is remembered of each under its hash.
#[derive(Default)]
pub(crate) struct Ended {
    sessions: Vec<(i64, Vec<u8>)>,
    tokens: Vec<(i64, Vec<u8>)>,
}

impl Ended {
    /// Ends all sessions and tokens of a user.
    pub(crate) fn all_of(connection: &mut AnyConnection, user: i64) -> QueryResult<Self> {
        Self::all_but(connection, user, None)
    }

    /// Ends all sessions and tokens of a user but for a session, if one is to be kept.
    pub(crate) fn all_but(connection: &mut AnyConnection, user: i64, kept: Option<SessionId>) -> QueryResult<Self> {
        let theirs = || tokens::table.filter(tokens::user_id.eq(user));
        let revoked = theirs().select((tokens::id, tokens::key_hash)).load(connection)?;
        diesel::delete(theirs()).execute(connection)?;
        Ok(Self { tokens: revoked, ..Self::sessions_but(connection, user, kept)? })
    }

    /// Ends all sessions of a user.
    pub(crate) fn sessions_of(connection: &mut AnyConnection, user: i64) -> QueryResult<Self> {
        Self::sessions_but(connection, user, None)
    }

    fn sessions_but(connection: &mut AnyConnection, user: i64, kept: Option<SessionId>) -> QueryResult<Self> {
        let kept = kept.map_or(0, |session| session.0);
        let theirs = || sessions::table.filter(sessions::user_id.eq(user).and(sessions::id.ne(kept)));
        let closed = theirs().select((sessions::id, sessions::key_hash)).load(connection)?;
        diesel::delete(theirs()).execute(connection)?;
        Ok(Self { sessions: closed, tokens: Vec::new() })
    }

    /// How many.
    pub(crate) fn count(&self) -> i64 {
        i64::try_from(self.sessions.len() + self.tokens.len()).unwrap_or(i64::MAX)
    }

    /// Forgets what is remembered of them. To be called after the commit.
    pub(crate) fn forget_in(&self, database: &Database) {
        let memory = database.memory();
        for hash in self.sessions.iter().filter_map(|(_, key)| hash_of(key)) {
            memory.sessions.forget(&hash);
        }
        for hash in self.tokens.iter().filter_map(|(_, key)| hash_of(key)) {
            memory.tokens.forget(&hash);
        }
    }

    /// What whoever is connected with them must be told.
    pub(crate) fn credentials(self) -> Vec<Credential> {
        let sessions = self.sessions.into_iter().map(|(id, _)| Credential::Session(SessionId(id)));
        let tokens = self.tokens.into_iter().map(|(id, _)| Credential::Token(TokenId(id)));
        sessions.chain(tokens).collect()
    }
}

impl Database {
    /// Runs a unit of work that ends what somebody opened. From its commit on nobody is remembered by what ended.
    pub(crate) async fn ending<T, E>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<(T, Ended), UnitError<E>> + Send + 'static,
    ) -> Result<(T, Vec<Credential>), WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let database = self.clone();
        let outcome = self.write(unit, move |(_, ended)| ended.forget_in(&database)).await;
        if matches!(outcome, Err(WriteError::Store(_))) {
            // Perhaps it was kept, and the answer was lost.
            self.memory().forget_credentials();
        }
        outcome.map(|(value, ended)| (value, ended.credentials()))
    }
}
