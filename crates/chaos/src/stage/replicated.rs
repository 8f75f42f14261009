//! A throwaway MariaDB that is written to, and another one that follows it.

use std::path::Path;

use super::mariadb::{Mariadb, Owner};

/// A primary and its replica; they end with this value.
pub struct Replicated {
    /// Takes writes.
    pub primary: Mariadb,
    /// Follows, from the very beginning.
    pub replica: Mariadb,
}

impl Replicated {
    /// Sets both up with their data in `folder`, makes an empty database, and lets the replica follow.
    pub async fn set_up(folder: &Path) -> anyhow::Result<Self> {
        let template = folder.join("template");
        Mariadb::install(folder, &template, Owner::Me).await?;
        let copied = |name: &str, options: &[&str]| {
            let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
            Mariadb::copied(folder, &template, &folder.join(name), Owner::Me, &options)
        };
        let mut primary = copied("primary", &["--server-id=1", "--log-bin=binlog", "--binlog-format=ROW"])?;
        let mut replica = copied("replica", &["--server-id=2", "--relay-log=relay", "--read-only"])?;
        primary.start().await?;
        replica.start().await?;
        primary.make_database().await?;
        let port = primary.address().rsplit_once(':').map(|(_, port)| port.to_owned()).unwrap_or_default();
        replica
            .execute(&format!(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {port}, MASTER_USER = 'chat', \
                 MASTER_PASSWORD = 'chat', MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos; START SLAVE"
            ))
            .await?;
        Ok(Self { primary, replica })
    }
}
