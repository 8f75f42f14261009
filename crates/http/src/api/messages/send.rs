//! Sending a message.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::message::{IdempotencyKey, MessageBody};
use chatapp_domain::ports::messages::Saved;
use chatapp_domain::text;

use crate::body::Fields;
use crate::caller::Sender;
use crate::error::{ApiError, FieldErrors};
use crate::json;
use crate::openapi::{BodyRefusals, Refusals};
use crate::shared::Shared;
use crate::wire;

const KEY_HEADER: &str = "idempotency-key";

/// Send a message
///
/// It is saved, and both people's connections have been told its number, before the answer comes. With a key of your own
/// it is safe to try again: the same key means the same message.
#[utoipa::path(
    post,
    path = "/api/v1/message/",
    tag = "messages",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 64 visible ASCII characters.")),
    request_body(
        content(
            (wire::NewMessage = "application/json"),
            (wire::NewMessage = "application/x-www-form-urlencoded"),
            (wire::NewMessage = "multipart/form-data"),
        ),
    ),
    responses(
        (status = 201, description = "It is saved.", body = wire::Message),
        (status = 200, description = "It had been saved under the same key.", body = wire::Message),
        (status = 403, description = "One of you blocks the other (`blocked`); or you may not send.", body = wire::Problem),
        (status = 404, description = "Nobody has the recipient's name.", body = wire::Problem),
        (status = 422, description = "The key was used for another message.", body = wire::Problem),
        BodyRefusals,
        Refusals,
    ),
)]
pub(crate) async fn send(
    Sender(caller): Sender,
    fields: Fields,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let me = caller.identity.id;
    let wish = Wish::read(fields, &request, shared.settings.message_max_length)?;
    let recipient = text::strip(&wish.recipient);
    #[cfg(feature = "planted-faults")]
    crate::planted::panic_now_and_then();
    let saved = shared.services.messaging.send(caller.identity, recipient, wish.body, wish.key).await?;
    let (status, message) = match &saved {
        Saved::New(message) => (StatusCode::CREATED, message),
        Saved::Repeat(message) => (StatusCode::OK, message),
    };
    Ok(json::respond(status, &wire::Message::seen_by(me, message)))
}

struct Wish {
    recipient: String,
    body: MessageBody,
    key: Option<IdempotencyKey>,
}

impl Wish {
    /// Checks every field before anybody is looked up, and tells of all that is wrong at once.
    fn read(mut fields: Fields, request: &HttpRequest, max_length: usize) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let recipient = fields.text("recipient", &mut errors);
        let recipient = recipient.and_then(|name| errors.check("recipient", check_recipient(name)));
        let body = fields.text("body", &mut errors);
        let body = body.and_then(|text| errors.check("body", MessageBody::parse(&text, max_length)));
        let key = read_key(&mut fields, request, &mut errors);
        match (recipient, body) {
            (Some(recipient), Some(body)) if errors.is_empty() => Ok(Self { recipient, body, key }),
            _ => Err(ApiError::Fields(errors)),
        }
    }
}

fn check_recipient(name: String) -> Result<String, &'static str> {
    if text::strip(&name).is_empty() {
        return Err("This field may not be blank.");
    }
    if name.contains('\0') {
        return Err("Null characters are not allowed.");
    }
    Ok(name)
}

/// The key from the header or the field: they are one.
fn read_key(fields: &mut Fields, request: &HttpRequest, errors: &mut FieldErrors) -> Option<IdempotencyKey> {
    let header = request.headers().get(KEY_HEADER).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let field = fields.optional_text("client_id", errors).flatten().map(Cow::Owned);
    let given = match (header, field) {
        (Some(header), Some(field)) if header != field => {
            errors.add("client_id", "The header Idempotency-Key and this field differ.");
            return None;
        }
        (header, field) => header.or(field)?,
    };
    errors.check("client_id", IdempotencyKey::parse(&given))
}
