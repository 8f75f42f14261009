//! The outermost layer: every request gets a name, every answer its headers, and the log its line.

mod access_log;
mod held_body;
mod request_id;

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};

use self::access_log::Line;
use self::held_body::HeldBody;
use self::request_id::RequestId;
use crate::error::ApiError;
use crate::headers;
use crate::metrics::{RouteFigures, WayIn};
use crate::shared::Shared;

/// Wraps the whole application.
pub(crate) async fn wrap(
    shared: Data<Shared>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let around = Around::new(&shared, &mut request);
    match next.call(request).await {
        Ok(response) => Ok(around.answer(response)),
        Err(error) => Err(around.refuse(error)),
    }
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

    /// Handlers answer for themselves, so an error that gets here is the session store's: it could not be asked.
    fn refuse(self, error: Error) -> Error {
        let mut response = ApiError::BUSY.error_response();
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
        figures.count(method, status, is_prompt.then(|| self.began.elapsed()));
    }

    fn put_headers(&self, headers: &mut HeaderMap) {
        headers::complete(headers, self.is_api, self.is_https);
        headers.insert(headers::X_REQUEST_ID, self.id.header());
    }
}
