//! The log of what those who administer did.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::audit::{Action, AuditFilter, EntryId};

use crate::error::ApiError;
use crate::json;
use crate::openapi::{AdminRefusals, InvalidQuery, Refusals};
use crate::path::number;
use crate::query::Query;
use crate::seek;
use crate::shared::Shared;
use crate::superuser::Superuser;
use crate::wire;

/// What those who administer did, the newest first
///
/// Nobody can change the log or delete from it. Somebody deleted has no name in it.
#[utoipa::path(
    get,
    path = "/api/v1/admin/log/",
    tag = "administration",
    params(
        ("actor" = Option<String>, Query, description = "Only what the user of this name did."),
        ("action" = Option<String>, Query, description = "Only what was done so, such as `user.create`."),
        (
            "target" = Option<String>,
            Query,
            description = "Only what was done to the user of this name, or to a message, report or invitation of this number."
        ),
        ("limit" = Option<i64>, Query, minimum = 1, description = "50 without it, at most 100."),
        ("cursor" = Option<String>, Query, description = "From the `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of it.", body = wire::AuditPage),
        AdminRefusals,
        InvalidQuery,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn list(
    _: Superuser,
    query: Query,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let text = |name| query.text(name).map(str::to_owned);
    let filter = AuditFilter { actor: text("actor"), action: action(&query)?, target: text("target") };
    let after = seek::cursor(&query, |text| number(text).map(EntryId))?;
    let page = shared.services.audit.list(filter, after, seek::limit(&query)?).await?;
    let next = seek::next(&request, &query, "/api/v1/admin/log/", page.next.map(|EntryId(id)| id))?;
    Ok(json::ok(&wire::AuditPage { next, results: page.entries.iter().map(wire::AuditEntry::from).collect() }))
}

fn action(query: &Query) -> Result<Option<Action>, ApiError> {
    let Some(name) = query.text("action") else { return Ok(None) };
    Action::parse(name).map(Some).ok_or_else(|| ApiError::no_choice("action", name))
}
