//! Which database: an URL whose password is never shown. A cluster is one database with several members.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;
use url::Url;

/// `sqlite:<path>` or `mysql://user:password@host:port/name`, where several `host:port` between commas are the members of
/// a cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    Sqlite(PathBuf),
    /// A URL for each member, at least one.
    Mysql(Vec<Url>),
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
        mysql_members(text).map(|members| Self(Place::Mysql(members))).ok_or(DatabaseUrlError::Incomplete)
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

    /// Whether it names more than one server.
    pub fn names_several(&self) -> bool {
        self.members().len() > 1
    }

    /// Its members, in the order in which they are preferred; each is a database of one member.
    pub(crate) fn members(&self) -> Vec<Self> {
        match &self.0 {
            Place::Sqlite(_) => vec![self.clone()],
            Place::Mysql(members) => members.iter().map(|member| Self(Place::Mysql(vec![member.clone()]))).collect(),
        }
    }

    /// Host and port of a database of one member; nothing of a file.
    pub(crate) fn address(&self) -> String {
        match &self.0 {
            Place::Sqlite(_) => String::new(),
            Place::Mysql(members) => members.first().map(address).unwrap_or_default(),
        }
    }

    /// The whole text, password included, for the driver. Of several members, the first.
    pub(crate) fn expose(&self) -> String {
        match &self.0 {
            Place::Sqlite(path) => path.to_string_lossy().into_owned(),
            Place::Mysql(members) => members.first().map(Url::to_string).unwrap_or_default(),
        }
    }
}

/// A URL for each host.
fn mysql_members(text: &str) -> Option<Vec<Url>> {
    let rest = text.strip_prefix("mysql://")?;
    let (authority, path) = rest.split_at(rest.find('/')?);
    let (user, hosts) = authority.rsplit_once('@')?;
    hosts.split(',').map(|host| mysql_member(&format!("mysql://{user}@{}{path}", host.trim()))).collect()
}

fn mysql_member(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_named = url.path().len() > 1 && !url.path()[1..].contains('/');
    let is_complete = url.host_str().is_some_and(|host| !host.is_empty()) && !url.username().is_empty() && is_named;
    is_complete.then_some(url)
}

fn address(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port().unwrap_or(3306))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Mysql(members) => {
                let hosts: Vec<String> = members.iter().map(address).collect();
                let Some(first) = members.first() else { return Ok(()) };
                write!(f, "mysql://{}@{}{}", first.username(), hosts.join(","), first.path())
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
        for incomplete in
            ["mysql://u:p@h", "mysql://u:p@h/", "mysql://h/db", "mysql://", "mysql://u@h,/db", "mysql://u@,/d"]
        {
            assert_eq!(DatabaseUrl::parse(incomplete), Err(DatabaseUrlError::Incomplete), "{incomplete}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::parse("mysql://chat:s3cret@db.example:3307/chat?require_ssl=true").unwrap();
        assert_eq!(format!("{url} {url:?}").matches("mysql://chat@db.example:3307/chat").count(), 2);
        assert!(!format!("{url} {url:?}").contains("s3cret"));
    }

    #[test]
    fn several_hosts_are_the_members_of_one_database() {
        let url = DatabaseUrl::parse("mysql://chat:s3,c%40ret@one,two:3307, [::1]:3308/chat?require_ssl=true").unwrap();
        assert_eq!(url.to_string(), "mysql://chat@one:3306,two:3307,[::1]:3308/chat");
        let members: Vec<String> = url.members().iter().map(DatabaseUrl::expose).collect();
        assert_eq!(members[1], "mysql://chat:s3,c%40ret@two:3307/chat?require_ssl=true");
        assert_eq!(members.len(), 3);
        assert_eq!(url.members()[2].address(), "[::1]:3308");
        assert_eq!(url.members()[0].members().len(), 1);
    }
}
