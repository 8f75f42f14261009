//! What changed for the caller: at once, or as soon as there is something.

use std::pin::Pin;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::catch_up::Batch;
use chatapp_domain::credential::Credential;
use chatapp_domain::event::{Epoch, Pos};
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::notifications::{Delivery, Subscription, Watched, Whisper};
use futures_util::StreamExt;
use tokio::time::Instant;

use crate::caller::Caller;
use crate::coalescing;
use crate::error::ApiError;
use crate::json;
use crate::openapi::{InvalidQuery, Refusals};
use crate::overload::Turn;
use crate::query::Query;
use crate::shared::Shared;
use crate::wire;

/// The longest wait, in seconds: below what proxies wait for an answer.
const MAX_WAIT: i64 = 25;

/// What changed for you
///
/// Without `after`: no events, only where the present is. With `wait`, an empty answer is held back until there is
/// something to tell.
#[utoipa::path(
    get,
    path = "/api/v1/event/",
    tag = "events",
    params(
        ("after" = Option<i64>, Query, minimum = 0, description = "The last place you know."),
        ("epoch" = Option<String>, Query, description = "The history that `after` is a place of."),
        ("limit" = Option<i64>, Query, minimum = 1, description = "At most 100."),
        ("wait" = Option<i64>, Query, minimum = 0, description = "Seconds, at most 25."),
    ),
    responses(
        (status = 200, description = "Events, oldest first.", body = wire::EventPage),
        (status = 410, description = "The place leads nowhere: load everything anew.", body = wire::Problem),
        InvalidQuery,
        Refusals,
    ),
)]
pub(crate) async fn list(
    request: HttpRequest,
    caller: Caller,
    query: Query,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let (after, limit) = (query.number("after", 0)?, query.limit()?);
    let wait = patience(query.number("wait", 0)?);
    let Some(after) = after else { return present(&caller, &shared).await };
    let wish = Wish {
        caller: &caller,
        turn: Turn::of(&request),
        shared: &shared,
        epoch: query.text("epoch"),
        after: Pos(after),
        limit: limit.map_or(PageSize::MAX, PageSize::get),
    };
    if wait.is_zero() {
        return coalescing::answer(&request, &caller, || async { written(&wish.read().await?) }).await;
    }
    let batch = wish.patiently(Instant::now() + wait).await?;
    Ok(json::with_body(StatusCode::OK, written(&batch)?))
}

fn written(batch: &Batch) -> Result<Bytes, ApiError> {
    let results = batch.events.iter().map(wire::Event::from).collect();
    json::written(&wire::EventPage { epoch: &batch.epoch.0, pos: batch.latest.0, results })
}

/// How long an answer is held back, given for how many seconds that is asked.
fn patience(wait: Option<i64>) -> Duration {
    Duration::from_secs(wait.unwrap_or(0).clamp(0, MAX_WAIT).unsigned_abs())
}

async fn present(caller: &Caller, shared: &Shared) -> Result<HttpResponse, ApiError> {
    let (Epoch(epoch), Pos(pos)) = shared.services.catch_up.present(caller.identity.id).await?;
    Ok(json::ok(&wire::EventPage { epoch: &epoch, pos, results: Vec::new() }))
}

struct Wish<'a> {
    caller: &'a Caller,
    turn: Option<Turn>,
    shared: &'a Shared,
    epoch: Option<&'a str>,
    after: Pos,
    limit: i64,
}

impl Wish<'_> {
    /// What there is, or else what there will be.
    async fn patiently(&self, until: Instant) -> Result<Batch, ApiError> {
        let batch = self.read().await?;
        if batch.events.is_empty() { self.wait(until).await } else { Ok(batch) }
    }

    async fn read(&self) -> Result<Batch, ApiError> {
        let catch_up = &self.shared.services.catch_up;
        Ok(catch_up.after(self.caller.identity.id, self.epoch, self.after, self.limit).await?)
    }

    /// Listens before it looks again, so that nothing falls between.
    async fn wait(&self, until: Instant) -> Result<Batch, ApiError> {
        let waited = self.listen(until).await;
        self.shared.services.presence.left(self.caller.identity.id);
        waited
    }

    async fn listen(&self, until: Instant) -> Result<Batch, ApiError> {
        let me = &self.caller.identity;
        let watched = Watched { id: me.id, username: me.username.clone() };
        let mut feed = self.shared.services.feed.subscribe(&watched, Some(self.caller.credential))?;
        let mut stop = self.shared.sockets.stopping();
        loop {
            let batch = self.read().await?;
            if !batch.events.is_empty() {
                return Ok(batch);
            }
            // One look more at the end is all that it will still want of the server.
            self.turn.iter().for_each(Turn::pause);
            let heard = tokio::select! {
                () = stop.begun() => Heard::Nothing,
                () = tokio::time::sleep_until(until) => Heard::Nothing,
                heard = listen(&mut feed, self.after, self.caller.credential) => heard,
            };
            match heard {
                Heard::News => {}
                Heard::Nothing => return Ok(batch),
                Heard::CredentialEnded => return Err(self.caller.is_over()),
            }
        }
    }
}

enum Heard {
    News,
    Nothing,
    CredentialEnded,
}

async fn listen(feed: &mut Pin<Box<dyn Subscription>>, after: Pos, own: Credential) -> Heard {
    while let Some(delivery) = feed.next().await {
        match delivery {
            Delivery::Event(event) if event.pos > after => return Heard::News,
            Delivery::Whisper(Whisper::Latest(latest)) if latest > after => return Heard::News,
            Delivery::Behind => return Heard::News,
            Delivery::Whisper(Whisper::CredentialsEnded(ended)) if ended.contains(&own) => {
                return Heard::CredentialEnded;
            }
            Delivery::Displaced => return Heard::Nothing,
            Delivery::Event(_) | Delivery::Whisper(_) => {}
        }
    }
    Heard::Nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_longer_than_proxies_do() {
        let waits = [None, Some(0), Some(7), Some(25), Some(26), Some(i64::MAX)].map(|wait| patience(wait).as_secs());
        assert_eq!(waits, [0, 0, 7, 25, 25, 25]);
    }
}
