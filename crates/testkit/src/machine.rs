//! A machine whose disk is always the same.

use chatapp_domain::ports::status::{Disk, Machine};

/// Has a gigabyte, half full.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainMachine;

impl Machine for PlainMachine {
    fn name(&self) -> String {
        "machine:1".to_owned()
    }

    fn disk(&self) -> Option<Disk> {
        Some(Disk { used: 500_000_000, free: 500_000_000 })
    }
}
