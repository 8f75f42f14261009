//! The key that signs cookies: given by the operator, or made on the first start and kept in the data directory, where
//! only its owner can read it. It is never printed.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The file in the data directory.
const FILE: &str = "secret_key";
/// The fewest bytes that a key must have.
const MIN_BYTES: usize = 32;
/// Fewer different characters than this are no random text.
const MIN_DIFFERENT: usize = 8;

/// Parts of what tutorials, other programs and our own example file show.
const KNOWN: [&str; 8] = [
    "django-insecure",
    "changeme",
    "change-me",
    "change_me",
    "abc1234",
    "your-secret",
    "secret_key",
    "leave it out and one is generated",
];

/// A secret text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretKey(String);

impl SecretKey {
    /// Refuses what somebody could guess.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.len() < MIN_BYTES {
            return Err(format!("must have at least {MIN_BYTES} bytes; leave it out and one is generated"));
        }
        let lower = text.to_lowercase();
        let different: BTreeSet<char> = text.chars().collect();
        if KNOWN.iter().any(|sample| lower.contains(sample)) {
            return Err("is a sample that everyone knows; leave it out and one is generated".to_owned());
        }
        if different.len() < MIN_DIFFERENT || is_repetition(text) || is_row(text) {
            return Err("can be guessed; leave it out and one is generated".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// The key in the data directory; the first call makes it. Two processes that start at once agree on one.
    pub(crate) fn kept_in(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join(FILE);
        let failed = || format!("the secret key {} cannot be used", path.display());
        match read(&path).with_context(failed)? {
            Some(key) => Ok(key),
            None => {
                make(directory, &path).with_context(failed)?;
                read(&path).with_context(failed)?.with_context(failed)
            }
        }
    }

    /// Whether the key in the data directory, if there is one, can be used. Makes none.
    pub(crate) fn look_in(directory: &Path) -> anyhow::Result<()> {
        let path = directory.join(FILE);
        read(&path).with_context(|| format!("the secret key {} cannot be used", path.display())).map(drop)
    }

    /// The bytes, for whoever signs.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// Makes the data directory, for its owner alone.
pub(crate) fn make_data_directory(directory: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.with_context(|| format!("the data directory {} cannot be made", directory.display()))
}

/// A few characters again and again.
fn is_repetition(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=bytes.len() / 2).any(|period| bytes.iter().zip(&bytes[period..]).all(|(one, other)| one == other))
}

/// Mostly neighbours of the alphabet or of the digits, forward or back.
fn is_row(text: &str) -> bool {
    let pairs = text.as_bytes().windows(2);
    let neighbours = pairs.filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    neighbours > text.len() / 2
}

fn read(path: &Path) -> anyhow::Result<Option<SecretKey>> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        bail!("others can read it: chmod 600 {}", path.display());
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let key = SecretKey::parse(text.trim()).map_err(anyhow::Error::msg)?;
    Ok(Some(key))
}

/// Writes a whole key beside its place and links it there, so that nobody ever reads half of one.
fn make(directory: &Path, path: &Path) -> anyhow::Result<()> {
    let text = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 48]>());
    let draft = directory.join(format!(".{FILE}.{:016x}", rand::random::<u64>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            // Some file systems know no links; there the last of two first starts wins.
            fs::rename(&draft, path)?;
        }
        _ => fs::remove_file(&draft)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_known_keys_are_refused() {
        for bad in ["", "ABC1234", &"x".repeat(64), &"changeme".repeat(8), "0123456789abcdef0123456789abcde"] {
            assert!(SecretKey::parse(bad).is_err(), "{bad:?}");
        }
        assert!(SecretKey::parse("django-insecure-#j2x9^k4!p0q8w7e6r5t4y3u2i1o").is_err());
        assert!(SecretKey::parse("f3b1c09a7e5d4c2b8a6f1e0d9c8b7a65").is_ok());
    }

    #[test]
    fn keys_that_can_be_guessed_are_refused() {
        for bad in [
            "12345678901234567890123456789012",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyzABCDEFG",
            "zyxwvutsrqponmlkjihgfedcba9876543210",
            "qwertyuiopasdfghqwertyuiopasdfgh",
        ] {
            assert!(SecretKey::parse(bad).is_err(), "{bad:?}");
        }
        for _ in 0..1000 {
            let hex: String = (0..16).map(|_| format!("{:02x}", rand::random::<u8>())).collect();
            assert!(SecretKey::parse(&hex).is_ok(), "{hex}");
        }
    }

    #[test]
    fn no_sample_of_ours_is_a_key() {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let mut samples = 0;
        for name in ["chatapp.toml.example", "docker-compose.yml", "Dockerfile", "docs/configuration.md", "README.md"] {
            let text = fs::read_to_string(format!("{place}/{name}")).unwrap();
            for line in text.lines().filter(|line| line.to_lowercase().contains("secret_key")) {
                for sample in line.split('"').skip(1).step_by(2).chain(line.split(['=', ':']).skip(1)) {
                    assert!(SecretKey::parse(sample.trim()).is_err(), "{name}: {sample}");
                    samples += 1;
                }
            }
        }
        assert!(samples >= 2, "{samples}");
    }

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let first = SecretKey::kept_in(directory.path()).unwrap();
        assert_eq!(SecretKey::kept_in(directory.path()).unwrap(), first);
        let mode = fs::metadata(directory.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
        fs::set_permissions(directory.path().join(FILE), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(SecretKey::kept_in(directory.path()).is_err());
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = SecretKey::parse("f3b1c09a7e5d4c2b8a6f1e0d9c8b7a65").unwrap();
        assert_eq!(format!("{key:?}"), "SecretKey(…)");
    }
}
