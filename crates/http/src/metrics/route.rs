//! What one worker thread counts of one route. The handles of counters are kept, so that a request need not look them up.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode};
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};

use super::sends::Sends;

/// The figures of the route that a request was sent to; kept among the route's data.
#[derive(Clone)]
pub(crate) struct WayIn(pub(crate) Rc<RouteFigures>);

impl WayIn {
    /// Of the route that took the request.
    pub(crate) fn of(request: &HttpRequest) -> Option<&RouteFigures> {
        request.app_data::<Self>().map(|Self(figures)| &**figures)
    }
}

pub(crate) struct RouteFigures {
    path: String,
    requests: IntCounterVec,
    seconds: HistogramVec,
    /// Few: a route has some methods, and each some answers.
    answers: RefCell<Vec<(&'static str, StatusCode, IntCounter)>>,
    duration: OnceCell<Histogram>,
    /// Counts sends, if they come this way.
    sends: Option<Arc<Sends>>,
}

impl RouteFigures {
    pub(super) fn new(path: &str, requests: IntCounterVec, seconds: HistogramVec, sends: Option<Arc<Sends>>) -> Self {
        let (answers, duration) = (RefCell::default(), OnceCell::new());
        Self { path: path.to_owned(), requests, seconds, answers, duration, sends }
    }

    /// Counts an answer to a request that began then; how long it took means something only if nobody wanted it to take
    /// long.
    pub(crate) fn count(&self, method: &Method, status: StatusCode, began: Instant, took: Option<Duration>) {
        let method = name(method);
        let mut answers = self.answers.borrow_mut();
        let known = answers.iter().find(|(known, answered, _)| *known == method && *answered == status);
        match known {
            Some((_, _, counter)) => counter.inc(),
            None => {
                let counter = self.requests.with_label_values(&[&self.path, method, status.as_str()]);
                counter.inc();
                answers.push((method, status, counter));
            }
        }
        if let (Some(sends), Some(took)) = (&self.sends, took)
            && method == "POST"
            && status.is_success()
        {
            sends.count(began, took);
        }
        if let Some(took) = took {
            self.duration.get_or_init(|| self.seconds.with_label_values(&[&self.path])).observe(took.as_secs_f64());
        }
    }
}

/// A client may make up methods; a label may not.
fn name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
