//! Getting an account: signing up, confirming, and the first account of all. Nobody here has credentials yet.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chatapp_domain::first_run::FirstWish;
use chatapp_domain::naming;
use chatapp_domain::password::Password;
use chatapp_domain::sign_up::{SignUpPolicy, Wish};
use chatapp_domain::user::{Email, EmailKey, Username};

use crate::body::Fields;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, Trouble};
use crate::shared::Shared;
use crate::stranger::Stranger;
use crate::throttle::MailKind;
use crate::wire;

/// How one gets an account here
#[utoipa::path(
    get,
    path = "/api/v1/account/",
    tag = "sign-up",
    responses(
        (status = 200, description = "What is possible.", body = wire::AccountState),
        (status = 403, description = "Another site's page asked.", body = wire::Problem),
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn show(_: Stranger, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let services = &shared.services;
    Ok(json::ok(&wire::AccountState {
        sign_up: match services.sign_ups.policy() {
            SignUpPolicy::Open => "open",
            SignUpPolicy::Invite => "invite",
            SignUpPolicy::Closed => "closed",
        },
        first_run: services.first_run.is_first().await?,
        password_reset: services.recovery.is_on(),
    }))
}

/// See what is wrong with a name, an address or a password
///
/// Where nobody may sign up, nobody is looked up either: only the form of a name is checked.
#[utoipa::path(
    post,
    path = "/api/v1/account/check/",
    tag = "sign-up",
    request_body(content((wire::Check = "application/json"), (wire::Check = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "A list for each field that was given.", body = wire::CheckedFields),
        (status = 403, description = "Another site's page asked.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn check(
    Stranger(address): Stranger,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    shared.throttles.check(address)?;
    let mut errors = FieldErrors::default();
    let mut given = |name| fields.optional_text(name, &mut errors).flatten();
    let (username, email, password) = (given("username"), given("email"), given("password"));
    if !errors.is_empty() {
        return Err(ApiError::Fields(errors));
    }
    let mut checked = wire::CheckedFields::default();
    if let Some(username) = &username {
        checked.username = Some(problems(check_name(&shared, username).await?));
    }
    checked.email = email.as_deref().map(|email| problems(Email::parse_mailable(email)));
    checked.password = password.map(|password| {
        let (username, email) = (username.as_deref().unwrap_or_default(), email.as_deref().unwrap_or_default());
        problems(Password::parse_for(&password, username.trim(), email.trim()))
    });
    Ok(json::ok(&checked))
}

async fn check_name(shared: &Shared, username: &str) -> Result<Result<(), String>, ApiError> {
    let services = &shared.services;
    if services.first_run.is_first().await? {
        return Ok(Username::parse(username).map(drop).map_err(|error| error.to_string()));
    }
    if services.sign_ups.policy() == SignUpPolicy::Closed {
        return Ok(naming::wanted(username).map(drop).map_err(|error| error.to_string()));
    }
    Ok(services.sign_ups.check_name(username).await?.map(drop).map_err(|error| error.to_string()))
}

fn problems<T, E: ToString>(checked: Result<T, E>) -> Vec<String> {
    checked.err().map(|error| error.to_string()).into_iter().collect()
}

/// Sign up
///
/// The name is kept for a day. The account is there once the link was followed that is mailed to the address. If the address
/// has an account already, its owner is told so by mail, and the answer is the same.
#[utoipa::path(
    post,
    path = "/api/v1/account/",
    tag = "sign-up",
    request_body(content((wire::SignUp = "application/json"), (wire::SignUp = "application/x-www-form-urlencoded"))),
    responses(
        (status = 202, description = "A mail is on its way.", body = wire::Detail),
        (status = 403, description = "Nobody may sign up, or another site's page asked.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn sign_up(
    Stranger(address): Stranger,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let sign_ups = &shared.services.sign_ups;
    if sign_ups.policy() == SignUpPolicy::Closed {
        return Err(ApiError::SignUpClosed);
    }
    let mut errors = FieldErrors::default();
    let username = fields.filled("username", &mut errors);
    let email = fields.filled("email", &mut errors);
    let password = fields.text("password", &mut errors);
    let invitation = fields.optional_text("invitation", &mut errors).flatten();
    let (Some(username), Some(email), Some(password), true) = (username, email, password, errors.is_empty()) else {
        return Err(ApiError::Fields(errors));
    };
    shared.throttles.sign_up(address)?;
    shared.throttles.mail(MailKind::SignUp, &EmailKey::of(&email))?;
    sign_ups.request(Wish { username, email, password, invitation }).await?;
    let detail = "We have sent you a mail. Follow the link in it to have your account.";
    Ok(json::respond(StatusCode::ACCEPTED, &wire::Detail { detail }))
}

/// Have the mail of a sign-up sent again
///
/// With another link: the one before does not work any more. Whether anybody signed up so changes neither the answer nor how
/// long it takes.
#[utoipa::path(
    post,
    path = "/api/v1/account/again/",
    tag = "sign-up",
    request_body(content((wire::Again = "application/json"), (wire::Again = "application/x-www-form-urlencoded"))),
    responses(
        (status = 202, description = "If somebody signed up so, a mail is on its way.", body = wire::Detail),
        (status = 403, description = "Nobody may sign up, or another site's page asked.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn mail_again(
    Stranger(address): Stranger,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let sign_ups = &shared.services.sign_ups;
    if sign_ups.policy() == SignUpPolicy::Closed {
        return Err(ApiError::SignUpClosed);
    }
    let mut errors = FieldErrors::default();
    let (username, email) = (fields.filled("username", &mut errors), fields.filled("email", &mut errors));
    let (Some(username), Some(email)) = (username, email) else { return Err(ApiError::Fields(errors)) };
    shared.throttles.sign_up(address)?;
    shared.throttles.mail(MailKind::SignUp, &EmailKey::of(&email))?;
    sign_ups.mail_again(&username, &email).await?;
    let detail = "If somebody signed up so and has not confirmed it, a mail with another link is on its way.";
    Ok(json::respond(StatusCode::ACCEPTED, &wire::Detail { detail }))
}

/// Confirm a sign-up
#[utoipa::path(
    post,
    path = "/api/v1/account/confirm/",
    tag = "sign-up",
    request_body(content((wire::LinkToken = "application/json"), (wire::LinkToken = "application/x-www-form-urlencoded"))),
    responses(
        (status = 201, description = "The account is there.", body = wire::Made),
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
    let user = shared.services.sign_ups.confirm(&token).await?.ok_or_else(link_is_over)?;
    Ok(json::respond(StatusCode::CREATED, &wire::Made { username: user.username.as_str() }))
}

/// Make the first account
///
/// While there is nobody, whoever sees the server's console can make the first account, a superuser's.
#[utoipa::path(
    post,
    path = "/api/v1/account/first/",
    tag = "sign-up",
    request_body(
        content((wire::FirstAccount = "application/json"), (wire::FirstAccount = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 201, description = "The account is there.", body = wire::Made),
        (status = 403, description = "Another site's page asked.", body = wire::Problem),
        (status = 409, description = "There are users already.", body = wire::Problem),
        BodyRefusals,
        Trouble,
    ),
    security(()),
)]
pub(crate) async fn make_first(
    Stranger(address): Stranger,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let first_run = &shared.services.first_run;
    if !first_run.is_first().await? {
        return Err(ApiError::FirstRunOver);
    }
    let mut errors = FieldErrors::default();
    let code = fields.filled("code", &mut errors);
    let username = fields.filled("username", &mut errors);
    let email = fields.optional_text("email", &mut errors).flatten().unwrap_or_default();
    let password = fields.text("password", &mut errors);
    let (Some(code), Some(username), Some(password), true) = (code, username, password, errors.is_empty()) else {
        return Err(ApiError::Fields(errors));
    };
    shared.throttles.link(address)?;
    let user = first_run.make(FirstWish { code, username, email, password }).await?;
    Ok(json::respond(StatusCode::CREATED, &wire::Made { username: user.username.as_str() }))
}

/// The token of a mailed link.
pub(super) fn token(fields: &mut Fields) -> Result<String, ApiError> {
    let mut errors = FieldErrors::default();
    fields.filled("token", &mut errors).ok_or(ApiError::Fields(errors))
}

/// The answer to a link that was used, is over, or never was.
pub(super) fn link_is_over() -> ApiError {
    ApiError::field("token", "This link is no longer valid.")
}
