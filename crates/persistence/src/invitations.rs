//! The store of invitations.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::audit::{Action, Actor};
use chatapp_domain::link::LinkHash;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::invitations::{Invitation, InvitationId, InvitationStore, NewInvitation};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, EmailKey, Username};
use diesel::prelude::*;

use crate::audit;
use crate::connection::AnyConnection;
use crate::database::{Database, Never};
use crate::error::UnitError;
use crate::schema::{invitations, users};

impl Database {
    /// The store of invitations.
    pub fn invitations(&self) -> Arc<dyn InvitationStore> {
        Arc::new(Invitations(self.clone()))
    }
}

struct Invitations(Database);

#[async_trait]
impl InvitationStore for Invitations {
    async fn add(&self, invitation: NewInvitation) -> Result<Invitation, StoreError> {
        let (email, created_at, expires_at) =
            (invitation.email.as_str().to_owned(), invitation.by.at, invitation.expires_at);
        let id = self.0.write::<_, Never>(move |connection| insert(connection, &invitation), |_| ()).await?;
        Ok(Invitation { id: InvitationId(id), email, created_at, expires_at, used_by: None })
    }

    async fn list(&self, limit: i64) -> Result<Vec<Invitation>, StoreError> {
        let rows = self.0.read_unfiled(move |connection| {
            invitations::table
                .left_join(users::table.on(invitations::used_by.eq(users::id.nullable())))
                // All of them: said so that the index gives the order.
                .filter(invitations::id.gt(0))
                .order(invitations::id.desc())
                .limit(limit)
                .select((
                    invitations::id,
                    invitations::email,
                    invitations::created_at,
                    invitations::expires_at,
                    users::username.nullable(),
                ))
                .load::<(i64, String, i64, i64, Option<String>)>(connection)
        });
        let invitation = |(id, email, created_at, expires_at, used_by): (_, _, _, _, Option<String>)| Invitation {
            id: InvitationId(id),
            email,
            created_at: Timestamp::from_micros(created_at),
            expires_at: Timestamp::from_micros(expires_at),
            used_by: used_by.map(Username::from_store),
        };
        Ok(rows.await?.into_iter().map(invitation).collect())
    }

    async fn remove(&self, id: InvitationId, by: Actor) -> Result<bool, StoreError> {
        let removed = self.0.write::<_, Never>(
            move |connection| {
                let removed = diesel::delete(invitations::table.find(id.0)).execute(connection)? > 0;
                if removed {
                    audit::write(connection, &by.did(Action::InvitationRevoke, id.0))?;
                }
                Ok(removed)
            },
            |_| (),
        );
        Ok(removed.await?)
    }

    async fn counts(&self, token: LinkHash, email: &Email, now: Timestamp) -> Result<bool, StoreError> {
        let email = email.clone();
        Ok(self.0.read_unfiled(move |connection| that_counts(connection, token, &email, now)).await?.is_some())
    }
}

fn insert<E>(connection: &mut AnyConnection, new: &NewInvitation) -> Result<i64, UnitError<E>> {
    let row = (
        invitations::token_hash.eq(&new.token.0[..]),
        invitations::email.eq(new.email.as_str()),
        invitations::created_by.eq(new.by.user.map(|user| user.0)),
        invitations::created_at.eq(new.by.at.as_micros()),
        invitations::expires_at.eq(new.expires_at.as_micros()),
    );
    diesel::insert_into(invitations::table).values(row).execute(connection)?;
    let by_token = invitations::table.filter(invitations::token_hash.eq(&new.token.0[..]));
    let id = by_token.select(invitations::id).first(connection)?;
    audit::write(connection, &new.entry(InvitationId(id)))?;
    Ok(id)
}

/// The number of an invitation that counts for `email`.
pub(crate) fn that_counts(
    connection: &mut AnyConnection,
    token: LinkHash,
    email: &Email,
    now: Timestamp,
) -> QueryResult<Option<i64>> {
    let found: Option<(i64, String)> = invitations::table
        .filter(invitations::token_hash.eq(&token.0[..]))
        .filter(invitations::used_at.is_null().and(invitations::expires_at.gt(now.as_micros())))
        .select((invitations::id, invitations::email))
        .first(connection)
        .optional()?;
    let theirs = |address: &str| address.is_empty() || email.key() == Some(EmailKey::of(address));
    Ok(found.filter(|(_, address)| theirs(address)).map(|(id, _)| id))
}
