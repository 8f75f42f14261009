//! What all requests on all worker threads share.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use chatapp_domain::page::PageSize;
use chatapp_domain::time::Timestamp;
use governor::clock::MonotonicClock;

use crate::at_once::AtOnce;
use crate::coalescing::Coalescer;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::overload::Overload;
use crate::realtime::Sockets;
use crate::services::Services;
use crate::settings::{Origin, Settings};
use crate::throttle::Throttles;

/// How many pictures are taken at once, each with its whole file in memory.
const UPLOADS: usize = 8;

/// How many people download everything at once: it keeps the database busy.
const EXPORTS: usize = 4;

pub(crate) struct Shared {
    pub(crate) services: Services,
    pub(crate) settings: Settings,
    /// When this began.
    pub(crate) started: Timestamp,
    /// The origin of `settings.public_url`.
    pub(crate) public_origin: Option<Origin>,
    /// The size of a page of messages in the original list.
    pub(crate) page_size: PageSize,
    /// Every open WebSocket, and whether the server is stopping.
    pub(crate) sockets: Sockets,
    /// What is counted for operators.
    pub(crate) metrics: Metrics,
    /// Pictures that are being sent and made into avatars.
    pub(crate) uploads: AtOnce,
    /// How many requests wait for the server, and for how long.
    pub(crate) overload: Arc<Overload>,
    /// Downloads of everything that somebody has here.
    pub(crate) exports: AtOnce,
    /// Requests that wait for the same answer.
    pub(crate) coalescer: Coalescer,
    /// How much everybody asked for.
    pub(crate) throttles: Throttles,
}

impl Shared {
    pub(crate) fn new(services: Services, settings: Settings) -> std::io::Result<Self> {
        let refuse = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidInput, what.to_owned());
        Ok(Self {
            public_origin: settings.public_url.as_ref().and_then(Origin::of),
            page_size: settings.page_size().ok_or_else(|| refuse("messages_to_load is less than 1"))?,
            sockets: Sockets::new(settings.sockets, &settings.throttles),
            metrics: Metrics::new(services.figures.clone()).map_err(std::io::Error::other)?,
            overload: Overload::new(settings.limits.requests, settings.limits.answer_timeout),
            throttles: Throttles::new(&settings.throttles, &MonotonicClock),
            uploads: AtOnce::at_most(UPLOADS),
            exports: AtOnce::at_most(EXPORTS),
            coalescer: Coalescer::default(),
            started: services.clock.now(),
            services,
            settings,
        })
    }

    /// The state behind a request.
    pub(crate) fn of(request: &HttpRequest) -> Result<&Self, ApiError> {
        let data = request.app_data::<Data<Self>>();
        data.map(Data::get_ref).ok_or_else(|| ApiError::Failed("a route outside of the application".into()))
    }
}
