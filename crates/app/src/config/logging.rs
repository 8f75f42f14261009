//! How much is logged, and in which form. `RUST_LOG` counts too, where nothing of ours is set.

use std::ffi::OsString;

use crate::config::values::Values;
pub(crate) use crate::logging::Format;

/// What the server logs when nobody says; commands say less.
pub(crate) const DEFAULT: &str = "info";

/// What a line looks like.
pub(crate) fn format(values: &mut Values) -> Format {
    values.choice("log_format", "text", &[("text", Format::Text), ("json", Format::Json)]).unwrap_or_default()
}

/// The filters that somebody gave.
pub(crate) fn read(values: &mut Values, environment: &[(OsString, OsString)]) -> Option<String> {
    let valid = |text: &str| {
        let parsed = env_filter::Builder::new().try_parse(text).map(|_| text.to_owned());
        parsed.map_err(|_| "must be a level (error, warn, info, debug, trace, off) or module=level pairs".to_owned())
    };
    let filters = values.parsed("log", DEFAULT, "filter", valid);
    if values.is_given("log") {
        return filters;
    }
    let rust_log = environment.iter().find(|(name, value)| name == "RUST_LOG" && !value.is_empty());
    let rust_log = rust_log.and_then(|(_, value)| value.to_str())?;
    values.show("log", format!("{rust_log} (RUST_LOG)"));
    Some(rust_log.to_owned())
}
