//! A server of one's own for each test, and people to talk to it.

mod answer;
mod person;
mod raw;
mod socket;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use chatapp_domain::accounts::Accounts;
use chatapp_domain::audit::AuditLog;
use chatapp_domain::avatars::Avatars;
use chatapp_domain::blocking::Blocking;
use chatapp_domain::catch_up::CatchUp;
use chatapp_domain::conversations::Conversations;
use chatapp_domain::departures::Departures;
use chatapp_domain::directory::Directory;
use chatapp_domain::email_changes::EmailChanges;
use chatapp_domain::export::Export;
use chatapp_domain::first_run::FirstRun;
use chatapp_domain::invitations::Invitations;
use chatapp_domain::messaging::Messaging;
use chatapp_domain::moderation::Moderation;
use chatapp_domain::ports::nodes::Alone;
use chatapp_domain::ports::notifications::{EventFeed, Notifier};
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::post::{Links, Post};
use chatapp_domain::presence::Presence;
use chatapp_domain::reconciliation::Reconciliation;
use chatapp_domain::recovery::Recovery;
use chatapp_domain::reports::Reports;
use chatapp_domain::roster::Roster;
use chatapp_domain::search::Search;
use chatapp_domain::session::Lifetime;
use chatapp_domain::sign_up::{SignUpPolicy, SignUps};
use chatapp_domain::tokens::Tokens;
use chatapp_domain::user::NewUser;
use chatapp_http::{Services, Settings, ThrottleSettings};
use chatapp_notification_hub::{Hub, HubSettings};
use chatapp_testkit::builders::{a_new_user, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::machine::PlainMachine;
use chatapp_testkit::mailbox::{Codes, Mailbox};
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::passwords::PlainHasher;
use chatapp_testkit::pictures::PlainMaker;
use chatapp_testkit::secrets::CountedSecrets;
use serde_json::Value;
use tokio::sync::oneshot;

pub(crate) use self::answer::Answer;
pub(crate) use self::person::Person;
pub(crate) use self::raw::Raw;
pub(crate) use self::socket::Socket;

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server that ends with its test.
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) stores: MemoryStores,
    pub(crate) hub: Arc<Hub>,
    pub(crate) hasher: PlainHasher,
    pub(crate) maker: PlainMaker,
    pub(crate) clock: SetClock,
    pub(crate) mailbox: Mailbox,
    pub(crate) codes: Codes,
    pub(crate) services: Services,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<std::io::Result<()>>>,
}

impl Place {
    /// A server that throttles nobody.
    pub(crate) fn open() -> Self {
        Self::with_hub(HubSettings::default())
    }

    pub(crate) fn with_hub(hub: HubSettings) -> Self {
        let throttles = ThrottleSettings { on: false, ..ThrottleSettings::default() };
        Self::with(Settings { throttles, ..Settings::default() }, hub)
    }

    pub(crate) fn with_settings(settings: Settings) -> Self {
        Self::with(settings, HubSettings::default())
    }

    fn with(settings: Settings, hub: HubSettings) -> Self {
        Self::with_all(settings, hub, SignUpPolicy::Closed, Some("https://chat.example.org"))
    }

    /// A server that throttles nobody, where people sign up.
    pub(crate) fn for_sign_ups(policy: SignUpPolicy) -> Self {
        let throttles = ThrottleSettings { on: false, ..ThrottleSettings::default() };
        Self::throttled_for_sign_ups(policy, throttles)
    }

    /// The same with limits.
    pub(crate) fn throttled_for_sign_ups(policy: SignUpPolicy, throttles: ThrottleSettings) -> Self {
        let settings = Settings { throttles, ..Settings::default() };
        Self::with_all(settings, HubSettings::default(), policy, Some("https://chat.example.org"))
    }

    /// A server with these settings, where everyone signs up.
    pub(crate) fn open_for_sign_ups_with(settings: Settings) -> Self {
        Self::with_all(settings, HubSettings::default(), SignUpPolicy::Open, Some("https://chat.example.org"))
    }

    /// A server that does not know where it is, so that it cannot write a link.
    pub(crate) fn without_mail() -> Self {
        let throttles = ThrottleSettings { on: false, ..ThrottleSettings::default() };
        let settings = Settings { throttles, ..Settings::default() };
        Self::with_all(settings, HubSettings::default(), SignUpPolicy::Open, None)
    }

    /// A server that throttles nobody, where superusers may read other people's messages.
    pub(crate) fn where_superusers_read() -> Self {
        let throttles = ThrottleSettings { on: false, ..ThrottleSettings::default() };
        let settings = Settings { throttles, ..Settings::default() };
        Self::with_everything(settings, HubSettings::default(), SignUpPolicy::Closed, None, true)
    }

    fn with_all(settings: Settings, hub: HubSettings, policy: SignUpPolicy, origin: Option<&str>) -> Self {
        Self::with_everything(settings, hub, policy, origin, false)
    }

    fn with_everything(
        settings: Settings,
        hub: HubSettings,
        policy: SignUpPolicy,
        origin: Option<&str>,
        reads: bool,
    ) -> Self {
        let clock = SetClock::default();
        let stores = MemoryStores::with_clock(Arc::new(clock.clone()));
        let (hub, hasher) = (Arc::new(Hub::new(hub)), PlainHasher::default());
        let (mailbox, codes) = (Mailbox::default(), Codes::default());
        let links = origin.map(Links::under);
        let post = links.map(|links| Post::new(Arc::new(mailbox.clone()), links));
        let maker = PlainMaker::default();
        let fakes = Fakes { hasher: &hasher, clock: &clock, codes: &codes, maker: &maker, reads };
        let services = services(&stores, &hub, &fakes, policy, post);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let settings = Settings { workers: settings.workers.or(Some(1)), ..settings };
        let served = services.clone();
        let server = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(chatapp_http::serve(listener, served, settings, async {
                let _ = stopped.await;
            }))
        });
        let (stop, server) = (Some(stop), Some(server));
        Self { address, stores, hub, hasher, maker, clock, mailbox, codes, services, stop, server }
    }

    /// Somebody who is registered and logged in.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let user = a_user(&self.stores, name).await;
        let mut person = self.stranger();
        person.user = Some(user);
        person.log_in().await;
        person
    }

    /// Two people to talk to each other.
    pub(crate) async fn two_people(&self) -> (Person, Person) {
        (self.person("u1").await, self.person("u2").await)
    }

    /// Somebody who may administer, logged in.
    pub(crate) async fn superuser(&self, name: &str) -> Person {
        let wish = NewUser { is_superuser: true, ..a_new_user(name) };
        let mut person = self.stranger();
        person.user = Some(self.stores.create(wish).await.unwrap());
        person.log_in().await;
        person
    }

    /// Somebody without a session.
    pub(crate) fn stranger(&self) -> Person {
        Person::new(self.address)
    }

    /// What a server does every few seconds: compares its connections with the store.
    pub(crate) async fn compare(&self) {
        let (all, hub) = (self.stores.stores(), self.hub.clone());
        let clock = Arc::new(self.clock.clone());
        let lifetime = Lifetime::default();
        let round = Reconciliation::new(all.events, all.sessions, all.tokens, hub.clone(), hub, clock, lifetime);
        round.round().await.unwrap();
    }

    /// Tells the server to stop.
    pub(crate) fn begin_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until the server has stopped.
    pub(crate) fn wait_for_end(&mut self) {
        if let Some(server) = self.server.take() {
            server.join().unwrap().unwrap();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.begin_to_stop();
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

/// What stands in for the rest of the world.
struct Fakes<'a> {
    hasher: &'a PlainHasher,
    clock: &'a SetClock,
    codes: &'a Codes,
    maker: &'a PlainMaker,
    /// Whether superusers may read other people's messages.
    reads: bool,
}

fn services(
    stores: &MemoryStores,
    hub: &Arc<Hub>,
    fakes: &Fakes<'_>,
    policy: SignUpPolicy,
    post: Option<Post>,
) -> Services {
    let all = stores.stores();
    let notifier: Arc<dyn Notifier> = hub.clone();
    let feed: Arc<dyn EventFeed> = hub.clone();
    let (hasher, clock) = (Arc::new(fakes.hasher.clone()), Arc::new(fakes.clock.clone()));
    let (secrets, codes) = (Arc::new(CountedSecrets::default()), Arc::new(fakes.codes.clone()));
    let lifetime = Lifetime::default();
    let (told, now) = (notifier.clone(), clock.clone());
    let (users, sessions) = (all.users.clone(), all.sessions);
    let tokens = Tokens::new(all.tokens, secrets.clone(), told.clone(), now.clone());
    let accounts = Accounts::new(users, sessions, tokens.clone(), hasher.clone(), told.clone(), now.clone(), lifetime);
    let departures = Departures::new(all.departures, accounts.clone(), told.clone());
    Services {
        roster: Roster::new(all.roster, departures.clone(), hasher.clone(), told.clone(), now.clone(), lifetime),
        figures: vec![hub.clone()],
        accounts: accounts.clone(),
        tokens,
        avatars: Avatars::new(all.avatars, Arc::new(fakes.maker.clone())),
        departures,
        sign_ups: SignUps::new(
            all.sign_ups.clone(),
            all.invitations.clone(),
            hasher.clone(),
            secrets.clone(),
            now.clone(),
            post.clone(),
            policy,
        ),
        invitations: Invitations::new(all.invitations, secrets.clone(), post.clone()),
        first_run: FirstRun::new(all.sign_ups, hasher.clone(), secrets.clone(), now.clone(), codes),
        recovery: Recovery::new(
            all.recovery.clone(),
            accounts.clone(),
            hasher,
            secrets.clone(),
            now.clone(),
            post.clone(),
        ),
        email_changes: EmailChanges::new(all.recovery, accounts, secrets, now.clone(), post.clone()),
        links: post.map(|post| post.links),
        export: Export::new(all.messages.clone()),
        search: Search::new(all.users.clone(), all.search),
        messaging: Messaging::new(all.users.clone(), all.messages, told.clone(), now.clone()),
        audit: AuditLog::new(all.audit.clone(), all.users.clone()),
        reports: Reports::new(all.reports, now.clone()),
        moderation: Moderation::new(all.users.clone(), all.moderation, all.audit.clone(), told.clone(), fakes.reads),
        status: Arc::new(stores.clone()),
        machine: Arc::new(PlainMachine),
        conversations: Conversations::new(all.users.clone(), all.conversations, all.blocks.clone(), told.clone()),
        blocking: Blocking::new(all.users.clone(), all.blocks.clone(), told, now),
        directory: Directory::new(all.users.clone()),
        presence: Presence::new(all.users, all.blocks, feed.clone(), notifier.clone(), clock.clone()),
        catch_up: CatchUp::new(all.events),
        feed,
        notifier,
        nodes: Arc::new(Alone),
        health: all.health,
        clock,
    }
}

/// The plain frame that tells of a message.
pub(crate) fn plain_frame(message: &Value) -> String {
    format!("{{\"message\": \"{}\"}}", message["id"])
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "waited in vain until {what}");
}
