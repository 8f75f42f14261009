//! The people of this place.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::ports::users::PeopleFilter;
use chatapp_domain::user::{User, Username};

use crate::caller::Caller;
use crate::error::ApiError;
use crate::json;
use crate::openapi::{InvalidQuery, Refusals};
use crate::path::Name;
use crate::query::Query;
use crate::shared::Shared;
use crate::site;
use crate::wire;

/// Everyone else, ordered by username
///
/// Without a parameter: all of them, as far as the server's settings allow. With any of them: in pages, and the header
/// `Link` leads to the next.
#[utoipa::path(
    get,
    path = "/api/v1/user/",
    tag = "people",
    params(
        ("search" = Option<String>, Query, description = "How a username or a display name starts."),
        ("limit" = Option<i64>, Query, minimum = 1, description = "At most 100."),
        ("after" = Option<String>, Query, description = "The username to go on after."),
    ),
    responses(
        (
            status = 200,
            description = "People.",
            body = Vec<wire::User>,
            headers(("Link" = String, description = "`<url>; rel=\"next\"`, if there are more."))
        ),
        InvalidQuery,
        Refusals,
    ),
)]
pub(crate) async fn list(
    caller: Caller,
    query: Query,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let directory = &shared.services.directory;
    if !query.has_any(&["search", "limit", "after"]) {
        let users = directory.everyone(&caller.identity, shared.settings.users_to_load).await?;
        return Ok(json::ok(&seen(&caller, &users, &shared).await?));
    }
    let text = |name| query.text(name).map(str::to_owned);
    let filter = PeopleFilter { prefix: text("search"), after: text("after"), size: query.limit()? };
    let page = directory.page(&caller.identity, filter).await?;
    let mut response = json::ok(&seen(&caller, &page.users, &shared).await?);
    if let Some(next) = page.next {
        response.headers_mut().insert(header::LINK, link(&request, &query, &next)?);
    }
    Ok(response)
}

async fn seen<'a>(caller: &Caller, users: &'a [User], shared: &Shared) -> Result<Vec<wire::User<'a>>, ApiError> {
    let seen = shared.services.presence.seen_by(&caller.identity, users).await?;
    Ok(users.iter().zip(seen).map(|(user, seen)| wire::User::new(user, seen)).collect())
}

fn link(request: &HttpRequest, query: &Query, after: &Username) -> Result<HeaderValue, ApiError> {
    let query = query.with("after", Some(after.as_str()));
    let url = site::absolute(request, &format!("/api/v1/user/?{query}"))?;
    HeaderValue::from_str(&format!("<{url}>; rel=\"next\"")).map_err(|error| ApiError::Failed(error.to_string().into()))
}

/// One person
#[utoipa::path(
    get,
    path = "/api/v1/user/{username}/",
    tag = "people",
    params(("username" = String, Path)),
    responses(
        (status = 200, description = "The person.", body = wire::User),
        (status = 404, description = "Nobody has that name.", body = wire::Problem),
        Refusals,
    ),
)]
pub(crate) async fn show(caller: Caller, name: Name, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let user = shared.services.directory.find(&name.0).await?.ok_or(ApiError::NotFound)?;
    let seen = shared.services.presence.seen_by(&caller.identity, [&user]).await?;
    Ok(json::ok(&wire::User::new(&user, seen.first().copied().unwrap_or_default())))
}
