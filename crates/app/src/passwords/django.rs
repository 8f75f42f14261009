//! Hashes that Django made, for people who came from the original. They are checked and never made.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// More rounds than any version of Django asks for; a longer wait is not worth the log-in.
const MOST_ROUNDS: u32 = 10_000_000;

/// Whether the hash is of a scheme that [`matches()`] knows.
pub(super) fn is_known(hash: &str) -> bool {
    ["pbkdf2_sha256$", "pbkdf2_sha1$", "bcrypt_sha256$", "bcrypt$"].iter().any(|scheme| hash.starts_with(scheme))
}

/// Whether the password is the one of the hash; nothing if the hash is of another scheme, or broken.
pub(super) fn matches(password: &str, hash: &str) -> Option<bool> {
    let (scheme, rest) = hash.split_once('$')?;
    match scheme {
        "pbkdf2_sha256" => pbkdf2::<32>(rest, |salt, rounds, out| {
            pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, rounds, out);
        }),
        "pbkdf2_sha1" => pbkdf2::<20>(rest, |salt, rounds, out| {
            pbkdf2_hmac::<Sha1>(password.as_bytes(), salt, rounds, out);
        }),
        "bcrypt_sha256" => bcrypt::verify(hex(&Sha256::digest(password)), rest).ok(),
        "bcrypt" => bcrypt::verify(password, rest).ok(),
        _ => None,
    }
}

/// Reads `rounds$salt$base64`, and compares in constant time.
fn pbkdf2<const SIZE: usize>(rest: &str, derive: impl FnOnce(&[u8], u32, &mut [u8; SIZE])) -> Option<bool> {
    let (rounds, rest) = rest.split_once('$')?;
    let (salt, stored) = rest.split_once('$')?;
    let rounds = rounds.parse().ok().filter(|rounds| (1..=MOST_ROUNDS).contains(rounds))?;
    let stored = STANDARD.decode(stored).ok().filter(|stored| stored.len() == SIZE)?;
    let mut derived = [0; SIZE];
    derive(salt.as_bytes(), rounds, &mut derived);
    Some(derived.ct_eq(&stored).into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
