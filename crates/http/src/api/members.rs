//! The people of this place, for those who administer.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::password::Password;
use chatapp_domain::ports::nodes::BusState;
use chatapp_domain::roster::{
    Member, MemberChange, MemberOrder, MemberPlace, MemberSort, MemberState, MemberWish, RosterQuery,
};
use chatapp_domain::user::{DisplayName, Email, UserId, Username};

use crate::body::Fields;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{AdminRefusals, BodyRefusals, InvalidQuery, Refusals};
use crate::path::Name;
use crate::query::Query;
use crate::seek;
use crate::shared::Shared;
use crate::superuser::Superuser;
use crate::wire;

/// People, as those who administer see them
#[utoipa::path(
    get,
    path = "/api/v1/admin/user/",
    tag = "administration",
    params(
        ("search" = Option<String>, Query, description = "How a username, a word of a display name or an address begins."),
        ("state" = Option<String>, Query, description = "`active`, `inactive`, `superuser` or `deleted`; all without it."),
        (
            "sort" = Option<String>,
            Query,
            description = "`username`, `joined` or `last_login`, with `-` before it downwards; `-joined` without it."
        ),
        ("limit" = Option<i64>, Query, minimum = 1, description = "50 without it, at most 100."),
        ("cursor" = Option<String>, Query, description = "From the `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of them.", body = wire::MemberPage),
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
    let limit = seek::limit(&query)?.get();
    let (state, order) = (state(&query)?, order(&query)?);
    let search = query.text("search").map(str::to_owned);
    let after = seek::cursor(&query, |text| read(text, order))?;
    let page = shared.services.roster.list(RosterQuery { search, state, order, after, limit }).await?;
    let next = seek::next(&request, &query, "/api/v1/admin/user/", page.next.map(written))?;
    let sockets = Sockets::of(&shared);
    let results = page.members.iter().map(|member| sockets.seen(member)).collect();
    Ok(json::ok(&wire::MemberPage { next, results }))
}

/// One person, as those who administer see them
#[utoipa::path(
    get,
    path = "/api/v1/admin/user/{username}/",
    tag = "administration",
    params(("username" = String, Path)),
    responses((status = 200, description = "The person.", body = wire::Member), AdminRefusals, Refusals),
    security(("session" = [])),
)]
pub(crate) async fn show(_: Superuser, name: Name, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    answer(StatusCode::OK, &name.0, &shared).await
}

/// Make an account
#[utoipa::path(
    post,
    path = "/api/v1/admin/user/",
    tag = "administration",
    request_body(content((wire::MemberWish = "application/json"), (wire::MemberWish = "application/x-www-form-urlencoded"))),
    responses((status = 201, description = "It is there.", body = wire::Member), AdminRefusals, BodyRefusals, Refusals),
    security(("session" = [])),
)]
pub(crate) async fn make(
    superuser: Superuser,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let username = fields.filled("username", &mut errors);
    let password = fields.text("password", &mut errors);
    let email = fields.optional_text("email", &mut errors).flatten().unwrap_or_default();
    let display_name = fields.optional_text("display_name", &mut errors).flatten().unwrap_or_default();
    let is_superuser = fields.optional_flag("is_superuser", &mut errors).unwrap_or_default();
    let name = username.as_deref().unwrap_or_default();
    let password = password.and_then(|text| errors.check("password", Password::parse_for(&text, name.trim(), &email)));
    let username = username.as_deref().and_then(|name| errors.check("username", Username::parse(name)));
    let email = errors.check("email", Email::parse(&email));
    let display_name = errors.check("display_name", DisplayName::parse(&display_name));
    let (Some(username), Some(password), Some(email), Some(display_name), true) =
        (username, password, email, display_name, errors.is_empty())
    else {
        return Err(ApiError::Fields(errors));
    };
    let wish = MemberWish { username, email, display_name, password, is_superuser };
    let made = shared.services.roster.make(wish, superuser.actor).await?;
    answer(StatusCode::CREATED, made.username.as_str(), &shared).await
}

/// Change an account
///
/// Whoever is deactivated loses all sessions and tokens, and their sockets close (4401), on every node.
#[utoipa::path(
    patch,
    path = "/api/v1/admin/user/{username}/",
    tag = "administration",
    params(("username" = String, Path)),
    request_body(
        content((wire::MemberChange = "application/json"), (wire::MemberChange = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 200, description = "The person as they are now.", body = wire::Member),
        (status = 409, description = "They are the last active superuser.", body = wire::Problem),
        AdminRefusals,
        BodyRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn change(
    superuser: Superuser,
    name: Name,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let user = person(&name, &shared).await?;
    let mut errors = FieldErrors::default();
    let is_active = fields.optional_flag("is_active", &mut errors);
    let is_superuser = fields.optional_flag("is_superuser", &mut errors);
    let display_name = fields.optional_text("display_name", &mut errors).flatten();
    let display_name = display_name.and_then(|name| errors.check("display_name", DisplayName::parse(&name)));
    let email = fields.optional_text("email", &mut errors).flatten();
    let email = email.and_then(|email| errors.check("email", Email::parse(&email)));
    if !errors.is_empty() {
        return Err(ApiError::Fields(errors));
    }
    let change = MemberChange { is_active, is_superuser, display_name, email };
    let changed = shared.services.roster.change(user.id, change, superuser.actor).await?;
    answer(StatusCode::OK, changed.username.as_str(), &shared).await
}

/// Delete an account
///
/// As its owner can: for ever. What they wrote to others stays with those.
#[utoipa::path(
    delete,
    path = "/api/v1/admin/user/{username}/",
    tag = "administration",
    params(("username" = String, Path)),
    responses(
        (status = 204, description = "The account is gone."),
        (status = 409, description = "They are the last active superuser.", body = wire::Problem),
        AdminRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn remove(superuser: Superuser, name: Name, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let user = person(&name, &shared).await?;
    shared.services.roster.remove(user.id, superuser.actor).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Give somebody another password
///
/// Their sessions and tokens end, and their sockets close (4401).
#[utoipa::path(
    post,
    path = "/api/v1/admin/user/{username}/password/",
    tag = "administration",
    params(("username" = String, Path)),
    request_body(
        content((wire::Confirmation = "application/json"), (wire::Confirmation = "application/x-www-form-urlencoded")),
    ),
    responses((status = 204, description = "It is theirs from now on."), AdminRefusals, BodyRefusals, Refusals),
    security(("session" = [])),
)]
pub(crate) async fn set_password(
    superuser: Superuser,
    name: Name,
    mut fields: Fields,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let user = person(&name, &shared).await?;
    let mut errors = FieldErrors::default();
    let password = fields.text("password", &mut errors);
    let check = |text: String| Password::parse_for(&text, user.username.as_str(), &user.email);
    let password = password.and_then(|text| errors.check("password", check(text)));
    let Some(password) = password else { return Err(ApiError::Fields(errors)) };
    shared.services.roster.set_password(user.id, password, superuser.actor).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Log somebody out everywhere
///
/// Their sessions end, and the sockets of these close (4401).
#[utoipa::path(
    delete,
    path = "/api/v1/admin/user/{username}/session/",
    tag = "administration",
    params(("username" = String, Path)),
    responses((status = 204, description = "They are logged in nowhere."), AdminRefusals, Refusals),
    security(("session" = [])),
)]
pub(crate) async fn end_sessions(
    superuser: Superuser,
    name: Name,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let user = person(&name, &shared).await?;
    shared.services.roster.end_sessions(user.id, superuser.actor).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn person(name: &Name, shared: &Shared) -> Result<chatapp_domain::user::User, ApiError> {
    let found = shared.services.directory.find(&name.0).await?;
    found.filter(|user| !user.is_deleted()).ok_or(ApiError::NotFound)
}

async fn answer(status: StatusCode, username: &str, shared: &Shared) -> Result<HttpResponse, ApiError> {
    let member = shared.services.roster.find(username).await?.ok_or(ApiError::NotFound)?;
    Ok(json::respond(status, &Sockets::of(shared).seen(&member)))
}

/// How many sockets people have, where this node knows of all.
struct Sockets(Option<HashMap<UserId, usize>>);

impl Sockets {
    fn of(shared: &Shared) -> Self {
        if shared.services.nodes.bus() != BusState::Alone {
            return Self(None);
        }
        let mut counts = HashMap::new();
        for (user, _) in shared.services.feed.connected_credentials() {
            *counts.entry(user).or_default() += 1;
        }
        Self(Some(counts))
    }

    fn seen<'a>(&self, member: &'a Member) -> wire::Member<'a> {
        let count = |counts: &HashMap<UserId, usize>| counts.get(&member.user.id).copied().unwrap_or_default();
        wire::Member::new(member, self.0.as_ref().map(count))
    }
}

fn state(query: &Query) -> Result<Option<MemberState>, ApiError> {
    Ok(Some(match query.text("state") {
        None => return Ok(None),
        Some("active") => MemberState::Active,
        Some("inactive") => MemberState::Inactive,
        Some("superuser") => MemberState::Superuser,
        Some("deleted") => MemberState::Deleted,
        Some(other) => return Err(ApiError::no_choice("state", other)),
    }))
}

fn order(query: &Query) -> Result<MemberOrder, ApiError> {
    let sort = query.text("sort").unwrap_or("-joined");
    let (name, descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let by = match name {
        "username" => MemberSort::Username,
        "joined" => MemberSort::Joined,
        "last_login" => MemberSort::LastLogin,
        _ => return Err(ApiError::no_choice("sort", sort)),
    };
    Ok(MemberOrder { by, descending })
}

/// A place as a cursor: a username, or a time and a number.
fn written(place: MemberPlace) -> String {
    match place {
        MemberPlace::Name(name) => name,
        MemberPlace::Time(time, id) => format!("{time}.{id}"),
    }
}

fn read(cursor: &str, order: MemberOrder) -> Option<MemberPlace> {
    if order.by == MemberSort::Username {
        return Some(MemberPlace::Name(cursor.to_owned()));
    }
    let (time, id) = cursor.split_once('.')?;
    Some(MemberPlace::Time(time.parse().ok()?, id.parse().ok()?))
}
