//! Secrets from the system's generator.

use chatapp_domain::ports::secrets::Secrets;
use rand::RngCore;

/// A cryptographically secure generator that the system seeds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemSecrets;

impl Secrets for SystemSecrets {
    fn bits(&self) -> [u8; 32] {
        let mut bits = [0; 32];
        rand::rng().fill_bytes(&mut bits);
        bits
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_secrets_are_the_same() {
        assert_eq!((0..1000).map(|_| SystemSecrets.bits()).collect::<BTreeSet<_>>().len(), 1000);
    }
}
