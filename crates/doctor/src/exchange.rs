//! One request on a connection of its own, and its answer as it arrived: nothing is followed, unpacked or repeated.

use std::net::SocketAddr;
use std::time::Duration;

use actix_codec::Framed;
use actix_http::body::BodySize;
use actix_http::h1::{ClientCodec, Message, MessageType};
use actix_http::header::{HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use actix_http::{ConnectionType, Method, RequestHead, RequestHeadType, ResponseHead, StatusCode, Uri};
use futures_util::future::{Either, select};
use futures_util::{SinkExt, StreamExt};
use thiserror::Error;
use tokio::time::timeout;

use crate::connection::{self, ConnectError, Stream};
use crate::place::Place;
use crate::trust::Trust;

/// More than any answer that is asked for here has.
const LONGEST: usize = 4 << 20;
const CHUNK: usize = 64 << 10;

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum ExchangeError {
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("the connection was closed without an answer")]
    Closed,
    #[error("the answer is no HTTP: {0}")]
    Answer(String),
    #[error("the request cannot be written: {0}")]
    Request(String),
}

/// What is asked.
pub(crate) struct Request {
    method: Method,
    path: String,
    headers: Vec<(HeaderName, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn head(&self, place: &Place, kind: ConnectionType) -> Result<RequestHead, ExchangeError> {
        let refuse = |error: &dyn std::fmt::Display| ExchangeError::Request(error.to_string());
        let mut head = RequestHead::default();
        head.method = self.method.clone();
        head.uri = self.path.parse::<Uri>().map_err(|error| refuse(&error))?;
        let own = [(HOST, place.authority()), (USER_AGENT, "chatapp-doctor".to_owned())];
        for (name, value) in own.iter().chain(&self.headers) {
            head.headers.append(name.clone(), HeaderValue::from_str(value).map_err(|error| refuse(&error))?);
        }
        head.set_connection_type(kind);
        Ok(head)
    }
}

/// What came back.
pub(crate) struct Answer {
    head: ResponseHead,
    pub(crate) body: Vec<u8>,
    /// This end of the connection.
    pub(crate) here: SocketAddr,
    /// The other end.
    pub(crate) there: SocketAddr,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.head.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// A header, or nothing at all.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether it is from ChatApp, and not from what stands in front of it.
    pub(crate) fn is_from_the_server(&self) -> bool {
        self.headers().contains_key("x-request-id")
    }
}

/// A connection on which an answer's head has arrived.
pub(crate) struct Answered {
    pub(crate) head: ResponseHead,
    pub(crate) framed: Framed<Box<dyn Stream>, ClientCodec>,
    here: SocketAddr,
    there: SocketAddr,
}

/// Asks, within `limit`.
pub(crate) async fn ask(
    place: &Place,
    trust: &Trust,
    limit: Duration,
    request: Request,
) -> Result<Answer, ExchangeError> {
    let exchange = async {
        let Answered { head, framed, here, there } = begin(place, trust, request, ConnectionType::Close).await?;
        let body = body(framed).await?;
        Ok(Answer { head, body, here, there })
    };
    timeout(limit, exchange).await.map_err(|_| ExchangeError::Late(limit))?
}

/// Asks, and stops after the head of the answer. Waits for as long as the connection does.
pub(crate) async fn begin(
    place: &Place,
    trust: &Trust,
    request: Request,
    kind: ConnectionType,
) -> Result<Answered, ExchangeError> {
    let head = request.head(place, kind)?;
    let opened = connection::open(place, trust).await?;
    let (mut sink, mut stream) = Framed::new(opened.stream, ClientCodec::default()).split();
    let answered = {
        let write = std::pin::pin!(async {
            let size =
                if request.body.is_empty() { BodySize::None } else { BodySize::Sized(request.body.len() as u64) };
            sink.send(Message::Item((RequestHeadType::Owned(head), size))).await?;
            for chunk in request.body.chunks(CHUNK) {
                sink.send(Message::Chunk(Some(chunk.to_vec().into()))).await?;
            }
            Ok::<_, std::io::Error>(())
        });
        // Whoever refuses a body may answer before it has all of it, and take no more.
        match select(stream.next(), write).await {
            Either::Left((head, _)) => head,
            Either::Right((_, head)) => head.await,
        }
    };
    let head = answered.ok_or(ExchangeError::Closed)?.map_err(|error| ExchangeError::Answer(error.to_string()))?;
    let framed = stream.reunite(sink).map_err(|error| ExchangeError::Answer(error.to_string()))?;
    Ok(Answered { head, framed, here: opened.here, there: opened.there })
}

async fn body(framed: Framed<Box<dyn Stream>, ClientCodec>) -> Result<Vec<u8>, ExchangeError> {
    let mut body = Vec::new();
    if framed.codec_ref().message_type() == MessageType::None {
        return Ok(body);
    }
    let mut framed = framed.into_map_codec(ClientCodec::into_payload_codec);
    while let Some(chunk) = framed.next().await {
        let Some(chunk) = chunk.map_err(|error| ExchangeError::Answer(error.to_string()))? else { break };
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err(ExchangeError::Answer(format!("it is longer than {LONGEST} bytes")));
        }
    }
    Ok(body)
}
