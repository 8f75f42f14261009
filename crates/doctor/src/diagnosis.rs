//! What is found, and how bad it is.

/// How something is, the better first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not looked at.
    Skip,
    /// It works, but should be otherwise.
    Warn,
    /// Something does not work, or is not safe.
    Fail,
}

impl Verdict {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skip => "skip",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// How one thing is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// How bad it is.
    pub verdict: Verdict,
    /// What was seen, in one line.
    pub seen: String,
    /// What to do, in one line; nothing where all is well.
    pub advice: Option<String>,
}

impl Diagnosis {
    /// All is well.
    pub fn ok(seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, seen: seen.into(), advice: None }
    }

    /// Not looked at, and what it takes.
    pub fn skip(seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skip, seen: seen.into(), advice: Some(advice.into()) }
    }

    /// It should be otherwise.
    pub fn warn(seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warn, seen: seen.into(), advice: Some(advice.into()) }
    }

    /// It must be otherwise.
    pub fn fail(seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, seen: seen.into(), advice: Some(advice.into()) }
    }
}

/// A diagnosis, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check, in one word.
    pub check: &'static str,
    /// What came of it.
    pub diagnosis: Diagnosis,
}
