//! A short random name for each request, by which a person's report leads to its line in the log.

use actix_web::http::header::HeaderValue;

const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const LENGTH: usize = 10;

#[derive(Clone, Copy)]
pub(super) struct RequestId([u8; LENGTH]);

impl RequestId {
    pub(super) fn new() -> Self {
        let mut bits: u64 = rand::random();
        let mut id = [0; LENGTH];
        for character in &mut id {
            *character = ALPHABET[usize::try_from(bits % 32).unwrap_or_default()];
            bits /= 32;
        }
        Self(id)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static("none"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_readable_and_different() {
        let (one, other) = (RequestId::new(), RequestId::new());
        assert_eq!(one.as_str().len(), LENGTH);
        assert!(one.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(one.as_str(), other.as_str());
    }
}
