//! The picture of a person as others see it: small, square and made here, never what was sent.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Which picture somebody has: another one has another version, the same one the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AvatarVersion(Arc<str>);

impl AvatarVersion {
    /// The version of a picture: 16 letters, digits, `-` and `_`, made from its bytes.
    fn of(jpeg: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(&Sha256::digest(jpeg)[..12]).into())
    }

    /// A version that was stored with its picture. For stores only.
    pub fn from_store(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The version as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A picture to show: a JPEG of [`Avatar::SIDE`] by [`Avatar::SIDE`] pixels that says nothing of where it comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct Avatar {
    version: AvatarVersion,
    jpeg: Vec<u8>,
}

impl Avatar {
    /// How wide and high each is, in pixels.
    pub const SIDE: u32 = 256;

    /// A picture as it was made, or stored.
    pub fn from_jpeg(jpeg: Vec<u8>) -> Self {
        Self { version: AvatarVersion::of(&jpeg), jpeg }
    }

    /// Which picture this is.
    pub fn version(&self) -> &AvatarVersion {
        &self.version
    }

    /// The file.
    pub fn jpeg(&self) -> &[u8] {
        &self.jpeg
    }

    /// The file alone.
    pub fn into_jpeg(self) -> Vec<u8> {
        self.jpeg
    }
}

impl fmt::Debug for Avatar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Avatar({}, {} bytes)", self.version.as_str(), self.jpeg.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_names_a_picture_and_fits_into_a_url() {
        let (one, same, other) = (Avatar::from_jpeg(vec![1]), Avatar::from_jpeg(vec![1]), Avatar::from_jpeg(vec![2]));
        assert_eq!(one.version(), same.version());
        assert_ne!(one.version(), other.version());
        let version = one.version().as_str();
        assert!(version.len() == 16 && version.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
    }
}
