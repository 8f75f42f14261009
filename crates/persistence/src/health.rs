//! What engine this is, whether messages are safe in it, and whether it answers.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::ports::{StoreError, StoreHealth};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::connection::AnyConnection;
use crate::database::Database;

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The engine and its version.
pub(crate) fn engine(connection: &mut AnyConnection) -> QueryResult<String> {
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            let found: Version = diesel::sql_query("SELECT sqlite_version() AS version").get_result(sqlite)?;
            Ok(format!("SQLite {}", found.version))
        }
        AnyConnection::Mysql(mysql) => {
            let found: Version = diesel::sql_query("SELECT VERSION() AS version").get_result(mysql)?;
            let number = found.version.split('-').next().unwrap_or_default();
            let name = if found.version.contains("MariaDB") { "MariaDB" } else { "MySQL" };
            Ok(format!("{name} {number}"))
        }
    }
}

#[derive(QueryableByName)]
struct Safety {
    #[diesel(sql_type = Text)]
    charset: String,
    #[diesel(sql_type = Text)]
    sql_mode: String,
    #[diesel(sql_type = BigInt)]
    flush: i64,
    /// The first table of ours that cannot hold every character.
    #[diesel(sql_type = Nullable<Text>)]
    narrow_table: Option<String>,
}

/// Whether every character of a message would survive, and whether an acknowledged message would. The inner error says
/// what to change.
pub(crate) fn check_suitability(connection: &mut AnyConnection) -> QueryResult<Result<(), String>> {
    let AnyConnection::Mysql(mysql) = connection else { return Ok(Ok(())) };
    let safety: Safety = diesel::sql_query(
        "SELECT CAST(@@character_set_database AS CHAR) AS charset, CAST(@@GLOBAL.sql_mode AS CHAR) AS sql_mode,
                CAST(@@GLOBAL.innodb_flush_log_at_trx_commit AS SIGNED) AS flush,
                (SELECT CAST(MIN(table_name) AS CHAR) FROM information_schema.columns
                  WHERE table_schema = DATABASE() AND character_set_name <> 'utf8mb4'
                    AND table_name IN ('users', 'messages', 'sessions', 'tokens', 'invitations', 'sign_ups',
                                       'password_resets', 'email_changes', 'reports', 'admin_log', 'settings')
                ) AS narrow_table",
    )
    .get_result(mysql)?;
    if safety.charset != "utf8mb4" {
        return Ok(Err(format!(
            "its character set is {}, which cannot hold every character; run: ALTER DATABASE <name> CHARACTER SET utf8mb4",
            safety.charset
        )));
    }
    if let Some(table) = safety.narrow_table {
        return Ok(Err(format!(
            "its table {table} is not utf8mb4; run: ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4"
        )));
    }
    if !safety.sql_mode.contains("STRICT_ALL_TABLES") && !safety.sql_mode.contains("STRICT_TRANS_TABLES") {
        return Ok(Err("it is not in strict mode and would cut texts short in silence; \
                       run: SET GLOBAL sql_mode = CONCAT(@@GLOBAL.sql_mode, ',STRICT_TRANS_TABLES')"
            .to_owned()));
    }
    if safety.flush != 1 {
        log::warn!(
            "innodb_flush_log_at_trx_commit is {}: a power cut can lose acknowledged messages; set it to 1",
            safety.flush
        );
    }
    Ok(Ok(()))
}

impl Database {
    /// Whether the database answers.
    pub fn health(&self) -> Arc<dyn StoreHealth> {
        Arc::new(Health(self.clone()))
    }
}

struct Health(Database);

#[async_trait]
impl StoreHealth for Health {
    async fn check(&self) -> Result<(), StoreError> {
        self.0.look_up_unfiled(|connection| diesel::sql_query("SELECT 1").execute(connection).map(drop)).await
    }
}
