//! How far an import is: a bar on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::logging::Escaped;

/// Counts lines. It shows itself only where standard error is a terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of a known number of lines, with an estimate of the time left.
    pub(crate) fn of(lines: usize) -> Self {
        let total = u64::try_from(lines).unwrap_or(u64::MAX);
        Self::styled(ProgressBar::new(total), "{bar:40} {pos}/{len}, {per_sec}, {eta} left")
    }

    /// Of as many lines as will come.
    pub(crate) fn unbounded() -> Self {
        Self::styled(ProgressBar::new_spinner(), "{spinner} {pos}, {per_sec}, {elapsed}")
    }

    fn styled(bar: ProgressBar, template: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// One line further.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// Says something without tearing the bar.
    pub(crate) fn say(&self, line: &str) {
        self.0.suspend(|| eprintln!("{}", Escaped(line)));
    }

    /// Leaves the terminal as it was.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
