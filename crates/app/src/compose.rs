//! Puts the server together from concrete adapters.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail};
use chatapp_domain::accounts::Accounts;
use chatapp_domain::audit::AuditLog;
use chatapp_domain::avatars::Avatars;
use chatapp_domain::blocking::Blocking;
use chatapp_domain::catch_up::CatchUp;
use chatapp_domain::conversations::Conversations;
use chatapp_domain::departures::Departures;
use chatapp_domain::directory::Directory;
use chatapp_domain::email_changes::EmailChanges;
use chatapp_domain::event::Event;
use chatapp_domain::export::Export;
use chatapp_domain::first_run::FirstRun;
use chatapp_domain::invitations::Invitations;
use chatapp_domain::messaging::Messaging;
use chatapp_domain::moderation::Moderation;
use chatapp_domain::ports::figures::Figures;
use chatapp_domain::ports::nodes::{Alone, Nodes};
use chatapp_domain::ports::notifications::{EventFeed, Notifier};
use chatapp_domain::ports::secrets::Secrets;
use chatapp_domain::post::{Links, Post};
use chatapp_domain::presence::Presence;
use chatapp_domain::reconciliation::Reconciliation;
use chatapp_domain::recovery::Recovery;
use chatapp_domain::reports::Reports;
use chatapp_domain::retention::Retention;
use chatapp_domain::roster::Roster;
use chatapp_domain::search::{HintingNotifier, Indexing, Search};
use chatapp_domain::sign_up::SignUps;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::tokens::Tokens;
use chatapp_http::{CookieKey, Services};
use chatapp_mail::{Backend, Office, PostOffice};
use chatapp_notification_hub::{Bus, Cluster, Hub, Messenger};
use chatapp_persistence::Database;
use hmac::{Hmac, Mac};
use sha2::Sha512;

use crate::avatars::ImageMaker;
use crate::background::Upkeep;
use crate::config::Settings;
use crate::console::StandardOutput;
use crate::machine::ThisMachine;
use crate::passwords::BcryptHasher;
use crate::secret_key::{self, SecretKey};
use crate::secrets::SystemSecrets;
use crate::upgrade;

/// Everything but the network.
pub(crate) struct Application {
    pub(crate) database: Database,
    pub(crate) services: Services,
    pub(crate) upkeep: Upkeep,
    /// Sends mail once it is opened.
    pub(crate) office: Office,
}

/// Who is connected, here and elsewhere.
struct Live {
    /// The connections here, and the way to those elsewhere.
    notifier: Arc<dyn Notifier>,
    /// The connections here alone.
    here: Arc<dyn Notifier>,
    feed: Arc<dyn EventFeed>,
    nodes: Arc<dyn Nodes>,
    figures: Arc<dyn Figures>,
    cluster: Option<(Cluster, Bus)>,
}

impl Live {
    /// A hub; one of many if there is a bus.
    fn build(settings: &Settings, database: &Database) -> Self {
        let Some(bus) = &settings.nodes.bus else {
            let hub = Arc::new(Hub::new(settings.hub));
            let (notifier, here, figures) = (hub.clone(), hub.clone(), hub.clone());
            return Self { notifier, here, feed: hub, nodes: Arc::new(Alone), figures, cluster: None };
        };
        let database = database.clone();
        let heard = move |event: &Event| database.heard_of(event);
        let (cluster, bus) = Cluster::new(settings.hub, bus, Box::new(heard));
        let here = Arc::new(cluster.hub().clone());
        let all = Arc::new(cluster.clone());
        let (notifier, feed, figures) = (all.clone(), all.clone(), all.clone());
        Self { notifier, here, feed, nodes: all, figures, cluster: Some((cluster, bus)) }
    }
}

impl Application {
    /// Builds it over an open database, to be served at `address`.
    pub(crate) fn build(database: Database, settings: &Settings, address: SocketAddr) -> anyhow::Result<Self> {
        let Live { notifier, here, feed, nodes, figures, cluster } = Live::build(settings, &database);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (users, events, sessions) = (database.users(), database.events(), database.sessions());
        let secrets: Arc<dyn Secrets> = Arc::new(SystemSecrets);
        let hasher = bcrypt(settings)?;
        let (hasher_figures, roster_hasher): (Arc<dyn Figures>, _) = (hasher.clone(), hasher.clone());
        let links = links(settings, address);
        let (mailer, office) = post_office(settings)?;
        let mail_figures: Arc<dyn Figures> = Arc::new(mailer.clone());
        let post = links.clone().map(|links| Post::new(Arc::new(mailer), links));
        if post.is_none() {
            log::info!("no mail is sent: public_url is not given, and links need it");
        }
        let tokens = Tokens::new(database.tokens(), secrets.clone(), notifier.clone(), clock.clone());
        let accounts = Accounts::new(
            users.clone(),
            sessions.clone(),
            tokens.clone(),
            hasher.clone(),
            notifier.clone(),
            clock.clone(),
            settings.sessions,
        );
        let reconciliation = Reconciliation::new(
            events.clone(),
            sessions,
            database.tokens(),
            feed.clone(),
            // Every node does this for itself.
            here,
            clock.clone(),
            settings.sessions,
        );
        let (sign_ups, recovery) = (database.sign_ups(), database.recovery());
        let console = Arc::new(StandardOutput {
            page: links.as_ref().map_or_else(|| format!("http://{address}/"), |links| links.front()),
        });
        let first_run = FirstRun::new(sign_ups.clone(), hasher.clone(), secrets.clone(), clock.clone(), console);
        let email_changes =
            EmailChanges::new(recovery.clone(), accounts.clone(), secrets.clone(), clock.clone(), post.clone());
        let sign_ups = SignUps::new(
            sign_ups,
            database.invitations(),
            hasher.clone(),
            secrets.clone(),
            clock.clone(),
            post.clone(),
            settings.accounts.sign_up,
        );
        let recovery = Recovery::new(recovery, accounts.clone(), hasher, secrets.clone(), clock.clone(), post.clone());
        let presence = Presence::new(users.clone(), database.blocks(), feed.clone(), notifier.clone(), clock.clone());
        let search = database.search();
        let indexing = Indexing::new(search.clone());
        let hinting = Arc::new(HintingNotifier::new(notifier.clone(), indexing.clone()));
        let moderation = Moderation::new(
            users.clone(),
            database.moderation(),
            database.audit(),
            notifier.clone(),
            settings.moderation.reads_messages,
        );
        let departures = Departures::new(database.departures(), accounts.clone(), notifier.clone());
        let upkeep = Upkeep {
            moderation: moderation.clone(),
            retention: Retention::new(database.retention(), database.audit(), clock.clone()),
            retention_days: settings.moderation.retention_days,
            indexing,
            presence: presence.clone(),
            reconciliation,
            compare_every: settings.nodes.compare_every,
            cluster,
            accounts: accounts.clone(),
            tokens: tokens.clone(),
            sign_ups: sign_ups.clone(),
            recovery: recovery.clone(),
            departures: departures.clone(),
            events: events.clone(),
            clock: clock.clone(),
        };
        let services = Services {
            accounts,
            departures: departures.clone(),
            avatars: Avatars::new(database.avatars(), Arc::new(ImageMaker::start()?)),
            tokens,
            sign_ups,
            invitations: Invitations::new(database.invitations(), secrets, post),
            first_run,
            recovery,
            email_changes,
            links,
            export: Export::new(database.messages()),
            messaging: Messaging::new(users.clone(), database.messages(), hinting.clone(), clock.clone()),
            search: Search::new(users.clone(), search),
            roster: Roster::new(
                database.roster(),
                departures,
                roster_hasher,
                notifier.clone(),
                clock.clone(),
                settings.sessions,
            ),
            audit: AuditLog::new(database.audit(), users.clone()),
            moderation,
            status: database.status(),
            machine: Arc::new(ThisMachine { folder: settings.storage.data_dir.clone() }),
            reports: Reports::new(database.reports(), clock.clone()),
            conversations: Conversations::new(users.clone(), database.conversations(), database.blocks(), hinting),
            blocking: Blocking::new(users.clone(), database.blocks(), notifier.clone(), clock.clone()),
            directory: Directory::new(users),
            presence,
            catch_up: CatchUp::new(events),
            feed,
            notifier,
            nodes,
            health: database.health(),
            figures: vec![figures, database.figures(), hasher_figures, mail_figures],
            clock,
        };
        Ok(Self { database, services, upkeep, office })
    }
}

/// Where links lead: to the configured address, or else to one that only this machine reaches.
pub(crate) fn links(settings: &Settings, address: SocketAddr) -> Option<Links> {
    if let Some(url) = &settings.web.public_url {
        return Some(Links::under(&url.origin().ascii_serialization()));
    }
    let is_reachable = address.port() != 0 && address.ip().to_canonical().is_loopback();
    is_reachable.then(|| Links::under(&format!("http://{address}")))
}

fn post_office(settings: &Settings) -> anyhow::Result<(PostOffice, Office)> {
    let mail = settings.mail.clone();
    let from = mail.from.context("mail_from is no sender")?;
    Ok(PostOffice::set_up(chatapp_mail::Settings { backend: mail.backend, from, queue: mail.queue })?)
}

/// The invitations, for commands, and the office that mails them, unless mail goes to the console: there the link is printed
/// already.
pub(crate) fn invitations(
    database: &Database,
    settings: &Settings,
    links: Links,
) -> anyhow::Result<(Invitations, Option<Office>)> {
    let (mailer, office) = post_office(settings)?;
    let is_console = matches!(settings.mail.backend, Backend::Console);
    let post = (!is_console).then(|| Post::new(Arc::new(mailer), links));
    let invitations = Invitations::new(database.invitations(), Arc::new(SystemSecrets), post);
    Ok((invitations, Some(office).filter(|_| !is_console)))
}

/// People's tokens, for commands; `notifier` is who they tell.
pub(crate) fn tokens(database: &Database, notifier: Arc<dyn Notifier>) -> Tokens {
    Tokens::new(database.tokens(), Arc::new(SystemSecrets), notifier, Arc::new(SystemClock))
}

/// Opens the database, ready for use: a file, which nobody else administers, is migrated; a server must have been.
pub(crate) fn open_database(settings: &Settings) -> anyhow::Result<Database> {
    let storage = &settings.storage;
    secret_key::make_data_directory(&storage.data_dir)?;
    let database = Database::open(&storage.database)?;
    if storage.database.url.is_sqlite() {
        for name in upgrade::bring_up_to_date(&database, &storage.database.url)? {
            log::info!("migrated {}: {name}", storage.database.url);
        }
    }
    upgrade::refuse_newer(&database, &storage.database.url)?;
    match database.pending_migrations()?.len() {
        0 if database.is_unfinished_copy()? => {
            bail!("{} is an unfinished copy; give chatapp copy-database again", storage.database.url)
        }
        0 => Ok(database),
        1 => bail!("1 migration of {} is pending; run: chatapp migrate", storage.database.url),
        some => bail!("{some} migrations of {} are pending; run: chatapp migrate", storage.database.url),
    }
}

/// Deleting accounts, for commands; `notifier` is who they tell.
pub(crate) fn departures(
    database: &Database,
    settings: &Settings,
    notifier: Arc<dyn Notifier>,
) -> anyhow::Result<Departures> {
    let accounts = accounts(database, settings, notifier.clone())?;
    Ok(Departures::new(database.departures(), accounts, notifier))
}

/// Administering people, for commands; `notifier` is who they tell.
pub(crate) fn roster(database: &Database, settings: &Settings, notifier: Arc<dyn Notifier>) -> anyhow::Result<Roster> {
    let departures = departures(database, settings, notifier.clone())?;
    let (clock, hasher) = (Arc::new(SystemClock), bcrypt(settings)?);
    Ok(Roster::new(database.roster(), departures, hasher, notifier, clock, settings.sessions))
}

/// The accounts service for commands; `notifier` is who they tell.
pub(crate) fn accounts(
    database: &Database,
    settings: &Settings,
    notifier: Arc<dyn Notifier>,
) -> anyhow::Result<Accounts> {
    let (clock, tokens) = (Arc::new(SystemClock), tokens(database, notifier.clone()));
    let (users, sessions) = (database.users(), database.sessions());
    Ok(Accounts::new(users, sessions, tokens, bcrypt(settings)?, notifier, clock, settings.sessions))
}

/// Tells the nodes of the installation what a command did.
pub(crate) fn messenger(settings: &Settings) -> Arc<Messenger> {
    Arc::new(Messenger::new(settings.nodes.bus.clone()))
}

fn bcrypt(settings: &Settings) -> anyhow::Result<Arc<BcryptHasher>> {
    Ok(Arc::new(BcryptHasher::start(settings.accounts.hashing)?))
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
        retention_days: settings.moderation.retention_days,
        workers: web.workers,
        drain_time: web.drain_time,
        metrics: web.metrics,
        shutdown_timeout: web.shutdown_timeout,
        limits: settings.limits,
        sockets: settings.sockets,
        throttles: settings.throttles,
        admin_password_age: web.admin_password_age,
    })
}

/// Derives the key for cookies, so that the secret itself can sign other things later.
fn cookie_key(secret: &SecretKey) -> anyhow::Result<CookieKey> {
    let mac = Hmac::<Sha512>::new_from_slice(secret.expose())?;
    let derived = mac.chain_update("chatapp session cookie v1").finalize().into_bytes();
    Ok(CookieKey::from_bytes(derived.into()))
}
