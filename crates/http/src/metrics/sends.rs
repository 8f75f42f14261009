//! How fast messages are sent: in the last minute, second by second. It is counted with each send, so it costs a few
//! additions.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many seconds are kept; a little more than a minute, so that one can begin while another is read.
const SECONDS: u64 = 64;
/// Over how many whole seconds the rate is taken.
const RATE_OVER: u64 = 10;
/// The latencies of a minute.
const MINUTE: u64 = 60;
/// How many classes of latencies there are: from 2^(n/4) to 2^((n+1)/4) microseconds, up to some 60 s.
const CLASSES: usize = 104;

/// What was sent, second by second.
pub(crate) struct Sends {
    started: Instant,
    total: AtomicU64,
    seconds: Vec<Second>,
}

struct Second {
    /// Which second since the start it is of.
    number: AtomicU64,
    classes: [AtomicU32; CLASSES],
}

/// In milliseconds; 0 if nothing was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Latencies {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

impl Sends {
    pub(crate) fn new() -> Self {
        let second =
            || Second { number: AtomicU64::new(u64::MAX), classes: std::array::from_fn(|_| AtomicU32::new(0)) };
        let seconds = (0..SECONDS).map(|_| second()).collect();
        Self { started: Instant::now(), total: AtomicU64::new(0), seconds }
    }

    /// A send that began then took so long.
    pub(crate) fn count(&self, began: Instant, took: Duration) {
        let now = (began + took).duration_since(self.started).as_secs();
        self.count_in(now, took);
    }

    fn count_in(&self, now: u64, took: Duration) {
        self.total.fetch_add(1, Ordering::Relaxed);
        let second = &self.seconds[usize::try_from(now % SECONDS).unwrap_or_default()];
        let before = second.number.load(Ordering::Relaxed);
        if before != now && second.number.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            // What another thread counts in this very moment may be lost, which is one send in a second.
            second.classes.iter().for_each(|class| class.store(0, Ordering::Relaxed));
        }
        second.classes[class(took)].fetch_add(1, Ordering::Relaxed);
    }

    /// Since the start.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Sends per second, over the last ten seconds.
    pub(crate) fn rate(&self) -> f64 {
        self.rate_at(self.started.elapsed().as_secs())
    }

    fn rate_at(&self, now: u64) -> f64 {
        let over = RATE_OVER.min(now).max(1);
        let sent: u64 = self.classes(now.saturating_sub(over)..now).iter().sum();
        sent as f64 / over as f64
    }

    /// Of the last minute.
    pub(crate) fn latencies(&self) -> Latencies {
        self.latencies_at(self.started.elapsed().as_secs())
    }

    fn latencies_at(&self, now: u64) -> Latencies {
        let classes = self.classes((now + 1).saturating_sub(MINUTE)..now + 1);
        let total: u64 = classes.iter().sum();
        let percentile = |part: f64| {
            let rank = (total as f64 * part).ceil().max(1.0);
            let mut sum = 0;
            let reached = |count: &u64| {
                sum += count;
                sum as f64 >= rank
            };
            classes.iter().position(reached).filter(|_| total > 0).map_or(0.0, upper_end)
        };
        Latencies { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) }
    }

    fn classes(&self, seconds: std::ops::Range<u64>) -> [u64; CLASSES] {
        let mut sums = [0; CLASSES];
        for second in self.seconds.iter().filter(|second| seconds.contains(&second.number.load(Ordering::Relaxed))) {
            for (sum, class) in sums.iter_mut().zip(&second.classes) {
                *sum += u64::from(class.load(Ordering::Relaxed));
            }
        }
        sums
    }
}

fn class(took: Duration) -> usize {
    let micros = took.as_micros().max(1) as f64;
    ((micros.log2() * 4.0) as usize).min(CLASSES - 1)
}

/// In milliseconds, rounded to a microsecond.
fn upper_end(class: usize) -> f64 {
    (2_f64.powf((class + 1) as f64 / 4.0)).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_last_minute() {
        let sends = Sends::new();
        for now in 0..200 {
            for millis in 1..=100 {
                sends.count_in(now, Duration::from_millis(if now < 100 { 5_000 } else { millis }));
            }
        }
        let Latencies { p50, p95, p99 } = sends.latencies_at(199);
        let near = |found: f64, exact: f64| {
            assert!(found >= exact && found <= exact * 1.2, "{found} for {exact}");
        };
        near(p50, 50.0);
        near(p95, 95.0);
        near(p99, 99.0);
        assert_eq!((sends.total(), sends.rate_at(200)), (20_000, 100.0));
    }

    #[test]
    fn nothing_has_no_latency() {
        let sends = Sends::new();
        assert_eq!((sends.latencies_at(0), sends.rate_at(0)), (Latencies::default(), 0.0));
        sends.count_in(3, Duration::from_millis(1));
        assert_eq!(sends.latencies_at(63), Latencies::default(), "that is more than a minute ago");
        assert_eq!(sends.rate_at(4), 0.25);
    }

    #[test]
    fn every_time_has_a_class() {
        assert_eq!(class(Duration::ZERO), 0);
        assert_eq!(class(Duration::from_secs(3_600)), CLASSES - 1);
        assert!(upper_end(class(Duration::from_micros(700))) >= 0.7);
    }
}
