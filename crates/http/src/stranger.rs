//! Somebody who needs no credentials for what they ask: known by the place they come from, and not made to ask by another
//! site's page.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::client_address;
use crate::error::ApiError;
use crate::shared::Shared;
use crate::site;

/// Where somebody comes from.
pub(crate) struct Stranger(pub(crate) IpAddr);

impl FromRequest for Stranger {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(site::refuse_others(request).and_then(|()| {
            let shared = Shared::of(request)?;
            Ok(Self(client_address::of(request, &shared.settings)))
        }))
    }
}
