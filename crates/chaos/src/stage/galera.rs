//! Three MariaDB servers that are one Galera cluster on the loopback address: each can be killed, and joins again.

use std::path::Path;

use anyhow::Context;
use rustix::process::geteuid;

use super::mariadb::{Mariadb, Owner};
use super::ports::free_port;

/// How many servers: with two, none would know whether the other is dead or it is alone.
const MEMBERS: usize = 3;
/// Where Debian keeps what makes servers a cluster.
const PROVIDERS: [&str; 2] = ["/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera/libgalera_smm.so"];

/// A cluster; ends with this value.
pub struct Galera {
    members: Vec<Mariadb>,
}

impl Galera {
    /// Whether it can be set up here, or why not.
    pub fn is_possible() -> Result<(), String> {
        if provider().is_none() {
            return Err("Galera is not installed".to_owned());
        }
        Mariadb::is_installed().then_some(()).ok_or_else(|| "MariaDB is not installed".to_owned())
    }

    /// Sets one up with its data in `ground`, and makes an empty database.
    pub async fn set_up(folder: &Path, ground: &Path) -> anyhow::Result<Self> {
        let owner = if geteuid().is_root() { Owner::Mysql } else { Owner::Me };
        let ports: Vec<Ports> = (0..MEMBERS).map(|_| Ports::free()).collect();
        let template = ground.join("template");
        Mariadb::install(folder, &template, owner).await?;
        let mut members = Vec::new();
        for number in 0..MEMBERS {
            let data = ground.join(format!("member{number}"));
            let options = options(number, &ports)?;
            let mut member = Mariadb::copied(folder, &template, &data, owner, &options)?;
            let first: &[String] = if number == 0 { &["--wsrep-new-cluster".to_owned()] } else { &[] };
            member.start_with(first).await?;
            if number == 0 {
                member.make_database().await?;
            }
            members.push(member);
        }
        Ok(Self { members })
    }

    /// For the server's settings: all members, the first first.
    pub fn url(&self) -> String {
        let hosts: Vec<String> = self.members.iter().map(Mariadb::address).collect();
        format!("mysql://chat:chat@{}/chat", hosts.join(","))
    }

    /// Ends a member as a crash does.
    pub async fn kill(&mut self, number: usize) -> anyhow::Result<()> {
        self.member(number)?.kill().await
    }

    /// Stops a member's process where it is.
    pub async fn freeze(&mut self, number: usize) -> anyhow::Result<()> {
        self.member(number)?.freeze().await
    }

    /// Lets a member's process go on.
    pub fn thaw(&mut self, number: usize) -> anyhow::Result<()> {
        self.member(number)?.thaw()
    }

    /// Starts a member that was killed; resolves once it has what the others have.
    pub async fn rejoin(&mut self, number: usize) -> anyhow::Result<()> {
        let member = self.member(number)?;
        // From where it was, it needs only what came since.
        let position = member.recovered_position().await?;
        member.start_with(&[format!("--wsrep-start-position={position}")]).await
    }

    fn member(&mut self, number: usize) -> anyhow::Result<&mut Mariadb> {
        self.members.get_mut(number).context("no such member")
    }
}

/// Where a member talks with the others.
struct Ports {
    group: u16,
    increments: u16,
    snapshots: u16,
}

impl Ports {
    fn free() -> Self {
        Self { group: free_port(), increments: free_port(), snapshots: free_port() }
    }
}

fn options(number: usize, ports: &[Ports]) -> anyhow::Result<Vec<String>> {
    let provider = provider().context("Galera is not installed")?;
    let Ports { group, increments, snapshots } = ports.get(number).context("no such member")?;
    let all: Vec<String> = ports.iter().map(|ports| format!("127.0.0.1:{}", ports.group)).collect();
    Ok(vec![
        "--binlog-format=ROW".to_owned(),
        "--innodb-autoinc-lock-mode=2".to_owned(),
        "--wsrep-on=ON".to_owned(),
        format!("--wsrep-provider={provider}"),
        "--wsrep-cluster-name=chaos".to_owned(),
        format!("--wsrep-cluster-address=gcomm://{}", all.join(",")),
        format!("--wsrep-node-name=member{number}"),
        format!("--wsrep-node-address=127.0.0.1:{group}"),
        "--wsrep-sst-method=rsync".to_owned(),
        format!("--wsrep-sst-receive-address=127.0.0.1:{snapshots}"),
        "--wsrep-slave-threads=2".to_owned(),
        format!(
            "--wsrep-provider-options=base_port={group};gmcast.listen_addr=tcp://127.0.0.1:{group};\
             ist.recv_addr=127.0.0.1:{increments};gcache.size=32M;pc.recovery=false;\
             evs.inactive_check_period=PT0.5S"
        ),
    ])
}

fn provider() -> Option<&'static str> {
    PROVIDERS.into_iter().find(|path| Path::new(path).exists())
}
