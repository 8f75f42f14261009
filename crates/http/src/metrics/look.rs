//! The figures as a page shows them: sums and rates in place of one counter for each route.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chatapp_domain::ports::figures::Figure;
use prometheus::core::Collector;

use super::sends::Latencies;
use super::{Metrics, Sends};

/// The requests of the stretch between two looks.
pub(super) struct LastLook(Mutex<Stretch>);

struct Stretch {
    ended: Instant,
    total: u64,
    rate: f64,
}

/// Whoever looks again sooner sees the same rate: of a moment there is none.
const SHORTEST: Duration = Duration::from_secs(1);

/// What there is to see now.
pub(crate) struct Look {
    pub(crate) sends: u64,
    pub(crate) sends_per_second: f64,
    pub(crate) latencies: Latencies,
    pub(crate) requests_per_second: f64,
    pub(crate) errors: u64,
    /// In bytes, if it can be told.
    pub(crate) memory: Option<u64>,
    parts: Vec<Figure>,
}

impl Look {
    /// A figure of the program's parts; 0 if no part has it.
    pub(crate) fn part(&self, name: &str) -> u64 {
        self.parts.iter().find(|figure| figure.name == name).map_or(0, |figure| figure.value as u64)
    }
}

impl LastLook {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Stretch { ended: Instant::now(), total: 0, rate: 0.0 }))
    }

    /// How many a second there were since the last look, if there are so many now.
    fn rate(&self, total: u64) -> f64 {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = last.ended.elapsed();
        if passed >= SHORTEST {
            let rate = total.saturating_sub(last.total) as f64 / passed.as_secs_f64();
            *last = Stretch { ended: Instant::now(), total, rate };
        }
        last.rate
    }
}

impl Metrics {
    /// The figures of now.
    pub(crate) fn look(&self) -> Look {
        let (mut requests, mut errors) = (0, 0);
        for metric in self.requests.collect().iter().flat_map(|family| family.get_metric()) {
            let count = metric.get_counter().get_value() as u64;
            let failed = |label: &prometheus::proto::LabelPair| label.name() == "status" && label.value() >= "500";
            requests += count;
            errors += if metric.get_label().iter().any(failed) { count } else { 0 };
        }
        let sends: &Sends = &self.sends;
        Look {
            sends: sends.total(),
            sends_per_second: sends.rate(),
            latencies: sends.latencies(),
            requests_per_second: self.last_look.rate(requests),
            errors,
            memory: memory(),
            parts: self.parts.iter().flat_map(|part| part.figures()).collect(),
        }
    }
}

#[cfg(target_os = "linux")]
fn memory() -> Option<u64> {
    let families = prometheus::process_collector::ProcessCollector::for_self().collect();
    let resident = families.iter().find(|family| family.name() == "process_resident_memory_bytes")?;
    resident.get_metric().first().map(|metric| metric.get_gauge().get_value() as u64)
}

#[cfg(not(target_os = "linux"))]
fn memory() -> Option<u64> {
    None
}
