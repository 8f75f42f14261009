//! What is wrong with a configuration, said so that its writer finds the place.

use std::fmt;

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody gave it: the built-in default.
    Default,
    /// A settings file.
    File(String),
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => f.write_str(path),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    origin: Origin,
    key: Option<String>,
    why: String,
}

impl Problem {
    /// A value that does not do.
    pub(crate) fn of_key(origin: Origin, key: &str, why: impl Into<String>) -> Self {
        Self { origin, key: Some(key.to_owned()), why: why.into() }
    }

    /// A place that does not do as a whole.
    pub(crate) fn of_place(origin: Origin, why: impl Into<String>) -> Self {
        Self { origin, key: None, why: why.into() }
    }

    /// Whether one of these keys is to blame.
    pub(crate) fn is_about(&self, keys: &[&str]) -> bool {
        self.key.as_ref().is_some_and(|key| keys.contains(&key.as_str()))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{}: {key}: {}", self.origin, self.why),
            None => write!(f, "{}: {}", self.origin, self.why),
        }
    }
}
