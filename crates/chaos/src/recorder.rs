//! Writes the history down while it happens: one JSON object a line, and the same in memory for the checker.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;

use crate::history::{Micros, Record};

/// Where clients write down what they did and saw.
pub struct Recorder {
    began: Instant,
    sockets: AtomicU64,
    written: Mutex<Written>,
}

struct Written {
    file: BufWriter<File>,
    records: Vec<Record>,
}

impl Recorder {
    /// Begins a history in a new file.
    pub fn begin(file: &Path) -> anyhow::Result<Self> {
        let made = File::create(file).with_context(|| format!("cannot write {}", file.display()))?;
        let written = Written { file: BufWriter::new(made), records: Vec::new() };
        Ok(Self { began: Instant::now(), sockets: AtomicU64::new(0), written: Mutex::new(written) })
    }

    /// The time on the run's clock.
    pub fn now(&self) -> Micros {
        Micros::try_from(self.began.elapsed().as_micros()).unwrap_or(Micros::MAX)
    }

    /// A number for a new socket.
    pub fn next_socket(&self) -> u64 {
        self.sockets.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes something down.
    pub fn note(&self, record: Record) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        // The checker reads the memory; a file that could not be written only spoils the look at it afterwards.
        if serde_json::to_writer(&mut written.file, &record).is_ok() {
            let _ = written.file.write_all(b"\n");
        }
        written.records.push(record);
    }

    /// Everything so far.
    pub fn history(&self) -> Vec<Record> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = written.file.flush();
        written.records.clone()
    }
}
