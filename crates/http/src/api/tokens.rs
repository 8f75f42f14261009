//! One's own personal access tokens. No token reaches this: a leaked one must not make others.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chatapp_domain::time::Timestamp;
use chatapp_domain::token::{Scope, TokenId, TokenName};
use chatapp_domain::tokens::TokenWish;

use crate::body::Fields;
use crate::caller::Owner;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, Refusals};
use crate::path::Id;
use crate::shared::Shared;
use crate::wire;

/// Your tokens
#[utoipa::path(
    get,
    path = "/api/v1/me/token/",
    tag = "account",
    responses((status = 200, description = "Your tokens, without what is secret.", body = wire::Tokens), Refusals),
    security(("session" = [])),
)]
pub(crate) async fn list(owner: Owner, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let tokens = shared.services.tokens.list(owner.identity.id).await?;
    Ok(json::ok(&wire::Tokens { results: tokens.iter().map(wire::Token::from).collect() }))
}

/// Make a token
///
/// A program that shows it speaks for you. Only this answer has it whole.
#[utoipa::path(
    post,
    path = "/api/v1/me/token/",
    tag = "account",
    request_body(
        content((wire::TokenWish = "application/json"), (wire::TokenWish = "application/x-www-form-urlencoded")),
    ),
    responses((status = 201, description = "Keep it well.", body = wire::MadeToken), BodyRefusals, Refusals),
    security(("session" = [])),
)]
pub(crate) async fn make(owner: Owner, fields: Fields, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let services = &shared.services;
    let wish = wish(fields, services.clock.now())?;
    let (token, secret) = services.accounts.make_token(owner.identity.id, owner.session, wish).await?;
    let made = wire::MadeToken { shown: (&token).into(), token: secret.expose() };
    Ok(json::respond(StatusCode::CREATED, &made))
}

/// Revoke a token
///
/// Its requests are refused and its sockets closed (4401) from now on, on every node.
#[utoipa::path(
    delete,
    path = "/api/v1/me/token/{id}/",
    tag = "account",
    params(("id" = i64, Path, description = "The token's number.")),
    responses(
        (status = 204, description = "It is over."),
        (status = 404, description = "Not there, or not yours.", body = wire::Problem),
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn revoke(owner: Owner, Id(id): Id, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    match shared.services.tokens.revoke(owner.identity.id, TokenId(id)).await? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(ApiError::NotFound),
    }
}

fn wish(mut fields: Fields, now: Timestamp) -> Result<TokenWish, ApiError> {
    let mut errors = FieldErrors::default();
    let name = fields.filled("name", &mut errors);
    let name = name.and_then(|name| errors.check("name", TokenName::parse(&name)));
    let scope = fields.filled("scope", &mut errors);
    let scope = scope.and_then(|scope| errors.check("scope", parse_scope(&scope)));
    let expires_at = fields.nullable_text("expires", &mut errors);
    let expires_at = expires_at.map(|text| errors.check("expires", parse_end(&text, now)));
    match (name, scope) {
        (Some(name), Some(scope)) if errors.is_empty() => {
            Ok(TokenWish { name, scope, expires_at: expires_at.flatten() })
        }
        _ => Err(ApiError::Fields(errors)),
    }
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| format!("\"{text}\" is not a valid choice."))
}

fn parse_end(text: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    let end = wire::Stamp::parse(text).ok_or("Enter a valid date and time in RFC 3339, like 2027-01-31T00:00:00Z.")?;
    if end > now { Ok(end) } else { Err("Ensure this is in the future.") }
}
