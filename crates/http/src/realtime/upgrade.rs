//! Opening a socket. Everything that can be refused is refused before the upgrade, as an ordinary answer.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chatapp_domain::event::{Epoch, Pos};
use chatapp_domain::ports::notifications::Watched;
use chatapp_domain::user::Identity;

use super::connection::Connection;
use super::ear::Ear;
use super::guard::guarded;
use super::line;
use super::outbound::Start;
use super::protocol::{Dialect, Resume, V1};
use crate::caller::Caller;
use crate::client_address;
use crate::error::ApiError;
use crate::query::Query;
use crate::services::Services;
use crate::shared::Shared;

/// `GET /ws`.
pub(crate) async fn open(
    request: HttpRequest,
    query: Query,
    payload: Payload,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&request)?;
    caller.refuse_other_sites(&request)?;
    refuse_other_than_upgrades(&request)?;
    shared.throttles.read(caller.identity.id)?;
    let seat = shared.sockets.take_seat(client_address::of(&request, &shared.settings))?;
    let dialect = Dialect::asked_for(&request);
    let me = &caller.identity;
    let watched = Watched { id: me.id, username: me.username.clone() };
    // Listening begins before the present is looked up, and the client hears of the socket after that: so whatever is
    // committed from then on is heard.
    let subscription = shared.services.feed.subscribe(&watched, Some(caller.credential))?;
    let start = start(&shared.services, me, Resume::asked_for(dialect, &query)).await?;

    let settings = &shared.sockets.settings;
    let payload = Payload::from_request(&request, &mut guarded(payload, settings.max_frame)).await;
    let payload = payload.map_err(|_| ApiError::UpgradeRequired)?;
    let opened = actix_ws::handle_with_protocols(&request, payload, &[V1]);
    let (response, _, messages) = opened.map_err(|_| ApiError::UpgradeRequired)?;
    let messages = messages.max_frame_size(settings.max_frame).aggregate_continuations();
    let messages = messages.max_continuation_size(settings.max_frame);
    let (line, response) = wire_up(response);
    let shared = Data::clone(&shared);
    let ear = Ear::new(subscription);
    let connection = Box::new(Connection { caller, dialect, start, ear, line, messages, shared, _seat: seat });
    actix_web::rt::spawn(connection.run());
    Ok(response)
}

/// Puts a line of our own into the answer. What was there stays beside it: it tells the messages that the connection is
/// gone.
fn wire_up(response: HttpResponse) -> (line::Writer, HttpResponse) {
    let (head, body) = response.into_parts();
    let (writer, body) = line::open(body);
    (writer, head.set_body(BoxBody::new(body)))
}

fn refuse_other_than_upgrades(request: &HttpRequest) -> Result<(), ApiError> {
    let is = |name, wanted: &str| {
        request.headers().get(name).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let upgrades = request.head().upgrade() && is(header::UPGRADE, "websocket");
    let known = is(header::SEC_WEBSOCKET_VERSION, "13") && request.headers().contains_key(header::SEC_WEBSOCKET_KEY);
    if upgrades && known { Ok(()) } else { Err(ApiError::UpgradeRequired) }
}

async fn start(services: &Services, me: &Identity, resume: Resume) -> Result<Start, ApiError> {
    let (epoch, latest) = services.catch_up.present(me.id).await?;
    let after = match resume {
        Resume::Present => Some(latest),
        Resume::Nowhere => None,
        Resume::After { epoch: theirs, pos } => {
            Some(pos).filter(|pos| leads_here(theirs.as_deref(), &epoch, *pos, latest))
        }
        // A message that is not the user's says nothing about where the client was.
        Resume::Since(message) => Some(services.catch_up.position_of(me.id, message).await?.unwrap_or(latest)),
    };
    Ok(Start { epoch, latest, after })
}

fn leads_here(theirs: Option<&str>, ours: &Epoch, pos: Pos, latest: Pos) -> bool {
    theirs.is_none_or(|theirs| theirs == ours.0) && pos <= latest
}
