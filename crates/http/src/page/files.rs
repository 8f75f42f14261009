//! The built page, inside the binary.

use std::borrow::Cow;

use rust_embed::{EmbeddedFile, RustEmbed};

/// Debug builds read the folder at run time, so that a rebuilt page needs no rebuilt server.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Where files are looked up, by their path without the slash in front. A packed form is a file of its own, with `.br` or `.gz`
/// behind its name; there may be no other.
pub(super) trait Files {
    fn get(&self, path: &str) -> Option<File>;
}

/// A file and what identifies its content.
pub(super) struct File {
    pub(super) content: Cow<'static, [u8]>,
    pub(super) hash: [u8; 32],
}

/// The files that were there when the program was built.
pub(super) struct Embedded;

impl Files for Embedded {
    fn get(&self, path: &str) -> Option<File> {
        Dist::get(path).map(File::from)
    }
}

impl From<EmbeddedFile> for File {
    fn from(file: EmbeddedFile) -> Self {
        Self { content: file.data, hash: file.metadata.sha256_hash() }
    }
}
