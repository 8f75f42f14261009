//! Reads typed settings out of the merged layers. Each setting is declared where it is read, once: its key, default and
//! unit. Whatever is wrong is noted and the default goes on, so that all problems are found together.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use config::{Value, ValueKind};

use crate::config::layers::{self, Layers};
use crate::config::problem::{Origin, Problem};

/// A setting as it is in effect, to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Effective {
    pub(crate) key: &'static str,
    pub(crate) value: String,
    pub(crate) origin: Origin,
    pub(crate) default: String,
    pub(crate) unit: &'static str,
}

/// The merged layers, and what was read from them so far.
#[derive(Debug)]
pub(crate) struct Values {
    layers: Layers,
    read: Vec<Effective>,
    warnings: Vec<String>,
}

/// What came of reading.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) effective: Vec<Effective>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<String>,
}

/// Whether a value may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Plain,
    Redacted,
}

/// Variables with our prefix that are no settings.
const OTHER_VARIABLES: [&str; 3] = ["config", "password", "test_"];

impl Values {
    pub(crate) fn new(layers: Layers) -> Self {
        Self { layers, read: Vec::new(), warnings: Vec::new() }
    }

    /// A whole number within `range`.
    pub(crate) fn number<N>(&mut self, key: &'static str, default: N, unit: &'static str, range: RangeInclusive<N>) -> N
    where
        N: FromStr + PartialOrd + Display + Copy,
    {
        let parse = |text: &str| {
            let number = text.parse().ok().filter(|number| range.contains(number));
            number.ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
        };
        self.parsed(key, &default.to_string(), unit, parse).unwrap_or(default)
    }

    /// A duration in whole seconds.
    pub(crate) fn seconds(&mut self, key: &'static str, default: Duration, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(key, default.as_secs(), "seconds", range))
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        default: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let parse = |text: &str| {
            let found = words.iter().find(|(word, _)| *word == text);
            let names: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            found.map(|(_, value)| *value).ok_or_else(|| format!("must be {}", names.join(" or ")))
        };
        self.parsed(key, default, "word", parse)
    }

    /// A value that `parse` accepts; nothing if it does not, or if there is neither a value nor a default.
    pub(crate) fn parsed<T>(
        &mut self,
        key: &'static str,
        default: &str,
        unit: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(key, default, unit, Show::Plain)?;
        self.accept(key, parse(&text))
    }

    /// A list, given as an array or as words between commas.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        unit: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let Some(text) = self.text(key, "", unit, Show::Plain) else { return Vec::new() };
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let parsed: Result<Vec<T>, String> = words.map(parse).collect();
        self.accept(key, parsed).unwrap_or_default()
    }

    /// A text that must never be shown. It can also be the content of the file that `<key>_file` names.
    pub(crate) fn secret(&mut self, key: &'static str, file_key: &'static str, unit: &'static str) -> Option<String> {
        let text = self.text(key, "", unit, Show::Redacted);
        let Some(path) = self.text(file_key, "", "path", Show::Plain) else { return text };
        if text.is_some() {
            self.problem(file_key, format!("{key} is given as well, by {}: leave one out", self.origin(key)));
            return None;
        }
        let content = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {path}: {error}"));
        self.accept(file_key, content).map(|content| content.trim().to_owned())
    }

    /// Notes that the value of `key` does not do.
    pub(crate) fn problem(&mut self, key: &str, why: impl Into<String>) {
        let origin = self.origin(key);
        self.layers.problems.push(Problem::of_key(origin, key, why));
    }

    /// Notes that a secret does not do, wherever it was given: by itself or in a file.
    pub(crate) fn problem_of_secret(&mut self, key: &str, why: impl Into<String>) {
        let file_key = format!("{key}_file");
        let given = if self.is_given(key) { key } else { file_key.as_str() };
        self.problem(given, why);
    }

    /// Notes something that works, but probably not as wished.
    pub(crate) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Whether anybody gave the setting.
    pub(crate) fn is_given(&self, key: &str) -> bool {
        self.layers.values.contains_key(key)
    }

    /// Replaces what is shown for `key`, for values that are only partly secret or that follow from others.
    pub(crate) fn show(&mut self, key: &str, shown: impl Into<String>) {
        if let Some(effective) = self.read.iter_mut().find(|effective| effective.key == key) {
            effective.value = shown.into();
        }
    }

    /// Says in words what happens when nobody gives `key`.
    pub(crate) fn describe_default(&mut self, key: &str, words: &str) {
        if let Some(effective) = self.read.iter_mut().find(|effective| effective.key == key) {
            words.clone_into(&mut effective.default);
            if effective.value.is_empty() {
                words.clone_into(&mut effective.value);
            }
        }
    }

    /// Ends the reading: what nobody read is unknown.
    pub(crate) fn finish(mut self) -> Outcome {
        let known: BTreeSet<&str> = self.read.iter().map(|effective| effective.key).collect();
        for (key, value) in &self.layers.values {
            if !known.contains(key.as_str()) {
                match layers::origin(key, value) {
                    // Others use the prefix too: an orchestrator that announces a service named "chatapp", say.
                    Origin::Environment(_) if OTHER_VARIABLES.iter().any(|other| key.starts_with(other)) => {}
                    Origin::Environment(name) => self.warnings.push(format!("{name} is no setting and is ignored")),
                    origin => self.layers.problems.push(Problem::of_key(origin, key, unknown(key, &known))),
                }
            }
        }
        self.warnings.extend(readable_by_others(&self.layers));
        self.layers.problems.sort_by_key(ToString::to_string);
        self.warnings.sort();
        Outcome { effective: self.read, problems: self.layers.problems, warnings: self.warnings }
    }

    fn origin(&self, key: &str) -> Origin {
        self.layers.values.get(key).map_or(Origin::Default, |value| layers::origin(key, value))
    }

    fn accept<T>(&mut self, key: &str, parsed: Result<T, String>) -> Option<T> {
        parsed.map_err(|why| self.problem(key, why)).ok()
    }

    fn text(&mut self, key: &'static str, default: &str, unit: &'static str, show: Show) -> Option<String> {
        let given = self.layers.values.get(key).cloned().and_then(|value| self.accept(key, as_text(value)));
        let text = given.unwrap_or_else(|| default.to_owned());
        let value = if show == Show::Redacted && !text.is_empty() { "(secret)".to_owned() } else { text.clone() };
        self.read.push(Effective { key, value, origin: self.origin(key), default: default.to_owned(), unit });
        // Where there is a default, an empty text is a value like any other, and mostly a wrong one.
        Some(text).filter(|text| !text.is_empty() || !default.is_empty())
    }
}

fn as_text(value: Value) -> Result<String, String> {
    match value.kind {
        ValueKind::Array(items) => {
            let items: Result<Vec<String>, String> = items.into_iter().map(as_text).collect();
            Ok(items?.join(","))
        }
        ValueKind::Table(_) => Err("must be a single value, not a table".to_owned()),
        _ => value.into_string().map_err(|_| "must be a single value".to_owned()),
    }
}

fn unknown(key: &str, known: &BTreeSet<&str>) -> String {
    let nearest = known.iter().map(|name| (strsim::damerau_levenshtein(key, name), *name)).min();
    match nearest {
        Some((distance, name)) if distance <= 3 => format!("is no setting; did you mean {name}?"),
        _ => "is no setting".to_owned(),
    }
}

/// Warns of settings files that hold a secret and that everyone on the machine can read.
fn readable_by_others(layers: &Layers) -> Vec<String> {
    let mut warnings = Vec::new();
    for path in &layers.files {
        let name = path.display().to_string();
        let secrets = ["secret_key", "database_url", "database_replica_url", "redis_url", "mail_password"];
        let holds_secret = secrets.iter().any(|key| {
            let value = layers.values.get(*key);
            value.is_some_and(|value| value.origin() == Some(name.as_str()) && may_be_secret(value))
        });
        if holds_secret && is_readable_by_others(path) {
            warnings.push(format!("{name} holds a secret and everyone can read it: chmod o-r {name}"));
        }
    }
    warnings
}

fn may_be_secret(value: &Value) -> bool {
    !value.to_string().starts_with("sqlite:")
}

fn is_readable_by_others(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}
