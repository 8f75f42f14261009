//! Which database: an URL whose password is never shown.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;
use url::Url;

/// `sqlite:<path>` or `mysql://user:password@host:port/name`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    Sqlite(PathBuf),
    Mysql(Url),
}

/// Why a text names no database. It never repeats the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DatabaseUrlError {
    /// Another scheme, or none.
    #[error("a database URL starts with sqlite: or mysql://")]
    Scheme,
    /// SQLite without a file.
    #[error("a database URL for SQLite names a file, as in sqlite:chatapp.sqlite3")]
    NoFile,
    /// MySQL without a database.
    #[error("a database URL for MySQL names user, host and database, as in mysql://chat:secret@127.0.0.1:3306/chat")]
    Incomplete,
}

impl DatabaseUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(":memory:") || path.starts_with("file:") {
                return Err(DatabaseUrlError::NoFile);
            }
            return Ok(Self(Place::Sqlite(PathBuf::from(path))));
        }
        if !text.starts_with("mysql://") {
            return Err(DatabaseUrlError::Scheme);
        }
        let url = Url::parse(text).map_err(|_| DatabaseUrlError::Incomplete)?;
        let named = url.path().len() > 1 && !url.path()[1..].contains('/');
        if url.host_str().is_none() || url.username().is_empty() || !named {
            return Err(DatabaseUrlError::Incomplete);
        }
        Ok(Self(Place::Mysql(url)))
    }

    /// The database in a file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// Whether this is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.sqlite_path().is_some()
    }

    /// SQLite's file.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Place::Sqlite(path) => Some(path),
            Place::Mysql(_) => None,
        }
    }

    /// The whole text, password included, for the driver.
    pub(crate) fn expose(&self) -> String {
        match &self.0 {
            Place::Sqlite(path) => path.to_string_lossy().into_owned(),
            Place::Mysql(url) => url.as_str().to_owned(),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Mysql(url) => {
                let port = url.port().unwrap_or(3306);
                write!(f, "mysql://{}@{}:{port}{}", url.username(), url.host_str().unwrap_or_default(), url.path())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_chooses_the_engine() {
        assert_eq!(DatabaseUrl::parse("sqlite:a/b.db"), Ok(DatabaseUrl::sqlite("a/b.db")));
        assert_eq!(DatabaseUrl::parse("sqlite:///a/b.db"), Ok(DatabaseUrl::sqlite("/a/b.db")));
        assert!(!DatabaseUrl::parse("mysql://u:p@h/db").unwrap().is_sqlite());
        assert_eq!(DatabaseUrl::parse("postgres://h/db"), Err(DatabaseUrlError::Scheme));
        assert_eq!(DatabaseUrl::parse("sqlite:"), Err(DatabaseUrlError::NoFile));
        assert_eq!(DatabaseUrl::parse("sqlite::memory:"), Err(DatabaseUrlError::NoFile));
        for incomplete in ["mysql://u:p@h", "mysql://u:p@h/", "mysql://h/db", "mysql://"] {
            assert_eq!(DatabaseUrl::parse(incomplete), Err(DatabaseUrlError::Incomplete), "{incomplete}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::parse("mysql://chat:s3cret@db.example:3307/chat?require_ssl=true").unwrap();
        assert_eq!(format!("{url} {url:?}").matches("mysql://chat@db.example:3307/chat").count(), 2);
        assert!(!format!("{url} {url:?}").contains("s3cret"));
    }
}
