//! The result: one line a figure, with its noise, its share of the floor, and what is wanted of it.

use std::fmt;

use crate::clock::median;
use crate::figure::{Figure, Wanted};

/// Figures in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    on: String,
    what: String,
    value: f64,
    noise: f64,
    unit: &'static str,
    ratio: Option<(f64, String)>,
    wanted: Option<Wanted>,
}

impl Table {
    /// Adds the median of a figure's runs, measured on an engine or on what else it is called.
    pub(crate) fn add(&mut self, on: &str, figure: Figure<'_>) {
        let Figure { what, runs, unit, floor, wanted } = figure;
        let value = median(runs);
        let spread = runs.iter().map(|run| (run - value).abs()).fold(0.0, f64::max);
        let ratio = floor.map(|(floor, name)| (value / floor, name.to_owned()));
        let row = Row { on: on.to_owned(), what, value, noise: 100.0 * spread / value, unit, ratio, wanted };
        eprintln!("{row}");
        self.rows.push(row);
    }
}

impl Row {
    /// What is wanted, and whether it was found.
    fn verdict(&self) -> Option<String> {
        let wanted = self.wanted?;
        let value = self.ratio.as_ref().map_or(self.value, |(ratio, _)| *ratio);
        Some(format!("{wanted}: {}", if wanted.is_met_by(value) { "yes" } else { "**no**" }))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { on, what, value, noise, unit, ratio, .. } = self;
        let digits = if *value < 100.0 { 2 } else { 0 };
        let ratio = ratio.as_ref().map(|(ratio, of)| format!("{ratio:.2} of {of}")).unwrap_or_default();
        let verdict = self.verdict().unwrap_or_default();
        write!(f, "| {on} | {what} | {value:.digits$} {unit} | ±{noise:.0} % | {ratio} | {verdict} |")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| on | what | median | noise | ratio | wanted |")?;
        writeln!(f, "| --- | --- | --- | --- | --- | --- |")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(figure: Figure<'_>) -> String {
        let mut table = Table::default();
        table.add("SQLite", figure);
        table.to_string().lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_figure_is_the_median_of_its_runs_and_its_noise_is_how_far_the_furthest_is_from_it() {
        let figure = Figure::new("sends", &[80.0, 125.0, 100.0], "messages/s");
        assert_eq!(line(figure), "| SQLite | sends | 100 messages/s | ±25 % |  |  |");
    }

    #[test]
    fn what_is_wanted_is_wanted_of_the_ratio_if_there_is_one() {
        let sends = |least| Figure::new("sends", &[300.0], "/s").of(1000.0, "floor").wanted(Wanted::AtLeast(least));
        assert!(line(sends(0.3)).ends_with("| 0.30 of floor | at least 0.3: yes |"));
        assert!(line(sends(0.4)).ends_with("| 0.30 of floor | at least 0.4: **no** |"));
    }

    #[test]
    fn what_is_wanted_of_a_figure_without_a_floor_is_wanted_of_itself() {
        let start = |most| Figure::new("start", &[20.0], "ms").wanted(Wanted::AtMost(most));
        assert!(line(start(150.0)).ends_with("at most 150: yes |"));
        assert!(line(start(15.0)).ends_with("at most 15: **no** |"));
    }
}
