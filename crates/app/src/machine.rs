//! The machine that the program runs on, as far as a page shows it.

use std::path::PathBuf;
use std::process;

use chatapp_domain::ports::status::{Disk, Machine};

/// This machine.
pub(crate) struct ThisMachine {
    /// Where data is kept.
    pub(crate) folder: PathBuf,
}

impl Machine for ThisMachine {
    fn name(&self) -> String {
        format!("{}:{}", rustix::system::uname().nodename().to_string_lossy(), process::id())
    }

    fn disk(&self) -> Option<Disk> {
        let found = rustix::fs::statvfs(&self.folder).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        Some(Disk { used: bytes(found.f_blocks.saturating_sub(found.f_bfree)), free: bytes(found.f_bavail) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_of_a_folder_is_known() {
        let machine = ThisMachine { folder: std::env::temp_dir() };
        assert!(machine.disk().is_some_and(|disk| disk.used + disk.free > 0));
        assert!(machine.name().ends_with(&format!(":{}", process::id())));
        assert_eq!(ThisMachine { folder: "/nowhere/at/all".into() }.disk(), None);
    }
}
