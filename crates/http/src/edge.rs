//! The outermost layer: every request gets a name, every answer its headers, and the log its line.

mod access_log;
mod held_body;
mod request_id;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use futures_util::FutureExt;

use self::access_log::Line;
use self::held_body::HeldBody;
use self::request_id::RequestId;
use crate::error::ApiError;
use crate::headers;
use crate::metrics::{RouteFigures, WayIn};
use crate::overload::Turn;
use crate::shared::Shared;

/// Wraps the whole application.
pub(crate) async fn wrap(
    shared: Data<Shared>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let around = Around::new(&shared, &mut request);
    let turn = match admit(&shared, &request) {
        Ok(turn) => turn,
        Err(error) => return Err(around.refuse(error.into())),
    };
    // A defect in a handler costs its own request, and neither the connection nor the thread.
    let work = AssertUnwindSafe(next.call(request)).catch_unwind();
    let outcome = match &turn {
        Some(turn) => turn.spend(work).await,
        None => Some(work.await),
    };
    // What is left is up to the client, which may take the answer slowly.
    turn.iter().for_each(Turn::pause);
    match outcome {
        Some(Ok(Ok(response))) => Ok(around.answer(response)),
        Some(Ok(Err(error))) => Err(around.refuse(error)),
        Some(Err(_)) => Err(around.fail()),
        None => Err(around.give_up()),
    }
}

/// Gives a request its turn, which handlers find beside it. Whoever asks how the server is always gets an answer.
fn admit(shared: &Shared, request: &ServiceRequest) -> Result<Option<Turn>, ApiError> {
    if ["/health/", "/metrics"].iter().any(|path| request.path().starts_with(path)) {
        return Ok(None);
    }
    let turn = shared.overload.admit()?;
    request.extensions_mut().insert(turn.clone());
    Ok(Some(turn))
}

/// What is kept of a request until it is answered.
struct Around {
    id: RequestId,
    is_api: bool,
    is_https: bool,
    began: Instant,
    /// Whether the answer may be held back for as long as the client likes.
    waits: bool,
    line: Option<Line>,
    body: Option<HeldBody>,
}

impl Around {
    fn new(shared: &Shared, request: &mut ServiceRequest) -> Self {
        let began = Instant::now();
        Self {
            began,
            waits: request.query_string().contains("wait="),
            id: RequestId::new(),
            is_api: request.path().starts_with("/api/"),
            is_https: shared.public_origin.as_ref().is_some_and(|origin| origin.as_str().starts_with("https:")),
            line: Line::begin(request, began),
            body: HeldBody::of(request),
        }
    }

    fn answer(self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        self.put_headers(response.headers_mut());
        if let Some(error) = response.response().error().and_then(|error| error.as_error::<ApiError>()) {
            error.log(self.id.as_str());
        }
        self.count(response.request().method(), response.status(), WayIn::of(response.request()));
        if let Some(line) = self.line {
            line.end(&self.id, &response);
        }
        match self.body {
            Some(body) => response.map_body(|_, answer| body.beside(answer)),
            None => response,
        }
    }

    /// Handlers answer for themselves, so an error that gets here is that there is too much to do, or the session store's:
    /// it could not be asked.
    fn refuse(self, error: Error) -> Error {
        self.end(ApiError::BUSY.error_response(), error)
    }

    /// What the handler said has been written to the log already.
    fn fail(self) -> Error {
        let error = ApiError::Failed("a panic".into());
        error.log(self.id.as_str());
        self.end(error.error_response(), error.into())
    }

    /// Whatever it is that takes so long goes on or not; whether it was done is to be asked again, as after a broken
    /// connection.
    fn give_up(self) -> Error {
        log::warn!("request {}: no answer within its time", self.id.as_str());
        self.end(ApiError::BUSY.error_response(), ApiError::BUSY.into())
    }

    fn end(self, mut response: HttpResponse, error: Error) -> Error {
        self.put_headers(response.headers_mut());
        if let Some(line) = self.line {
            line.end_with(&self.id, response.status());
        }
        let response = match self.body {
            Some(body) => response.map_body(|_, answer| body.beside(answer)),
            None => response,
        };
        InternalError::from_response(error, response).into()
    }

    fn count(&self, method: &Method, status: StatusCode, way: Option<&RouteFigures>) {
        let Some(figures) = way else { return };
        let is_prompt = !self.waits && status != StatusCode::SWITCHING_PROTOCOLS;
        figures.count(method, status, self.began, is_prompt.then(|| self.began.elapsed()));
    }

    fn put_headers(&self, headers: &mut HeaderMap) {
        headers::complete(headers, self.is_api, self.is_https);
        headers.insert(headers::X_REQUEST_ID, self.id.header());
    }
}
