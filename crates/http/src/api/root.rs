//! The list of what there is.

use actix_web::{HttpRequest, HttpResponse};

use crate::caller::Caller;
use crate::error::ApiError;
use crate::json;
use crate::openapi::Refusals;
use crate::site;
use crate::wire;

/// What there is
#[utoipa::path(
    get,
    path = "/api/v1/",
    tag = "about",
    responses((status = 200, description = "Absolute URLs.", body = wire::Root), Refusals),
)]
pub(crate) async fn show(_: Caller, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let base = site::absolute(&request, "/api/v1/")?;
    let url = |name: &str| format!("{base}{name}/");
    Ok(json::ok(&wire::Root {
        message: url("message"),
        user: url("user"),
        conversation: url("conversation"),
        event: url("event"),
        me: url("me"),
        session: url("session"),
        docs: url("docs"),
    }))
}
