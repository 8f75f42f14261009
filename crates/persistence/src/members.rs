//! Which member of a cluster is used. All of this process goes there, or nothing does; and so do all other nodes, because
//! what is written to two members of a Galera cluster at once can get lost, however healthy the cluster is. So the nodes
//! agree on the member in the database itself, and nobody begins on another one before all have left the one before.

use std::collections::HashMap;
use std::sync::Weak;
use std::time::Duration;

use futures_util::future::join_all;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, oneshot};
use tokio::time::{sleep, timeout};

use crate::database::{Inner, OpenError};
use crate::url::DatabaseUrl;

/// How far apart members are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A member that says nothing for so long is not there.
const LOOK_WITHIN: Duration = Duration::from_secs(3);
/// How far apart it is read which member the nodes have agreed on.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// How long a new agreement may take: a cluster that has just lost a member takes its time over each write.
const AGREE_WITHIN: Duration = Duration::from_secs(15);
/// How long what has begun on a member that is still good may take to end.
const HAND_OVER: Duration = Duration::from_secs(1);
/// How long after an agreement its member is used: the other nodes have read it by then, and left the one before.
const SETTLE: Duration = Duration::from_millis(1500);

/// MySQL's number for that.
const NO_SUCH_TABLE: u16 = 1146;

/// Why a member is not used.
type Reason = String;

/// Of the members that take writes the one that nodes have agreed on, or else the first; the database itself if it has only
/// one, whatever that does. Blocks.
pub(crate) fn first_writable(url: &DatabaseUrl) -> Result<DatabaseUrl, OpenError> {
    let urls = url.members();
    if urls.len() < 2 {
        return Ok(url.clone());
    }
    let runtime = runtime()?;
    let mut members: Vec<Member> = urls.into_iter().map(Member::new).collect();
    let looks = runtime.block_on(join_all(members.iter_mut().map(Member::look)));
    let reasons: Vec<String> =
        members.iter().zip(&looks).map(|(member, look)| format!("{}: {}", member.url, say(look))).collect();
    let Some(first) = looks.iter().position(Result::is_ok) else {
        let cause = format!("no member takes writes: {}", reasons.join("; "));
        return Err(OpenError::Connect { url: url.clone(), cause });
    };
    let agreed = runtime.block_on(members[first].agreed()).ok().flatten();
    let agreed = agreed.and_then(|name| members.iter().position(|member| member.url.address() == name));
    let used = agreed.filter(|at| looks[*at].is_ok()).unwrap_or(first);
    Ok(members.swap_remove(used).url)
}

fn say(look: &Result<(), Reason>) -> &str {
    look.as_ref().map_or_else(|reason| reason.as_str(), |()| "good")
}

fn runtime() -> Result<Runtime, OpenError> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// Looks at the members of a database, and moves it to another one when it has to. Ends with this value.
pub(crate) struct Watch {
    _stop: oneshot::Sender<()>,
}

impl Watch {
    /// Starts the thread.
    pub(crate) fn over(database: Weak<Inner>, url: &DatabaseUrl) -> Result<Self, OpenError> {
        let (stop, stopped) = oneshot::channel();
        let members = || url.members().into_iter().map(Member::new).collect();
        let (watched, followed) = (members(), members());
        let runtime = runtime()?;
        let watch = async move {
            let moving = Mutex::new(());
            tokio::select! {
                () = keep_watch(database.clone(), watched, &moving) => {}
                () = follow(database, followed, &moving) => {}
                _ = stopped => {}
            }
        };
        std::thread::Builder::new().name("chatapp-members".to_owned()).spawn(move || runtime.block_on(watch))?;
        Ok(Self { _stop: stop })
    }
}

/// Leaves the member that is used once it is not good any more.
async fn keep_watch(database: Weak<Inner>, mut members: Vec<Member>, moving: &Mutex<()>) {
    let addresses: Vec<String> = members.iter().map(|member| member.url.address()).collect();
    loop {
        let looks = join_all(members.iter_mut().map(Member::look)).await;
        let Some(used) = database.upgrade().map(|database| database.member()) else { return };
        let at = members.iter().position(|member| member.url == used);
        let is_used_good = at.is_some_and(|at| looks[at].is_ok());
        let wanted = at.filter(|_| is_used_good).or_else(|| looks.iter().position(Result::is_ok));
        if let Some(wanted) = wanted
            && let Some(agreed) = members[wanted].agree_unless(&used, is_used_good, &addresses).await
            && agreed != used.address()
            && let Some(member) = members.iter().find(|member| member.url.address() == agreed)
        {
            let why = at.map_or("unknown", |at| say(&looks[at]));
            move_to(&database, moving, member.url.clone(), why, is_used_good).await;
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Goes where another node has gone.
async fn follow(database: Weak<Inner>, mut members: Vec<Member>, moving: &Mutex<()>) {
    loop {
        sleep(FOLLOW_EVERY).await;
        let Some(used) = database.upgrade().map(|database| database.member()) else { return };
        let Some(at) = members.iter().position(|member| member.url == used) else { continue };
        // Whether that member is good is found out elsewhere.
        let Ok(Some(agreed)) = members[at].agreed().await else { continue };
        let other = members.iter().find(|member| member.url != used && member.url.address() == agreed);
        if let Some(member) = other {
            move_to(&database, moving, member.url.clone(), "other nodes have left it", true).await;
        }
    }
}

async fn move_to(database: &Weak<Inner>, moving: &Mutex<()>, member: DatabaseUrl, why: &str, is_used_good: bool) {
    // Of two who want to go there the second finds that it has been done.
    let _turn = moving.lock().await;
    let Some(database) = database.upgrade().filter(|database| database.member() != member) else { return };
    log::warn!("{} is left ({why}); from now on {member} is used", database.member());
    let patience = if is_used_good { HAND_OVER } else { Duration::ZERO };
    let moved = tokio::task::spawn_blocking(move || database.move_to(&member, patience, SETTLE)).await;
    if let Ok(Err(error)) = moved {
        log::error!("the database cannot be moved: {error}");
    }
}

/// A member, and how it does.
struct Member {
    url: DatabaseUrl,
    connection: Option<Conn>,
}

impl Member {
    fn new(url: DatabaseUrl) -> Self {
        Self { url, connection: None }
    }

    /// Whether it takes writes.
    async fn look(&mut self) -> Result<(), Reason> {
        let connection = self.connection.take();
        match timeout(LOOK_WITHIN, look(&self.url, connection)).await {
            Ok(Ok(connection)) => {
                self.connection = Some(connection);
                Ok(())
            }
            Ok(Err(reason)) => Err(reason),
            Err(_) => Err("it does not answer".to_owned()),
        }
    }

    /// The address of the member that nodes have agreed on, as this one says; none if they never have.
    async fn agreed(&mut self) -> Result<Option<String>, Reason> {
        let (url, connection) = (self.url.clone(), self.connection.take());
        let (connection, agreed) = timeout(LOOK_WITHIN, read_agreement(&url, connection))
            .await
            .map_err(|_| "it does not answer".to_owned())??;
        self.connection = Some(connection);
        Ok(agreed)
    }

    /// The same, after proposing this member if `used` was agreed on and is not good, or if none of those that are `known`
    /// was: a member that is taken out of the cluster is nobody's any more.
    async fn agree_unless(&mut self, used: &DatabaseUrl, is_used_good: bool, known: &[String]) -> Option<String> {
        let agreed = self.agreed().await.ok()?;
        let is_over = agreed
            .as_ref()
            .is_none_or(|agreed| !known.contains(agreed) || (*agreed == used.address() && !is_used_good));
        if !is_over {
            return agreed;
        }
        let connection = self.connection.take()?;
        let proposed = propose(connection, self.url.address(), agreed.unwrap_or_default());
        // What fails is tried again in a moment.
        self.connection = timeout(AGREE_WITHIN, proposed).await.ok()?.ok();
        self.agreed().await.ok()?
    }
}

/// Reads the agreement; before the first migration there is none.
async fn read_agreement(url: &DatabaseUrl, connection: Option<Conn>) -> Result<(Conn, Option<String>), Reason> {
    let mut connection = match connection {
        Some(connection) => connection,
        None => look(url, None).await?,
    };
    match connection.query_first("SELECT value FROM settings WHERE name = 'writer'").await {
        Ok(agreed) => Ok((connection, agreed)),
        Err(mysql_async::Error::Server(error)) if error.code == NO_SUCH_TABLE => Ok((connection, None)),
        Err(error) => Err(error.to_string()),
    }
}

/// Makes a member the agreed one, unless somebody else was faster.
async fn propose(mut connection: Conn, member: String, instead_of: String) -> mysql_async::Result<Conn> {
    let statement = "INSERT INTO settings (name, value) VALUES ('writer', ?) \
                     ON DUPLICATE KEY UPDATE value = IF(value = ?, VALUES(value), value)";
    connection.exec_drop(statement, (member, instead_of)).await?;
    Ok(connection)
}

/// Asks a member; gives the connection back if it is worth keeping.
async fn look(url: &DatabaseUrl, connection: Option<Conn>) -> Result<Conn, Reason> {
    let options = Opts::from_url(&url.expose()).map_err(|_| "its URL is not understood".to_owned())?;
    ask(options, connection).await.map_err(|error| error.to_string())?
}

async fn ask(options: Opts, connection: Option<Conn>) -> mysql_async::Result<Result<Conn, Reason>> {
    let mut connection = match connection {
        Some(connection) => connection,
        None => Conn::new(options).await?,
    };
    let variables: HashMap<String, String> = pairs(
        &mut connection,
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only', 'wsrep_on')",
    )
    .await?;
    let is_on = |name: &str| variables.get(name).is_some_and(|value| value == "ON");
    if is_on("read_only") || is_on("super_read_only") {
        return Ok(Err("it is read-only".to_owned()));
    }
    if is_on("wsrep_on") {
        let status = pairs(&mut connection, "SHOW GLOBAL STATUS LIKE 'wsrep_ready'").await?;
        if status.get("wsrep_ready").is_none_or(|ready| ready != "ON") {
            return Ok(Err("it is not part of the cluster at the moment".to_owned()));
        }
    }
    Ok(Ok(connection))
}

async fn pairs(connection: &mut Conn, query: &str) -> mysql_async::Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = connection.query(query).await?;
    Ok(rows.into_iter().collect())
}
