//! Which packed forms of an answer a client takes (RFC 9110, section 12.5.3), and what is in one for those who take none.

use std::io::{self, Read as _};

use actix_web::http::header::{self, HeaderMap};
use flate2::read::GzDecoder;

/// What was packed with gzip, when the program was built.
pub(crate) fn unpacked(gzip: &[u8]) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut content)?;
    Ok(content)
}

/// Whether the client names `encoding`, unless with weight 0. `*` does not name it.
pub(crate) fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && !parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
    })
}
