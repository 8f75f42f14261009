//! Web origins: scheme, host and port, as browsers write them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// A web origin, `https://chat.example` or `http://localhost:5173`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// The text is not a web origin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not an origin like https://chat.example")]
pub struct OriginError(String);

impl Origin {
    /// The origin of a URL; none for what browsers call an opaque one, such as that of a `file:` or `data:` URL.
    pub fn of(url: &Url) -> Option<Self> {
        let origin = url.origin();
        origin.is_tuple().then(|| Self(origin.ascii_serialization()))
    }

    /// The origin as a browser writes it: in lower case, without the scheme's own port.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let refuse = || OriginError(text.to_owned());
        let url = Url::parse(text.trim()).map_err(|_| refuse())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        Self::of(&url).filter(|_| bare && matches!(url.scheme(), "http" | "https")).ok_or_else(refuse)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Option<String> {
        text.parse::<Origin>().ok().map(|origin| origin.as_str().to_owned())
    }

    #[test]
    fn origins_are_normalised() {
        assert_eq!(origin("HTTPS://Chat.Example:443/"), Some("https://chat.example".into()));
        assert_eq!(origin("http://localhost:5173"), Some("http://localhost:5173".into()));
        assert_eq!(origin("http://[::1]:80"), Some("http://[::1]".into()));
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for bad in ["null", "", "chat.example", "file:///tmp", "https://chat.example/path", "https://u@chat.example"] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
