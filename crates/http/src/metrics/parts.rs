//! The figures of the program's parts, in Prometheus's words.

use std::sync::Arc;

use chatapp_domain::ports::figures::{Figure, FigureKind, Figures};
use prometheus::proto::{Counter, Gauge, Metric, MetricFamily, MetricType};

/// One family for each figure.
pub(super) fn families(prefix: &str, parts: &[Arc<dyn Figures>]) -> Vec<MetricFamily> {
    parts.iter().flat_map(|part| part.figures()).map(|figure| family(prefix, &figure)).collect()
}

fn family(prefix: &str, figure: &Figure) -> MetricFamily {
    let mut metric = Metric::default();
    let kind = match figure.kind {
        FigureKind::Gauge => {
            let mut gauge = Gauge::default();
            gauge.set_value(figure.value);
            metric.set_gauge(gauge);
            MetricType::GAUGE
        }
        FigureKind::Counter => {
            let mut counter = Counter::default();
            counter.set_value(figure.value);
            metric.set_counter(counter);
            MetricType::COUNTER
        }
    };
    let mut family = MetricFamily::default();
    family.set_name(format!("{prefix}_{}", figure.name));
    family.set_help(figure.help.to_owned());
    family.set_field_type(kind);
    family.set_metric(vec![metric]);
    family
}
