//! What the handlers call: the services of the domain, and the few ports that a connection uses directly.

use std::sync::Arc;

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
use chatapp_domain::ports::StoreHealth;
use chatapp_domain::ports::figures::Figures;
use chatapp_domain::ports::nodes::Nodes;
use chatapp_domain::ports::notifications::{EventFeed, Notifier};
use chatapp_domain::ports::status::{Machine, StatusStore};
use chatapp_domain::post::Links;
use chatapp_domain::presence::Presence;
use chatapp_domain::recovery::Recovery;
use chatapp_domain::reports::Reports;
use chatapp_domain::roster::Roster;
use chatapp_domain::search::Search;
use chatapp_domain::sign_up::SignUps;
use chatapp_domain::time::Clock;
use chatapp_domain::tokens::Tokens;

/// Everything this crate needs from the rest of the program.
#[derive(Clone)]
pub struct Services {
    /// Log-in and sessions.
    pub accounts: Accounts,
    /// Personal access tokens.
    pub tokens: Tokens,
    /// People's pictures.
    pub avatars: Avatars,
    /// Deleting accounts.
    pub departures: Departures,
    /// Signing up.
    pub sign_ups: SignUps,
    /// Inviting people to sign up.
    pub invitations: Invitations,
    /// Making the first account.
    pub first_run: FirstRun,
    /// Forgotten passwords.
    pub recovery: Recovery,
    /// Another address.
    pub email_changes: EmailChanges,
    /// Where mailed links lead, if it is known.
    pub links: Option<Links>,
    /// Sending and reading messages.
    pub messaging: Messaging,
    /// Everything of a person, for the person.
    pub export: Export,
    /// Finding messages.
    pub search: Search,
    /// The log of those who administer.
    pub audit: AuditLog,
    /// Administering people.
    pub roster: Roster,
    /// Everybody's messages, for those who administer.
    pub moderation: Moderation,
    /// How the database is doing.
    pub status: Arc<dyn StatusStore>,
    /// What the program runs on.
    pub machine: Arc<dyn Machine>,
    /// Reporting messages.
    pub reports: Reports,
    /// Conversations, read positions, typing.
    pub conversations: Conversations,
    /// Keeping people apart.
    pub blocking: Blocking,
    /// Finding people.
    pub directory: Directory,
    /// Who is here, for those who may know.
    pub presence: Presence,
    /// Following a user's events.
    pub catch_up: CatchUp,
    /// What sockets and long polls listen to.
    pub feed: Arc<dyn EventFeed>,
    /// Telling people who are connected.
    pub notifier: Arc<dyn Notifier>,
    /// The other nodes, if there are any.
    pub nodes: Arc<dyn Nodes>,
    /// Whether the database answers.
    pub health: Arc<dyn StoreHealth>,
    /// What has figures to show.
    pub figures: Vec<Arc<dyn Figures>>,
    /// Where "now" comes from.
    pub clock: Arc<dyn Clock>,
}
