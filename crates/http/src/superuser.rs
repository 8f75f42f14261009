//! Who may administer: a superuser in a session of their own, who gave the password not long ago. For everyone else there
//! is nothing here.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chatapp_domain::audit::Actor;
use chatapp_domain::time::Timestamp;
use futures_util::future::Either;

use crate::caller::Owner;
use crate::client_address;
use crate::error::ApiError;
use crate::session::LoggedIn;
use crate::shared::Shared;

/// A person who may administer. Every handler below `/api/v1/admin/` takes one.
pub(crate) struct Superuser {
    /// Who it is, for the log.
    pub(crate) actor: Actor,
}

type Looking = Pin<Box<dyn Future<Output = Result<Superuser, ApiError>>>>;

impl FromRequest for Superuser {
    type Error = ApiError;
    type Future = Either<Ready<Result<Self, ApiError>>, Looking>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Whoever may not is refused before anything else of the request is looked at.
        match Owner::from_request(request, payload).into_inner().and_then(|owner| may(request, owner)) {
            Err(error) => Either::Left(ready(Err(error))),
            Ok(owner) => {
                let request = request.clone();
                Either::Right(Box::pin(async move { confirmed(&request, owner).await }))
            }
        }
    }
}

fn may(request: &HttpRequest, owner: Owner) -> Result<(Owner, Timestamp), ApiError> {
    let logged_in = LoggedIn::of(request).filter(|logged_in| logged_in.is_superuser).ok_or(ApiError::NotFound)?;
    Ok((owner, Timestamp::from_micros(logged_in.confirmed_at)))
}

async fn confirmed(request: &HttpRequest, (owner, given): (Owner, Timestamp)) -> Result<Superuser, ApiError> {
    let shared = Shared::of(request)?;
    let age = shared.settings.admin_password_age;
    if !shared.services.accounts.is_confirmed(owner.session, given, age).await? {
        return Err(ApiError::PasswordRequired);
    }
    let address = client_address::of(request, &shared.settings);
    let actor = Actor { user: Some(owner.identity.id), address: Some(address), at: shared.services.clock.now() };
    Ok(Superuser { actor })
}
