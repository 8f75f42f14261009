//! Messages: one, many, and sending.

mod list;
mod search;
mod send;

use actix_web::HttpResponse;
use actix_web::web::Data;
use chatapp_domain::message::MessageId;

pub(crate) use self::list::{__path_list, list};
pub(crate) use self::send::{__path_send, send};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::json;
use crate::openapi::Refusals;
use crate::path::Id;
use crate::shared::Shared;
use crate::wire;

/// One message
///
/// Only those who are in it can read it.
#[utoipa::path(
    get,
    path = "/api/v1/message/{id}/",
    tag = "messages",
    params(("id" = String, Path, description = "The message's number.")),
    responses(
        (status = 200, description = "The message.", body = wire::Message),
        (status = 404, description = "Not there, or not yours.", body = wire::Problem),
        Refusals,
    ),
)]
pub(crate) async fn show(caller: Caller, id: Id, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let found = shared.services.messaging.find(&caller.identity, MessageId(id.0)).await?;
    let message = found.ok_or(ApiError::NotFound)?;
    Ok(json::ok(&wire::Message::seen_by(caller.identity.id, &message)))
}
