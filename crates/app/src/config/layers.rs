//! Where settings come from: `chatapp.toml`, then `local_settings.toml`, then the environment, then flags. A later one
//! wins.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use config::{ConfigError, Environment, File, FileFormat, Map, Source, Value};

use crate::config::problem::{Origin, Problem};

/// The settings file, in the working directory unless `--config` names another.
const FILE: &str = "chatapp.toml";
/// Overrides that belong to one machine, beside the settings file.
const LOCAL_FILE: &str = "local_settings.toml";
const PREFIX: &str = "CHATAPP_";
/// What the origin of a value from the environment is called by the crate that reads it.
const ENVIRONMENT: &str = "the environment";

/// Everything that was given, merged.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    pub(crate) values: HashMap<String, Value>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) problems: Vec<Problem>,
}

/// What the outside gives: a file to read instead of the usual one, flags by their key, and the environment.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    pub(crate) file: Option<PathBuf>,
    pub(crate) flags: BTreeMap<&'static str, String>,
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// Where the usual files are looked for.
    pub(crate) directory: PathBuf,
}

impl Layers {
    /// Reads every layer; what cannot be read becomes a problem, and the others still count.
    pub(crate) fn read(outside: &Outside) -> Self {
        let mut layers = Self::default();
        for path in files(outside) {
            let name = path.display().to_string();
            match File::from(path.as_path()).format(FileFormat::Toml).collect() {
                // The values' own origin is an absolute path; people know the name they gave.
                Ok(map) => layers.add(map.into_iter().map(|(key, value)| (key, Value::new(Some(&name), value.kind)))),
                Err(error) => layers.problems.push(Problem::of_place(Origin::File(name), not_toml(&error))),
            }
            layers.files.push(path);
        }
        let environment = layers.environment(outside);
        layers.add(environment);
        layers.add(Flags(outside.flags.clone()).collect().unwrap_or_default());
        layers
    }

    fn add(&mut self, layer: impl IntoIterator<Item = (String, Value)>) {
        self.values.extend(layer);
    }

    fn environment(&mut self, outside: &Outside) -> Map<String, Value> {
        let mut given = Map::new();
        for (name, value) in &outside.environment {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            match value.to_str() {
                Some(value) => drop(given.insert(name.to_owned(), value.to_owned())),
                None => {
                    self.problems.push(Problem::of_place(Origin::Environment(name.to_owned()), "is not valid UTF-8"));
                }
            }
        }
        let prefix = PREFIX.trim_end_matches('_');
        let environment = Environment::with_prefix(prefix).ignore_empty(true).source(Some(given));
        environment.collect().unwrap_or_default()
    }
}

/// The files that are there, and the one that was asked for whether it is there or not.
fn files(outside: &Outside) -> Vec<PathBuf> {
    let here = |path: &Path| outside.directory.join(path);
    match &outside.file {
        Some(file) => {
            let local = file.parent().unwrap_or(Path::new("")).join(LOCAL_FILE);
            [Some(here(file)), Some(here(&local)).filter(|path| path.exists())].into_iter().flatten().collect()
        }
        None => [FILE, LOCAL_FILE].iter().map(|name| here(Path::new(name))).filter(|path| path.exists()).collect(),
    }
}

/// Says where a file stops being TOML, without repeating the line: it may hold a secret.
fn not_toml(error: &ConfigError) -> String {
    match error {
        ConfigError::FileParse { cause, .. } => {
            let text = cause.to_string();
            let mut lines = text.lines();
            let place = lines.next().unwrap_or_default().trim_start_matches("TOML parse error at ");
            let reason = lines.next_back().unwrap_or_default();
            format!("is not valid TOML: {place}: {reason}")
        }
        _ => "cannot be read".to_owned(),
    }
}

/// Where a merged value came from.
pub(crate) fn origin(key: &str, value: &Value) -> Origin {
    match value.origin() {
        None => Origin::Default,
        Some(ENVIRONMENT) => Origin::Environment(variable(key)),
        Some(flag) if flag.starts_with("--") => Origin::Flag(flag.to_owned()),
        Some(file) => Origin::File(file.to_owned()),
    }
}

/// The environment variable of a key.
pub(crate) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase())
}

/// Settings given as flags, each with the flag as its origin.
#[derive(Clone, Debug)]
struct Flags(BTreeMap<&'static str, String>);

impl Source for Flags {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let with_origin = |(key, value): (&&str, &String)| {
            let flag = format!("--{}", key.replace('_', "-"));
            ((*key).to_owned(), Value::new(Some(&flag), value.as_str()))
        };
        Ok(self.0.iter().map(with_origin).collect())
    }
}
