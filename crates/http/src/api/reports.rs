//! Reporting messages, and dealing with reports.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::message::MessageId;
use chatapp_domain::ports::reports::Filed;
use chatapp_domain::report::{Reason, ReportId};

use crate::body::Fields;
use crate::caller::Caller;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, InvalidQuery, Refusals};
use crate::path::{Id, number};
use crate::query::Query;
use crate::seek;
use crate::shared::Shared;
use crate::superuser::Superuser;
use crate::wire;

/// Report a message
///
/// Those who administer can read it then, and why you report it. Its sender is not told.
#[utoipa::path(
    post,
    path = "/api/v1/message/{id}/report/",
    tag = "messages",
    params(("id" = i64, Path, description = "The message's number.")),
    request_body(
        content((wire::ReportWish = "application/json"), (wire::ReportWish = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 201, description = "It is reported.", body = wire::FiledReport),
        (status = 200, description = "You had reported it: the report of that time.", body = wire::FiledReport),
        (status = 404, description = "Not there, or not written to you.", body = wire::Problem),
        BodyRefusals,
        Refusals,
    ),
)]
pub(crate) async fn file(
    caller: Caller,
    Id(id): Id,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let reason = fields.nullable_text("reason", &mut errors).unwrap_or_default();
    let reason = errors.check("reason", Reason::parse(&reason));
    let Some(reason) = reason.filter(|_| errors.is_empty()) else { return Err(ApiError::Fields(errors)) };
    let filed = shared.services.reports.file(&caller.identity, MessageId(id), reason).await?;
    let (status, report) = match &filed {
        Filed::New(report) => (StatusCode::CREATED, report),
        Filed::Before(report) => (StatusCode::OK, report),
    };
    Ok(json::respond(status, &wire::FiledReport::from(report)))
}

/// Reported messages, the newest report first
#[utoipa::path(
    get,
    path = "/api/v1/admin/report/",
    tag = "administration",
    params(
        ("state" = Option<String>, Query, description = "`open` or `closed`; both without it."),
        ("limit" = Option<i64>, Query, minimum = 1, description = "50 without it, at most 100."),
        ("cursor" = Option<String>, Query, description = "From the `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of them.", body = wire::ReportPage),
        (status = 404, description = "You may not administer.", body = wire::Problem),
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
    let after = seek::cursor(&query, |text| number(text).map(ReportId))?;
    let page = shared.services.reports.list(is_open(&query)?, after, seek::limit(&query)?).await?;
    let next = seek::next(&request, &query, "/api/v1/admin/report/", page.next.map(|ReportId(id)| id))?;
    Ok(json::ok(&wire::ReportPage { next, results: page.reports.iter().map(wire::Report::from).collect() }))
}

/// Close a report, or open it again
///
/// Whoever closes it first has closed it.
#[utoipa::path(
    patch,
    path = "/api/v1/admin/report/{id}/",
    tag = "administration",
    params(("id" = i64, Path, description = "The report's number.")),
    request_body(
        content((wire::ReportChange = "application/json"), (wire::ReportChange = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 200, description = "The report as it is now.", body = wire::Report),
        (status = 404, description = "There is none, or you may not administer.", body = wire::Problem),
        BodyRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn change(
    superuser: Superuser,
    Id(id): Id,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let closed = fields.flag("closed", &mut errors);
    let closed = closed.ok_or(ApiError::Fields(errors))?;
    let changed = shared.services.reports.set_closed(ReportId(id), closed, superuser.actor).await?;
    let report = changed.ok_or(ApiError::NotFound)?;
    Ok(json::ok(&wire::Report::from(&report)))
}

fn is_open(query: &Query) -> Result<Option<bool>, ApiError> {
    match query.text("state") {
        None => Ok(None),
        Some("open") => Ok(Some(true)),
        Some("closed") => Ok(Some(false)),
        Some(other) => Err(ApiError::no_choice("state", other)),
    }
}
