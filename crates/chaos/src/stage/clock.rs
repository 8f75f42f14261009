//! The clock that the servers read: libfaketime puts it beside the machine's, which nobody else notices. Only the time of
//! day is moved; what measures how long something takes goes on.

use std::path::{Path, PathBuf};

/// Where Debian keeps the library. The linker itself knows the machine's name for `$LIB`.
const LIBRARY: &str = "/usr/$LIB/faketime/libfaketimeMT.so.1";

/// A clock that can be set.
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// Whether there can be one here.
    pub fn is_installed() -> bool {
        let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).any(|library| library.exists())
    }

    /// A clock that shows the machine's time.
    pub fn set_up(folder: &Path) -> anyhow::Result<Self> {
        let clock = Self { file: folder.join("clock") };
        clock.shift(0)?;
        Ok(clock)
    }

    /// Puts it so many seconds beside the machine's.
    pub fn shift(&self, seconds: i64) -> anyhow::Result<()> {
        let next = self.file.with_extension("next");
        std::fs::write(&next, format!("{seconds:+}\n"))?;
        // Whoever reads sees one or the other.
        Ok(std::fs::rename(next, &self.file)?)
    }

    /// What a process needs in its environment to read it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("LD_PRELOAD", LIBRARY.to_owned()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }
}
