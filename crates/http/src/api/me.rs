//! One's own account.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chatapp_domain::user::{DisplayName, User};

use crate::body::Fields;
use crate::caller::Caller;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, Refusals};
use crate::shared::Shared;
use crate::wire;

/// Your account, and what a client needs to know of the settings
#[utoipa::path(
    get,
    path = "/api/v1/me/",
    tag = "account",
    responses((status = 200, description = "You.", body = wire::Me), Refusals),
)]
pub(crate) async fn show(caller: Caller, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let user = shared.services.directory.me(&caller.identity).await?;
    Ok(answer(&user.ok_or(ApiError::NotAuthenticated)?, &shared))
}

/// Change your account
#[utoipa::path(
    patch,
    path = "/api/v1/me/",
    tag = "account",
    request_body(
        content((wire::Profile = "application/json"), (wire::Profile = "application/x-www-form-urlencoded")),
    ),
    responses((status = 200, description = "You, as you are now.", body = wire::Me), BodyRefusals, Refusals),
)]
pub(crate) async fn change(caller: Caller, mut fields: Fields, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let given = fields.optional_text("display_name", &mut errors).flatten();
    let name = given.and_then(|text| errors.check("display_name", DisplayName::parse(&text)));
    if !errors.is_empty() {
        return Err(ApiError::Fields(errors));
    }
    let directory = &shared.services.directory;
    let user = match name {
        Some(name) => directory.rename(&caller.identity, name).await?,
        None => directory.me(&caller.identity).await?,
    };
    Ok(answer(&user.ok_or(ApiError::NotAuthenticated)?, &shared))
}

pub(super) fn answer(user: &User, shared: &Shared) -> HttpResponse {
    let settings = wire::PageSettings {
        message_max_length: shared.settings.message_max_length,
        messages_to_load: shared.page_size.get(),
    };
    json::ok(&wire::Me::new(user, settings))
}
