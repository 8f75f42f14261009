//! How far a long command is: a bar on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::logging::Escaped;

/// Counts lines, rows or bytes. It shows itself only where standard error is a terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of a known number of things, with an estimate of the time left.
    pub(crate) fn of(lines: usize) -> Self {
        Self::of_amount(u64::try_from(lines).unwrap_or(u64::MAX))
    }

    /// The same, of what need not fit into memory.
    pub(crate) fn of_amount(total: u64) -> Self {
        Self::styled(ProgressBar::new(total), "{bar:40} {pos}/{len}, {per_sec}, {eta} left {msg}")
    }

    /// Of as many lines as will come.
    pub(crate) fn unbounded() -> Self {
        Self::styled(ProgressBar::new_spinner(), "{spinner} {pos}, {per_sec}, {elapsed}")
    }

    /// Of something whose parts are counted by whoever does it.
    pub(crate) fn of_parts() -> Self {
        Self::styled(ProgressBar::new(0), "{bar:40} {percent} %, {eta} left")
    }

    fn styled(bar: ProgressBar, template: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// So many further.
    pub(crate) fn step(&self, by: usize) {
        self.0.inc(u64::try_from(by).unwrap_or(u64::MAX));
    }

    /// This far, with a word on what is at hand.
    pub(crate) fn at(&self, done: u64, what: &str) {
        self.0.set_position(done);
        self.0.set_message(what.to_owned());
    }

    /// So many parts are done, of so many.
    pub(crate) fn reach(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
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
