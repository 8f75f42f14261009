//! Confirming another address.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::account::{link_is_over, token};
use crate::body::Fields;
use crate::error::ApiError;
use crate::openapi::{BodyRefusals, Trouble};
use crate::shared::Shared;
use crate::stranger::Stranger;
use crate::wire;

/// Confirm another address with a mailed link
#[utoipa::path(
    post,
    path = "/api/v1/email/confirm/",
    tag = "account",
    request_body(content((wire::LinkToken = "application/json"), (wire::LinkToken = "application/x-www-form-urlencoded"))),
    responses(
        (status = 204, description = "The address is the account's now."),
        (status = 403, description = "Another site's page asked.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn confirm(
    Stranger(address): Stranger,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let token = token(&mut fields)?;
    shared.throttles.link(address)?;
    if shared.services.email_changes.confirm(&token).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(link_is_over())
    }
}
