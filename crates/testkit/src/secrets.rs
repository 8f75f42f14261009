//! Secrets that are not secret: a count.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chatapp_domain::ports::secrets::Secrets;

/// Counts up. Clones share one count.
#[derive(Clone, Debug, Default)]
pub struct CountedSecrets(Arc<AtomicU64>);

impl Secrets for CountedSecrets {
    fn bits(&self) -> [u8; 32] {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let mut bits = [0; 32];
        for (place, byte) in bits.iter_mut().zip(number.to_le_bytes().into_iter().cycle()) {
            *place = byte;
        }
        bits
    }
}
