//! The log: readable lines on standard error, or JSON; one for each record whatever it contains.

mod json;

use std::fmt::{self, Display, Write as _};
use std::io::Write as _;

use env_logger::Builder;
use log::LevelFilter;

/// What a line looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object, for programs that collect logs.
    Json,
}

/// Starts the log with filters in the syntax of `env_logger`.
pub(crate) fn start(filters: &str, format: Format) {
    let mut builder = Builder::new();
    // What the server says at a start is said better here.
    builder.filter_module("actix_server", LevelFilter::Warn).parse_filters(filters);
    match format {
        Format::Json => builder.format(|buffer, record| {
            let time = buffer.timestamp_micros().to_string();
            writeln!(buffer, "{}", json::line(&time, record))
        }),
        Format::Text => builder.format(|buffer, record| {
            let style = buffer.default_level_style(record.level());
            let (time, level, target) = (buffer.timestamp_millis(), record.level(), Escaped(record.target()));
            writeln!(buffer, "{time} {style}{level:<5}{style:#} {target}: {}", Escaped(record.args()))
        }),
    };
    // A second logger is only ever there in tests.
    let _ = builder.try_init();
    std::panic::set_hook(Box::new(|panic| log::error!("panicked: {panic}")));
}

/// Text with everything escaped that could end a line or steer a terminal.
pub(crate) struct Escaped<T>(pub(crate) T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_steering) {
            self.0.write_str(&rest[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(c) = chars.next() {
                write!(self.0, "{}", c.escape_default())?;
            }
            rest = chars.as_str();
        }
        self.0.write_str(rest)
    }
}

/// Controls, line and paragraph separators, and what turns the direction of text.
fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_forge_a_line_or_steer_a_terminal() {
        let hostile = "a\r\n2026 INFO forged\u{1b}[2J\u{202e}\u{85}\0é👩🏽‍🚀";
        let shown = Escaped(hostile).to_string();
        assert_eq!(shown, "a\\r\\n2026 INFO forged\\u{1b}[2J\\u{202e}\\u{85}\\u{0}é👩🏽‍🚀");
    }
}
