//! The result: one line a figure, with its noise and its share of the floor.

use std::fmt;

use crate::clock::median;

/// Figures in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    engine: String,
    what: String,
    value: f64,
    noise: f64,
    unit: &'static str,
    ratio: Option<(f64, String)>,
}

impl Table {
    /// Adds the median of some runs; `floor` is what it is divided by, and what that is called.
    pub(crate) fn add(
        &mut self,
        engine: &str,
        what: &str,
        runs: &[f64],
        unit: &'static str,
        floor: Option<(f64, &str)>,
    ) {
        let value = median(runs);
        let spread = runs.iter().map(|run| (run - value).abs()).fold(0.0, f64::max);
        let row = Row {
            engine: engine.to_owned(),
            what: what.to_owned(),
            value,
            noise: 100.0 * spread / value,
            unit,
            ratio: floor.map(|(floor, name)| (value / floor, name.to_owned())),
        };
        eprintln!("{row}");
        self.rows.push(row);
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio.as_ref().map(|(ratio, of)| format!("{ratio:.2} of {of}")).unwrap_or_default();
        write!(
            f,
            "| {} | {} | {:.*} {} | ±{:.0} % | {ratio} |",
            self.engine,
            self.what,
            if self.value < 100.0 { 2 } else { 0 },
            self.value,
            self.unit,
            self.noise
        )
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| on | what | median | noise | ratio |")?;
        writeln!(f, "| --- | --- | --- | --- | --- |")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}
