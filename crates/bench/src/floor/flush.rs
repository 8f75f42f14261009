//! The disk: an append that is flushed.

use std::io::{Seek, SeekFrom, Write};
use std::time::Instant;

use crate::Plan;
use crate::clock::{histogram, note};

/// The median of appending 4 KiB to a file and flushing it, in milliseconds, of each run.
pub(crate) fn millis(plan: &Plan) -> anyhow::Result<Vec<f64>> {
    (0..plan.runs).map(|_| one_run()).collect()
}

fn one_run() -> anyhow::Result<f64> {
    let mut file = tempfile::NamedTempFile::new_in(".")?;
    let mut times = histogram()?;
    for _ in 0..500 {
        let started = Instant::now();
        file.as_file_mut().seek(SeekFrom::End(0))?;
        file.write_all(&[7; 4096])?;
        file.as_file().sync_data()?;
        note(&mut times, started.elapsed());
    }
    Ok(crate::clock::millis(&times, 0.5))
}
