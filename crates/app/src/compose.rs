//! Puts the program together: the only file that names concrete adapters.

use std::sync::Arc;

use anyhow::bail;
use chatapp_domain::accounts::Accounts;
use chatapp_domain::catch_up::CatchUp;
use chatapp_domain::conversations::Conversations;
use chatapp_domain::directory::Directory;
use chatapp_domain::messaging::Messaging;
use chatapp_domain::ports::nodes::{Alone, Nodes};
use chatapp_domain::ports::notifications::{EventFeed, Notifier};
use chatapp_domain::ports::passwords::PasswordHasher;
use chatapp_domain::reconciliation::Reconciliation;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_http::{CookieKey, Services};
use chatapp_notification_hub::{Bus, Cluster, Hub};
use chatapp_persistence::Database;
use hmac::{Hmac, Mac};
use sha2::Sha512;

use crate::background::Upkeep;
use crate::config::Settings;
use crate::passwords::BcryptHasher;
use crate::secret_key::{self, SecretKey};

/// Everything but the network.
pub(crate) struct Application {
    pub(crate) database: Database,
    pub(crate) services: Services,
    pub(crate) upkeep: Upkeep,
}

/// Who is connected, here and elsewhere.
struct Live {
    /// The connections here, and the way to those elsewhere.
    notifier: Arc<dyn Notifier>,
    /// The connections here alone.
    here: Arc<dyn Notifier>,
    feed: Arc<dyn EventFeed>,
    nodes: Arc<dyn Nodes>,
    cluster: Option<(Cluster, Bus)>,
}

impl Live {
    /// A hub; one of many if there is a bus.
    fn build(settings: &Settings) -> Self {
        let Some(bus) = &settings.nodes.bus else {
            let hub = Arc::new(Hub::new(settings.hub));
            return Self { notifier: hub.clone(), here: hub.clone(), feed: hub, nodes: Arc::new(Alone), cluster: None };
        };
        let (cluster, bus) = Cluster::new(settings.hub, bus);
        let here = Arc::new(cluster.hub().clone());
        let all = Arc::new(cluster.clone());
        Self { notifier: all.clone(), here, feed: all.clone(), nodes: all, cluster: Some((cluster, bus)) }
    }
}

impl Application {
    /// Builds it over an open database.
    pub(crate) fn build(database: Database, settings: &Settings) -> anyhow::Result<Self> {
        let Live { notifier, here, feed, nodes, cluster } = Live::build(settings);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (users, events, sessions) = (database.users(), database.events(), database.sessions());
        let accounts = Accounts::new(
            users.clone(),
            sessions.clone(),
            hasher(settings)?,
            notifier.clone(),
            clock.clone(),
            settings.sessions,
        );
        let reconciliation = Reconciliation::new(
            events.clone(),
            sessions,
            feed.clone(),
            // Every node does this for itself.
            here,
            clock.clone(),
            settings.sessions,
        );
        let upkeep = Upkeep {
            reconciliation,
            compare_every: settings.nodes.compare_every,
            cluster,
            accounts: accounts.clone(),
            events: events.clone(),
            clock: clock.clone(),
        };
        let services = Services {
            accounts,
            messaging: Messaging::new(users.clone(), database.messages(), notifier.clone(), clock.clone()),
            conversations: Conversations::new(users.clone(), database.conversations(), notifier.clone()),
            directory: Directory::new(users),
            catch_up: CatchUp::new(events),
            feed,
            notifier,
            nodes,
            health: database.health(),
            clock,
        };
        Ok(Self { database, services, upkeep })
    }
}

/// Opens the database, ready for use: a file, which nobody else administers, is migrated; a server must have been.
pub(crate) fn open_database(settings: &Settings) -> anyhow::Result<Database> {
    let storage = &settings.storage;
    secret_key::make_data_directory(&storage.data_dir)?;
    let database = Database::open(&storage.database)?;
    if storage.database.url.is_sqlite() {
        for name in database.migrate()? {
            log::info!("migrated {}: {name}", storage.database.url);
        }
        return Ok(database);
    }
    match database.pending_migrations()?.len() {
        0 => Ok(database),
        1 => bail!("1 migration of {} is pending; run: chatapp migrate", storage.database.url),
        some => bail!("{some} migrations of {} are pending; run: chatapp migrate", storage.database.url),
    }
}

/// The accounts service for commands, which have nobody connected.
pub(crate) fn accounts(database: &Database, settings: &Settings) -> anyhow::Result<Accounts> {
    let clock = Arc::new(SystemClock);
    let hub = Arc::new(Hub::default());
    Ok(Accounts::new(database.users(), database.sessions(), hasher(settings)?, hub, clock, settings.sessions))
}

fn hasher(settings: &Settings) -> anyhow::Result<Arc<dyn PasswordHasher>> {
    Ok(Arc::new(BcryptHasher::start(settings.accounts.bcrypt_cost)?))
}

/// The settings of the web face.
pub(crate) fn web_settings(settings: &Settings) -> anyhow::Result<chatapp_http::Settings> {
    let key = match &settings.storage.secret_key {
        Some(key) => key.clone(),
        None => SecretKey::kept_in(&settings.storage.data_dir)?,
    };
    let web = &settings.web;
    Ok(chatapp_http::Settings {
        cookie_key: cookie_key(&key)?,
        secure_cookies: settings.secure_cookies,
        public_url: web.public_url.clone(),
        allowed_origins: web.allowed_origins.clone(),
        trusted_proxies: web.trusted_proxies.clone(),
        messages_to_load: web.messages_to_load,
        users_to_load: web.users_to_load,
        message_max_length: web.message_max_length,
        workers: web.workers,
        drain_time: web.drain_time,
        shutdown_timeout: web.shutdown_timeout,
        limits: settings.limits,
        sockets: settings.sockets,
        throttles: settings.throttles,
    })
}

/// Derives the key for cookies, so that the secret itself can sign other things later.
fn cookie_key(secret: &SecretKey) -> anyhow::Result<CookieKey> {
    let mac = Hmac::<Sha512>::new_from_slice(secret.expose())?;
    let derived = mac.chain_update("chatapp session cookie v1").finalize().into_bytes();
    Ok(CookieKey::from_bytes(derived.into()))
}
