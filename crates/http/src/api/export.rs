//! Everything that is kept of somebody, in one document that is written while it is read: it is never whole in memory.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{Bytes, Data};
use chatapp_domain::event::Pos;
use chatapp_domain::page::PageSize;
use chatapp_domain::ports::messages::Extent;
use chatapp_domain::session::SessionId;
use chatapp_domain::user::{Identity, User};
use futures_util::stream;
use serde::Serialize;
use tokio::time::Instant;

use crate::at_once::UnderWay;
use crate::caller::Owner;
use crate::error::ApiError;
use crate::openapi::Refusals;
use crate::shared::Shared;
use crate::wire;

/// The longest that one may take: whoever reads more slowly makes room for others.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Everything that is kept of you
///
/// One JSON document. Each message stands on a line of its own, so that lines tell how far the download has got; the document
/// begins with how many there are. If something goes wrong on the way, the answer ends in the middle.
#[utoipa::path(
    get,
    path = "/api/v1/me/export/",
    tag = "account",
    responses(
        (
            status = 200,
            description = "You, your sessions and tokens, whom you block, how far you have read, and all messages that you sent or received, in order.",
            body = wire::Everything,
        ),
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn show(owner: Owner, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let under_way = shared.exports.begin(owner.identity.id)?;
    let user = shared.services.directory.me(&owner.identity).await?.ok_or(ApiError::NotAuthenticated)?;
    let file = format!("chatapp-{}.json", user.username);
    let export = Writing {
        extent: shared.services.export.extent(user.id).await?,
        identity: owner.identity,
        session: owner.session,
        shared,
        stage: Stage::Head(Box::new(user)),
        until: Instant::now() + PATIENCE,
        _under_way: under_way,
    };
    let attachment = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(file)],
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(attachment)
        .streaming(stream::try_unfold(export, Writing::write_on)))
}

/// A document that is being written.
struct Writing {
    shared: Data<Shared>,
    identity: Identity,
    session: SessionId,
    extent: Extent,
    stage: Stage,
    until: Instant,
    _under_way: UnderWay,
}

/// What comes next.
enum Stage {
    Head(Box<User>),
    /// Those with an activity before this; the newest first.
    Conversations(Option<Pos>),
    /// Those after this; the oldest first.
    Messages(Pos),
    End,
}

impl Writing {
    /// The next piece: at most a hundred of whatever it is.
    async fn write_on(mut self) -> Result<Option<(Bytes, Self)>, ApiError> {
        if Instant::now() > self.until {
            return Err(ApiError::Failed("a download of everything took too long".into()));
        }
        let mut text = Vec::new();
        self.stage = match self.stage {
            Stage::Head(ref user) => self.head(user, &mut text).await?,
            Stage::Conversations(before) => self.conversations(before, &mut text).await?,
            Stage::Messages(after) => self.messages(after, &mut text).await?,
            Stage::End => return Ok(None),
        };
        Ok(Some((text.into(), self)))
    }

    async fn head(&self, user: &User, text: &mut Vec<u8>) -> Result<Stage, ApiError> {
        let services = &self.shared.services;
        let pending = services.email_changes.pending(user.id).await?;
        let sessions = services.accounts.sessions(user.id).await?;
        let sessions: Vec<_> = sessions.iter().map(|it| wire::Session::seen_from(self.session, it)).collect();
        text.extend_from_slice(format!("{{\"message_count\": {},\"user\":", self.extent.count).as_bytes());
        add(text, &wire::OwnProfile::new(user, pending.as_deref()))?;
        text.extend_from_slice(b",\"sessions\":");
        add(text, &sessions)?;
        text.extend_from_slice(b",\"tokens\":");
        let tokens = services.tokens.list(user.id).await?;
        add(text, &tokens.iter().map(wire::Token::from).collect::<Vec<_>>())?;
        text.extend_from_slice(b",\"blocks\":");
        let blocked = services.blocking.blocked(&self.identity).await?;
        add(text, &blocked.iter().map(|person| person.username.as_str()).collect::<Vec<_>>())?;
        text.extend_from_slice(b",\"conversations\":[");
        Ok(Stage::Conversations(None))
    }

    async fn conversations(&self, before: Option<Pos>, text: &mut Vec<u8>) -> Result<Stage, ApiError> {
        let page = self.shared.services.conversations.list(&self.identity, before, PageSize::FULL).await?;
        for (number, conversation) in page.conversations.iter().enumerate() {
            separate(text, before.is_none() && number == 0, b",");
            add(text, &wire::ReadPosition::of(conversation))?;
        }
        if let Some(next) = page.next {
            return Ok(Stage::Conversations(Some(next)));
        }
        text.extend_from_slice(b"],\"messages\":[");
        Ok(Stage::Messages(Pos(0)))
    }

    async fn messages(&self, after: Pos, text: &mut Vec<u8>) -> Result<Stage, ApiError> {
        let (messages, next) = self.shared.services.export.messages(self.identity.id, after, self.extent).await?;
        for (number, message) in messages.iter().enumerate() {
            separate(text, after == Pos(0) && number == 0, b",");
            text.push(b'\n');
            add(text, &wire::Message::seen_by(self.identity.id, message))?;
        }
        if let Some(next) = next {
            return Ok(Stage::Messages(next));
        }
        text.extend_from_slice(b"\n]}\n");
        Ok(Stage::End)
    }
}

fn separate(text: &mut Vec<u8>, is_first: bool, separator: &[u8]) {
    if !is_first {
        text.extend_from_slice(separator);
    }
}

fn add(text: &mut Vec<u8>, value: &impl Serialize) -> Result<(), ApiError> {
    serde_json::to_writer(text, value).map_err(|error| ApiError::Failed(error.to_string().into()))
}
