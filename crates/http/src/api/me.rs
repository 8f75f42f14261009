//! One's own account.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::email_changes::EmailChangeError;
use chatapp_domain::password::Password;
use chatapp_domain::privacy::PrivacyChange;
use chatapp_domain::user::{DisplayName, Email, EmailKey, User};

use crate::body::Fields;
use crate::caller::Caller;
use crate::client_address;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, Refusals};
use crate::shared::Shared;
use crate::throttle::MailKind;
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
    answer(&user.ok_or(ApiError::NotAuthenticated)?, &shared).await
}

/// Change your account
///
/// Another address counts once the link was followed that is mailed there; until then it is `pending_email`.
#[utoipa::path(
    patch,
    path = "/api/v1/me/",
    tag = "account",
    request_body(
        content((wire::Profile = "application/json"), (wire::Profile = "application/x-www-form-urlencoded")),
    ),
    responses((status = 200, description = "You, as you are now.", body = wire::Me), BodyRefusals, Refusals),
)]
pub(crate) async fn change(
    request: HttpRequest,
    caller: Caller,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let given = fields.optional_text("display_name", &mut errors).flatten();
    let name = given.and_then(|text| errors.check("display_name", DisplayName::parse(&text)));
    let sharing = PrivacyChange {
        receipts: fields.optional_flag("receipts", &mut errors),
        presence: fields.optional_flag("presence", &mut errors),
    };
    let email = new_email(&mut fields, &mut errors);
    if !errors.is_empty() {
        return Err(ApiError::Fields(errors));
    }
    if let Some((email, password)) = email {
        // Where links are mailed to is not for tokens.
        caller.credential.session().ok_or(ApiError::PermissionDenied)?;
        change_email(&request, &caller, email, password, &shared).await?;
    }
    shared.services.presence.share(&caller.identity, sharing).await?;
    let directory = &shared.services.directory;
    let user = match name {
        Some(name) => directory.rename(&caller.identity, name).await?,
        None => directory.me(&caller.identity).await?,
    };
    answer(&user.ok_or(ApiError::NotAuthenticated)?, &shared).await
}

/// The wished address, which goes with a password.
fn new_email(fields: &mut Fields, errors: &mut FieldErrors) -> Option<(Email, String)> {
    let given = fields.optional_text("email", errors)?;
    let email = given.and_then(|text| errors.check("email", Email::parse_mailable(&text)));
    Some((email?, fields.text("password", errors)?))
}

async fn change_email(
    request: &HttpRequest,
    caller: &Caller,
    email: Email,
    password: String,
    shared: &Shared,
) -> Result<(), ApiError> {
    let services = &shared.services;
    let user = services.directory.me(&caller.identity).await?.ok_or(ApiError::NotAuthenticated)?;
    let address = client_address::of(request, &shared.settings);
    let guess = shared.throttles.log_in_anywhere(&*services.nodes, user.username.as_str(), address).await?;
    let key = email.key().unwrap_or_else(|| EmailKey::of(""));
    if let Err(wait) = shared.throttles.mail(MailKind::NewAddress, &key) {
        guess.forgive().await;
        return Err(wait.into());
    }
    let changed = services.email_changes.request(&user, email, Password::unchecked(password)).await;
    if !matches!(changed, Err(EmailChangeError::Password)) {
        guess.forgive().await;
    }
    Ok(changed?)
}

pub(super) async fn answer(user: &User, shared: &Shared) -> Result<HttpResponse, ApiError> {
    let pending = shared.services.email_changes.pending(user.id).await?;
    let settings = wire::PageSettings {
        message_max_length: shared.settings.message_max_length,
        messages_to_load: shared.page_size.get(),
    };
    Ok(json::ok(&wire::Me::new(user, pending.as_deref(), settings)))
}
