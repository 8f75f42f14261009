//! A database of the original app, with the tables that Django's migrations made.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::database::MysqlDatabase;

/// As `sqlmigrate` prints them, but for the tables that have no part in this.
const SQLITE: &str = "
    CREATE TABLE auth_user (
        id integer NOT NULL PRIMARY KEY AUTOINCREMENT, password varchar(128) NOT NULL, last_login datetime NULL,
        is_superuser bool NOT NULL, username varchar(150) NOT NULL UNIQUE, last_name varchar(150) NOT NULL,
        email varchar(254) NOT NULL, is_staff bool NOT NULL, is_active bool NOT NULL, date_joined datetime NOT NULL,
        first_name varchar(150) NOT NULL);
    CREATE TABLE core_messagemodel (
        id integer NOT NULL PRIMARY KEY AUTOINCREMENT, timestamp datetime NOT NULL, body text NOT NULL,
        recipient_id integer NOT NULL REFERENCES auth_user (id), user_id integer NOT NULL REFERENCES auth_user (id));";
const MARIADB: [&str; 2] = [
    "CREATE TABLE auth_user (
        id integer AUTO_INCREMENT NOT NULL PRIMARY KEY, password varchar(128) NOT NULL, last_login datetime(6) NULL,
        is_superuser bool NOT NULL, username varchar(150) COLLATE utf8_bin NOT NULL UNIQUE,
        last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, is_staff bool NOT NULL, is_active bool NOT NULL,
        date_joined datetime(6) NOT NULL, first_name varchar(150) NOT NULL) CHARACTER SET utf8",
    "CREATE TABLE core_messagemodel (
        id integer AUTO_INCREMENT NOT NULL PRIMARY KEY, timestamp datetime(6) NOT NULL, body longtext NOT NULL,
        recipient_id integer NOT NULL, user_id integer NOT NULL) CHARACTER SET utf8",
];

pub(crate) enum Original {
    File(TempDir),
    Server(MysqlDatabase),
}

impl Original {
    pub(crate) fn in_a_file() -> Self {
        let original = Self::File(tempfile::tempdir().unwrap());
        original.execute(SQLITE);
        original
    }

    /// Nothing where there is no server.
    pub(crate) fn on_mariadb() -> Option<Self> {
        let original = Self::Server(MysqlDatabase::make()?);
        MARIADB.iter().for_each(|statement| original.execute(statement));
        Some(original)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite:{}", folder.path().join("db.sqlite3").display()),
            Self::Server(database) => database.url(),
        }
    }

    pub(crate) fn execute(&self, statement: &str) {
        match self {
            Self::File(folder) => {
                let path = folder.path().join("db.sqlite3");
                let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                connection.batch_execute(statement).unwrap();
            }
            Self::Server(database) => database.execute(statement),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a row of a table")]
    pub(crate) fn user(
        &self,
        id: i64,
        name: &str,
        password: &str,
        email: &str,
        full: &str,
        active: bool,
        superuser: bool,
    ) {
        let (first, last) = full.split_once(' ').unwrap_or_default();
        self.execute(&format!(
            "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                                    date_joined)
             VALUES ({id}, '{password}', {superuser}, '{name}', '{first}', '{last}', '{email}', {superuser}, {active},
                     '2019-05-06 07:08:09.{id:06}')"
        ));
    }

    pub(crate) fn message(&self, id: i64, at: &str, sender: i64, recipient: i64, body: &str) {
        self.execute(&format!(
            "INSERT INTO core_messagemodel (id, timestamp, body, recipient_id, user_id)
             VALUES ({id}, '{at}', '{body}', {recipient}, {sender})"
        ));
    }
}
