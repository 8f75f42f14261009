//! A database of the original Django app: `auth_user` and `core_messagemodel`. It is only read.

use chatapp_domain::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::sqlite::SqliteConnection;

use crate::connection::{AnyConnection, Manager, Purpose, on_engine};
use crate::database::OpenError;
use crate::url::DatabaseUrl;

/// How Django writes times on SQLite, and how they are asked for on MySQL; the fraction may be missing.
const TIME: &str = "%Y-%m-%d %H:%M:%S%.f";

/// An open database of the original. Blocks.
pub struct Original {
    connection: AnyConnection,
}

/// Somebody of the original.
#[derive(Clone, Debug, QueryableByName)]
pub struct OriginalPerson {
    /// The number there.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// As it is stored there, whatever it is.
    #[diesel(sql_type = Text)]
    pub username: String,
    /// In one of Django's schemes.
    #[diesel(sql_type = Text)]
    pub password: String,
    /// May be empty, or no address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// First and last name, with a space between; may be blank.
    #[diesel(sql_type = Text)]
    pub full_name: String,
    /// Not zero: may log in.
    #[diesel(sql_type = BigInt)]
    pub is_active: i64,
    /// Not zero: may administer.
    #[diesel(sql_type = BigInt)]
    pub is_superuser: i64,
    /// When the account was made.
    #[diesel(sql_type = Text)]
    date_joined: String,
}

/// Where a message of the original belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginalKey {
    /// Its number there, which it keeps.
    pub id: i64,
    /// When it was sent; nothing if that cannot be read.
    pub at: Option<Timestamp>,
    /// Who sent it, by the number there.
    pub sender: i64,
    /// Who got it, by the number there.
    pub recipient: i64,
}

/// What was said in a message of the original: UTF-8 if it is whole.
#[derive(Clone, Debug, QueryableByName)]
pub struct OriginalText {
    /// The message's number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its bytes.
    #[diesel(sql_type = Binary)]
    pub body: Vec<u8>,
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    sent: String,
    #[diesel(sql_type = BigInt)]
    sender: i64,
    #[diesel(sql_type = BigInt)]
    recipient: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl OriginalPerson {
    /// When the account was made; nothing if that cannot be read.
    pub fn joined_at(&self) -> Option<Timestamp> {
        time(&self.date_joined)
    }
}

impl Original {
    /// Opens it for reading. A file is not changed, not even its journal.
    pub fn open(url: &DatabaseUrl) -> Result<Self, OpenError> {
        let refuse = |cause: String| OpenError::Connect { url: url.clone(), cause };
        let connection = match url.sqlite_path() {
            Some(path) => {
                let path = std::fs::canonicalize(path).map_err(|error| refuse(error.to_string()))?;
                let file = url::Url::from_file_path(&path).map_err(|()| refuse("its path is no file's".to_owned()))?;
                let opened = SqliteConnection::establish(&format!("{file}?mode=ro").replacen("file://", "file:", 1));
                AnyConnection::Sqlite(opened.map_err(|error| refuse(error.to_string()))?)
            }
            None => {
                let manager = Manager::new(url.clone(), Purpose::Read);
                manager.open().map_err(|error| refuse(error.to_string()))?
            }
        };
        let mut original = Self { connection };
        original.count_people().and_then(|_| original.count_messages()).map_err(|error| OpenError::Unsuitable {
            url: url.clone(),
            reason: format!(
                "it is no database of the original, with the tables auth_user and core_messagemodel: {error}"
            ),
        })?;
        Ok(original)
    }

    /// How many people it has.
    pub fn count_people(&mut self) -> QueryResult<i64> {
        self.count("SELECT COUNT(*) AS number FROM auth_user")
    }

    /// How many messages it has.
    pub fn count_messages(&mut self) -> QueryResult<i64> {
        self.count("SELECT COUNT(*) AS number FROM core_messagemodel")
    }

    fn count(&mut self, query: &'static str) -> QueryResult<i64> {
        let counted: Count = on_engine!(&mut self.connection, c => diesel::sql_query(query).get_result(c))?;
        Ok(counted.number)
    }

    /// The people whose numbers come next after `after`.
    pub fn people(&mut self, after: i64, limit: i64) -> QueryResult<Vec<OriginalPerson>> {
        let query = |integer: &str, date: &str, name: &str| {
            format!(
                "SELECT CAST(id AS {integer}) AS id, username, password, email, {name} AS full_name,
                        CAST(is_active AS {integer}) AS is_active, CAST(is_superuser AS {integer}) AS is_superuser,
                        {date} AS date_joined
                 FROM auth_user WHERE id > ? ORDER BY id LIMIT ?"
            )
        };
        match &mut self.connection {
            AnyConnection::Sqlite(c) => {
                let text = query("INTEGER", "CAST(date_joined AS TEXT)", "first_name || ' ' || last_name");
                diesel::sql_query(text).bind::<BigInt, _>(after).bind::<BigInt, _>(limit).load(c)
            }
            AnyConnection::Mysql(c) => {
                let text = query("SIGNED", &mysql_time("date_joined"), "CONCAT(first_name, ' ', last_name)");
                diesel::sql_query(text).bind::<BigInt, _>(after).bind::<BigInt, _>(limit).load(c)
            }
        }
    }

    /// The messages whose numbers come next after `after`, without their texts.
    pub fn keys(&mut self, after: i64, limit: i64) -> QueryResult<Vec<OriginalKey>> {
        let query = |integer: &str, date: &str| {
            format!(
                "SELECT CAST(id AS {integer}) AS id, {date} AS sent, CAST(user_id AS {integer}) AS sender,
                        CAST(recipient_id AS {integer}) AS recipient
                 FROM core_messagemodel WHERE id > ? ORDER BY id LIMIT ?"
            )
        };
        let rows: Vec<KeyRow> = match &mut self.connection {
            AnyConnection::Sqlite(c) => {
                let text = query("INTEGER", "CAST(timestamp AS TEXT)");
                diesel::sql_query(text).bind::<BigInt, _>(after).bind::<BigInt, _>(limit).load(c)?
            }
            AnyConnection::Mysql(c) => {
                let text = query("SIGNED", &mysql_time("timestamp"));
                diesel::sql_query(text).bind::<BigInt, _>(after).bind::<BigInt, _>(limit).load(c)?
            }
        };
        let key =
            |row: KeyRow| OriginalKey { id: row.id, at: time(&row.sent), sender: row.sender, recipient: row.recipient };
        Ok(rows.into_iter().map(key).collect())
    }

    /// The texts of some messages, in no order.
    pub fn texts(&mut self, ids: &[i64]) -> QueryResult<Vec<OriginalText>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // Numbers and commas only.
        let ids = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let query = |integer: &str, body: &str| {
            let body = format!("{body} AS body");
            format!("SELECT CAST(id AS {integer}) AS id, {body} FROM core_messagemodel WHERE id IN ({ids})")
        };
        match &mut self.connection {
            AnyConnection::Sqlite(c) => diesel::sql_query(query("INTEGER", "CAST(body AS BLOB)")).load(c),
            AnyConnection::Mysql(c) => {
                diesel::sql_query(query("SIGNED", "CAST(CONVERT(body USING utf8mb4) AS BINARY)")).load(c)
            }
        }
    }
}

/// A column of MySQL's as Django would write it on SQLite.
fn mysql_time(column: &str) -> String {
    format!("COALESCE(DATE_FORMAT({column}, '%Y-%m-%d %H:%i:%s.%f'), '')")
}

/// Django keeps UTC.
fn time(text: &str) -> Option<Timestamp> {
    let time = NaiveDateTime::parse_from_str(text.trim_end_matches("+00:00"), TIME).ok()?;
    Some(Timestamp::from_micros(time.and_utc().timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_django_writes_them() {
        let micros = |text: &str| time(text).map(Timestamp::as_micros);
        assert_eq!(micros("2020-01-02 03:04:05.000006"), Some(1_577_934_245_000_006));
        assert_eq!(micros("2020-01-02 03:04:05"), Some(1_577_934_245_000_000));
        assert_eq!(micros("2020-01-02 03:04:05+00:00"), Some(1_577_934_245_000_000));
        assert_eq!((micros(""), micros("yesterday"), micros("2020-13-02 03:04:05")), (None, None, None));
    }
}
