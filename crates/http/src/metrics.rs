//! Figures for operators, in Prometheus's text format. What is counted here is counted on every request, so it costs a
//! few additions; everything else is asked for when somebody looks.

mod exposure;
mod look;
mod parts;
mod route;
mod sends;

use std::rc::Rc;
use std::sync::Arc;

use chatapp_domain::ports::figures::Figures;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

pub(crate) use self::exposure::is_shown_to;
use self::look::LastLook;
pub(crate) use self::route::{RouteFigures, WayIn};
pub(crate) use self::sends::{Latencies, Sends};

/// What every name begins with, but for those of the process, which Prometheus names.
const PREFIX: &str = "chatapp";
/// The route of sends.
const SENDS: &str = "/api/v1/message/";
/// In seconds: from what a handler alone takes to the longest that any request may.
const BUCKETS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Counts the requests of all worker threads, and knows whom to ask for the rest.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    parts: Vec<Arc<dyn Figures>>,
    sends: Arc<Sends>,
    last_look: LastLook,
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new(parts: Vec<Arc<dyn Figures>>) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let opts = |name: &str, help: &str| Opts::new(name, help).namespace(PREFIX);
        let requests = opts("http_requests_total", "Requests that were answered.");
        let requests = IntCounterVec::new(requests, &["route", "method", "status"])?;
        let seconds = opts("http_request_seconds", "How long answers took, WebSockets and waiting polls left out.");
        let seconds = HistogramOpts::from(seconds).buckets(BUCKETS.to_vec());
        let seconds = HistogramVec::new(seconds, &["route"])?;
        let build = opts("build_info", "Always 1; which version this is.");
        let build = IntGauge::with_opts(build.const_label("version", env!("CARGO_PKG_VERSION")))?;
        build.set(1);
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(build))?;
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        let (sends, last_look) = (Arc::new(Sends::new()), LastLook::new());
        Ok(Self { registry, requests, seconds, parts, sends, last_look })
    }

    /// Where one worker thread counts the requests of a route.
    pub(crate) fn route(&self, path: &str) -> RouteFigures {
        let sends = (path == SENDS).then(|| self.sends.clone());
        RouteFigures::new(path, self.requests.clone(), self.seconds.clone(), sends)
    }

    /// Where one worker thread counts the requests that name no route: pages, files and what is not there.
    pub(crate) fn other(&self) -> WayIn {
        WayIn(Rc::new(self.route("other")))
    }

    /// Everything, as Prometheus reads it.
    pub(crate) fn render(&self) -> Result<String, prometheus::Error> {
        let mut families = self.registry.gather();
        families.extend(parts::families(PREFIX, &self.parts));
        TextEncoder::new().encode_to_string(&families)
    }
}
