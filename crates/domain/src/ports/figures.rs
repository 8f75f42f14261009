//! What the parts of the program can say of themselves in numbers, for whoever watches over it.

/// How a figure moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureKind {
    /// Up and down.
    Gauge,
    /// Only up, until the process ends.
    Counter,
}

/// One number with its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// In snake case, with its unit at the end; counters end in `_total`. Without the program's name in front.
    pub name: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// How it moves.
    pub kind: FigureKind,
    /// Now.
    pub value: f64,
}

impl Figure {
    /// A figure that goes up and down.
    pub fn gauge(name: &'static str, help: &'static str, value: usize) -> Self {
        Self { name, help, kind: FigureKind::Gauge, value: value as f64 }
    }

    /// A figure that only goes up.
    pub fn counter(name: &'static str, help: &'static str, value: u64) -> Self {
        Self { name, help, kind: FigureKind::Counter, value: value as f64 }
    }
}

/// A part of the program that has figures. Asked about every fifteen seconds by each observer; it must not wait.
pub trait Figures: Send + Sync {
    /// The figures, always the same ones in the same order.
    fn figures(&self) -> Vec<Figure>;
}
