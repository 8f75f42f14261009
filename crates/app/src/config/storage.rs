//! Where things are kept: the data directory, the database and the secret key.

use std::path::PathBuf;
use std::time::Duration;

use chatapp_persistence::{DatabaseUrl, Settings as Database};

use crate::config::values::Values;
use crate::secret_key::SecretKey;

/// The settings about keeping things.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    pub(crate) data_dir: PathBuf,
    pub(crate) database: Database,
    /// Who is asked for what may be late.
    pub(crate) replica: Option<DatabaseUrl>,
    /// `None`: the one in the data directory.
    pub(crate) secret_key: Option<SecretKey>,
}

impl Storage {
    pub(crate) fn read(values: &mut Values) -> Self {
        let not_empty = |text: &str| match text {
            "" => Err("must name a directory".to_owned()),
            text => Ok(PathBuf::from(text)),
        };
        let default = "./chatapp-data";
        let data_dir = values.parsed("data_dir", default, "path", not_empty).unwrap_or_else(|| default.into());
        let url = database_url(values, data_dir.join("chatapp.sqlite3"));
        let replica = replica(values, &url);
        Self { database: database(values, url), replica, secret_key: secret_key(values), data_dir }
    }
}

fn database_url(values: &mut Values, default: PathBuf) -> DatabaseUrl {
    let given = values.secret("database_url", "database_url_file", "URL");
    let parsed = given.map(|text| DatabaseUrl::parse(&text));
    let url = match parsed {
        None => DatabaseUrl::sqlite(default),
        Some(Ok(url)) => url,
        Some(Err(error)) => {
            values.problem_of_secret("database_url", error.to_string());
            DatabaseUrl::sqlite(default)
        }
    };
    values.describe_default("database_url", "sqlite:<data_dir>/chatapp.sqlite3");
    values.show("database_url", url.to_string());
    url
}

fn replica(values: &mut Values, database: &DatabaseUrl) -> Option<DatabaseUrl> {
    let given = values.secret("database_replica_url", "database_replica_url_file", "URL")?;
    let problem = match DatabaseUrl::parse(&given) {
        Ok(url) if url.is_sqlite() || database.is_sqlite() => "only MySQL and MariaDB have replicas".to_owned(),
        Ok(url) if url.names_several() => "must name one server".to_owned(),
        Ok(url) => {
            values.show("database_replica_url", url.to_string());
            return Some(url);
        }
        Err(error) => error.to_string(),
    };
    values.problem_of_secret("database_replica_url", problem);
    None
}

fn database(values: &mut Values, url: DatabaseUrl) -> Database {
    let default = Database::new(url);
    let long = Duration::from_secs(3600).as_secs();
    Database {
        readers: values.number("sqlite_readers", default.readers, "connections", 1..=64),
        connections: values.number("mysql_connections", default.connections, "connections", 1..=1000),
        queue: values.number("database_queue", default.queue, "writes", 1..=1_000_000),
        batch: values.number("database_batch", default.batch, "writes", 1..=10_000),
        wait: values.seconds("database_wait", default.wait, 1..=long),
        answer: values.seconds("database_answer", default.answer, 1..=long),
        url: default.url,
    }
}

fn secret_key(values: &mut Values) -> Option<SecretKey> {
    let given = values.secret("secret_key", "secret_key_file", "at least 32 bytes");
    values.describe_default("secret_key", "generated in data_dir");
    match SecretKey::parse(&given?) {
        Ok(key) => Some(key),
        Err(why) => {
            values.problem_of_secret("secret_key", why);
            None
        }
    }
}
