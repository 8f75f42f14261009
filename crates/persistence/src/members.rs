//! Which member of a cluster is used: of those that take writes, the one that the URL names first. All of this process
//! goes there, or nothing does.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::database::{Inner, OpenError};
use crate::url::DatabaseUrl;

/// How far apart members are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A member that says nothing for so long is not there.
const LOOK_WITHIN: Duration = Duration::from_secs(3);
/// How long a member that is preferred must have been good without a break before it is used again.
const RETURN_AFTER: Duration = Duration::from_secs(15);
/// How long what has begun on a member that is still good may take to end.
const HAND_OVER: Duration = Duration::from_secs(2);

/// Why a member is not used.
type Reason = String;

/// The first member that takes writes; the database itself if it has only one, whatever that does. Blocks.
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
    let first = members.into_iter().zip(looks).find(|(_, look)| look.is_ok());
    let none =
        || OpenError::Connect { url: url.clone(), cause: format!("no member takes writes: {}", reasons.join("; ")) };
    first.map(|(member, _)| member.url).ok_or_else(none)
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
        let members = url.members().into_iter().map(Member::new).collect();
        let runtime = runtime()?;
        let watch = async move {
            tokio::select! {
                () = keep_watch(database, members) => {}
                _ = stopped => {}
            }
        };
        std::thread::Builder::new().name("chatapp-members".to_owned()).spawn(move || runtime.block_on(watch))?;
        Ok(Self { _stop: stop })
    }
}

async fn keep_watch(database: Weak<Inner>, mut members: Vec<Member>) {
    loop {
        let looks = join_all(members.iter_mut().map(Member::look)).await;
        let Some(database) = database.upgrade() else { return };
        let used = database.member();
        let at = members.iter().position(|member| member.url == used);
        let is_used_good = at.is_some_and(|at| looks[at].is_ok());
        let wanted = if is_used_good {
            members.iter().take(at.unwrap_or(0)).find(|member| member.is_good_again())
        } else {
            members.iter().zip(&looks).find(|(_, look)| look.is_ok()).map(|(member, _)| member)
        };
        if let Some(Member { url: to, .. }) = wanted {
            log::warn!("{used} is left ({}); from now on {to} is used", at.map_or("unknown", |at| say(&looks[at])));
            let patience = if is_used_good { HAND_OVER } else { Duration::ZERO };
            move_to(database, to.clone(), patience).await;
        } else {
            drop(database);
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn move_to(database: Arc<Inner>, member: DatabaseUrl, patience: Duration) {
    let moved = tokio::task::spawn_blocking(move || database.move_to(&member, patience)).await;
    if let Ok(Err(error)) = moved {
        log::error!("the database cannot be moved: {error}");
    }
}

/// A member, and how it does.
struct Member {
    url: DatabaseUrl,
    connection: Option<Conn>,
    good_since: Option<Instant>,
}

impl Member {
    fn new(url: DatabaseUrl) -> Self {
        Self { url, connection: None, good_since: None }
    }

    /// Whether it takes writes.
    async fn look(&mut self) -> Result<(), Reason> {
        let connection = self.connection.take();
        let outcome = match timeout(LOOK_WITHIN, look(&self.url, connection)).await {
            Ok(Ok(connection)) => {
                self.connection = Some(connection);
                Ok(())
            }
            Ok(Err(reason)) => Err(reason),
            Err(_) => Err("it does not answer".to_owned()),
        };
        self.good_since = outcome.is_ok().then(|| self.good_since.unwrap_or_else(Instant::now));
        outcome
    }

    fn is_good_again(&self) -> bool {
        self.good_since.is_some_and(|since| since.elapsed() >= RETURN_AFTER)
    }
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
