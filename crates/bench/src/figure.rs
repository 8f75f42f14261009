//! One figure, what it is divided by, and what is wanted of it.

use std::fmt;

/// The runs of one figure.
pub(crate) struct Figure<'a> {
    pub(crate) what: String,
    pub(crate) runs: &'a [f64],
    pub(crate) unit: &'static str,
    pub(crate) floor: Option<(f64, &'a str)>,
    pub(crate) wanted: Option<Wanted>,
}

impl<'a> Figure<'a> {
    /// A figure by itself.
    pub(crate) fn new(what: impl Into<String>, runs: &'a [f64], unit: &'static str) -> Self {
        Self { what: what.into(), runs, unit, floor: None, wanted: None }
    }

    /// It is to be compared with `floor`, which is called so.
    pub(crate) fn of(self, floor: f64, name: &'a str) -> Self {
        Self { floor: Some((floor, name)), ..self }
    }

    /// What is wanted of its ratio, or of itself if it has none.
    pub(crate) fn wanted(self, wanted: Wanted) -> Self {
        Self { wanted: Some(wanted), ..self }
    }
}

/// Where a figure should be for ChatApp to be as fast as it wants to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

impl Wanted {
    /// Whether it is there.
    pub(crate) fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "at least {least}"),
            Self::AtMost(most) => write!(f, "at most {most}"),
        }
    }
}
