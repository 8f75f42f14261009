//! The command line, as people type it.

mod databases;
mod people;
mod tokens;
pub(crate) mod users;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::databases::{CopyDatabase, ImportDjango, RetentionWish};
pub(crate) use self::people::{CreateUser, Invite, Person};
pub(crate) use self::tokens::{TokenCommand, TokenScope};
use self::users::UsersCommand;
use crate::config::layers::Outside;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "chatapp",
    version,
    about = "A self-hosted message center: people write to each other, in the browser and through a REST API.",
    after_help = "\
Examples:
  chatapp serve                        serve on http://127.0.0.1:8000, with SQLite in ./chatapp-data
  chatapp createsuperuser              make the first user
  chatapp demo && chatapp serve        look around with a few people and conversations
  chatapp --database-url mysql://chat:secret@127.0.0.1:3306/chat migrate
  chatapp check                        say what is wrong before it matters
  chatapp doctor --url https://chat.example.org     and what is wrong once it runs

Settings come from chatapp.toml, local_settings.toml, CHATAPP_* variables and flags; the later wins.
Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.",
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) places: Places,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where settings and data are, for every command.
#[derive(Debug, Args)]
pub(crate) struct Places {
    /// Read this settings file instead of ./chatapp.toml
    #[arg(long, global = true, value_name = "FILE", env = "CHATAPP_CONFIG", help_heading = "Settings")]
    pub(crate) config: Option<PathBuf>,
    /// Use this database: sqlite:PATH or mysql://USER:PASSWORD@HOST:PORT/NAME
    #[arg(long, visible_alias = "database", global = true, value_name = "URL", help_heading = "Settings")]
    pub(crate) database_url: Option<String>,
    /// Keep files here: the database file and the generated secret key
    #[arg(long, global = true, value_name = "DIRECTORY", help_heading = "Settings")]
    pub(crate) data_dir: Option<String>,
    /// Log this much: error, warn, info, debug, trace, or module=level pairs
    #[arg(long, global = true, value_name = "FILTER", help_heading = "Settings")]
    pub(crate) log: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the page, the API and the notifications until stopped
    #[command(
        visible_alias = "runserver",
        after_help = "\
Examples:
  chatapp serve
  chatapp runserver 0.0.0.0:8000
  chatapp serve --public-url https://chat.example.org

SQLite is migrated at the start; MySQL is not: run `chatapp migrate` first.
SIGTERM and Ctrl-C let requests finish and tell open pages to reconnect; a second one exits at once."
    )]
    Serve(Serve),
    /// Bring the database's tables up to date
    #[command(after_help = "\
Examples:
  chatapp migrate
  chatapp migrate --check && echo up to date")]
    Migrate {
        /// Change nothing; exit with 1 if migrations are pending
        #[arg(long)]
        check: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a user who may administer
    #[command(
        name = "createsuperuser",
        after_help = "\
Examples:
  chatapp createsuperuser
  CHATAPP_PASSWORD=... chatapp createsuperuser --noinput --username root --email root@example.org"
    )]
    CreateSuperuser(Person),
    /// Make a user, or thousands from a CSV file
    #[command(
        name = "createuser",
        after_help = "\
Examples:
  chatapp createuser --username ada
  CHATAPP_PASSWORD=... chatapp createuser --noinput --username ada
  chatapp createuser --from-csv people.csv
  generate-people | chatapp createuser --from-csv -

A CSV line is username,email,password; the email may be empty, and a first line with these three words is a heading.
Lines that are refused are listed with the reason, the others are imported all the same; the exit code is then 1."
    )]
    CreateUser(CreateUser),
    /// Change a user's password and end all their sessions and tokens
    #[command(
        name = "changepassword",
        after_help = "\
Examples:
  chatapp changepassword ada
  CHATAPP_PASSWORD=... chatapp changepassword ada --noinput"
    )]
    ChangePassword {
        /// Whose password
        username: String,
        /// Do not ask: take the password from `CHATAPP_PASSWORD`
        #[arg(long, visible_alias = "no-input")]
        noinput: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete a user's account for ever
    #[command(
        name = "delete-user",
        visible_alias = "deleteuser",
        after_help = "\
Examples:
  chatapp delete-user ada
  chatapp delete-user ada --noinput

Sessions, address, picture and everything else of the user are gone; what they wrote to others stays with those, under
\"deleted-\" and a number. Nobody gets the name. The last active superuser cannot be deleted."
    )]
    DeleteUser {
        /// Whose account
        username: String,
        /// Do not ask whether it is meant
        #[arg(long, visible_alias = "no-input")]
        noinput: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Find, make and change people as the admin page does
    #[command(
        subcommand,
        after_help = "\
Examples:
  chatapp users list --state superuser
  chatapp users list --search ada --json
  printf '%s' \"$PASSWORD\" | chatapp users create ada --email ada@example.org --json
  chatapp users deactivate ada

A password is asked for on the terminal, or read from standard input: one line. What is done is in the log of the admin page."
    )]
    Users(UsersCommand),
    /// Invite somebody to sign up, and print the link
    #[command(after_help = "\
Examples:
  chatapp invite
  chatapp invite --email ada@example.org --days 14
  chatapp invite --json

The link is good for one account, and is shown this once. It is needed where sign_up is \"invite\".")]
    Invite(Invite),
    /// Copy everything from one database into another, empty one: from SQLite to MySQL, say, or back
    #[command(
        name = "copy-database",
        after_help = "\
Examples:
  chatapp copy-database --from sqlite:chatapp-data/chatapp.sqlite3 --to mysql://chat:secret@127.0.0.1:3306/chat
  chatapp copy-database --from @/run/secrets/old_url --to @/run/secrets/new_url --json

Stop the servers first: what is written after the command began is not copied (SQLite refuses it meanwhile).
The target is migrated. When all rows are there, both sides are compared, table by table, and only then can the target
be served. A command that was interrupted goes on where it stopped when it is given again."
    )]
    CopyDatabase(CopyDatabase),
    /// Make, list and revoke personal access tokens, with which programs speak for a user
    #[command(
        subcommand,
        after_help = "\
Examples:
  chatapp token create ada --name backup --scope read --days 90
  chatapp token list ada
  chatapp token revoke ada 7
  chatapp token revoke ada --all

A running server refuses a revoked token within a second and closes its sockets within a few."
    )]
    Token(TokenCommand),
    /// Write everything that the database holds into one file
    #[command(after_help = "\
Examples:
  chatapp backup chat-$(date +%F).sqlite3

The server may go on serving: the file holds the database as it was at one moment. It is an SQLite database, also where the
server uses MySQL, and is checked before it gets its name. A file that exists is not replaced. Not in it: the secret key and
the settings.")]
    Backup {
        /// The new file
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Bring a backup back into an empty database
    #[command(after_help = "\
Examples:
  chatapp restore chat-2026-11-24.sqlite3
  chatapp --database-url mysql://chat:secret@127.0.0.1:3306/chat restore chat-2026-11-24.sqlite3

Stop the server first. A database with users or messages in it is left as it is. The backup may come from the other engine,
and from an older version. Pages that were open before load everything anew.")]
    Restore {
        /// The backup
        file: PathBuf,
        /// End all sessions and tokens: otherwise those that ended after the backup are good again
        #[arg(long)]
        end_sessions: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare the database's counters with its rows
    #[command(after_help = "\
Examples:
  chatapp verify
  chatapp --database-url mysql://chat:secret@127.0.0.1:3306/chat verify --json

The database is only read, and the server may go on serving. Compared are the places of messages in conversations and in
people's events, what is read and unread, the search index, and rows that name others. Exit code 1: something does not add up.")]
    Verify {
        /// Print what was found as JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete messages older than a number of days, for everybody
    #[command(after_help = "\
Examples:
  chatapp retention --days 365 --dry-run
  chatapp retention --days 365 --yes --json

The server may go on serving. It does the same by itself every hour where the setting retention_days is not 0. What is
deleted is gone for ever; take a backup first.")]
    Retention(RetentionWish),
    /// Move in from the original Django app: its people, with their passwords, and all messages
    #[command(
        name = "import-django",
        after_help = "\
Examples:
  chatapp import-django --from mysql://django:secret@127.0.0.1:3306/chat
  chatapp import-django --from sqlite:/srv/old/db.sqlite3 --json

Stop this server meanwhile; the original is only read. Messages keep their numbers and times, and passwords keep working.
Done again it moves what is new since. What is skipped is listed with the reason; the exit code is then 1."
    )]
    ImportDjango(ImportDjango),
    #[command(about = "Print the API's OpenAPI document")]
    Openapi,
    /// Say what is wrong with the settings and the database, and show the settings in effect
    Check {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at a running server from outside: encryption, proxy, sockets, cookies, headers, clock, mail
    #[command(after_help = "\
Examples:
  chatapp doctor --url https://chat.example.org
  CHATAPP_PASSWORD=... chatapp doctor --url https://chat.example.org --username ada
  chatapp doctor --url https://chat.example.org --mail-to you@example.org --json

One line for each check: how it is and, unless it is well, what to do. With a user's name and password (taken from
CHATAPP_PASSWORD, or asked for) it logs in, so that cookies, sockets and addresses are looked at too, and logs out again; it
waits for a socket's first ping, up to half a minute. Where the server's settings are, it tries out the mail server as well.
Exit codes: 0 all well, 1 something to look at, 2 something to mend.")]
    Doctor(Doctor),
    /// Fill an empty database with a few people and conversations to look at
    Demo {
        /// Do it even if the database has users
        #[arg(long)]
        force: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// What to look at.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Where people reach the server
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// Log in as this user; the password is taken from `CHATAPP_PASSWORD` or asked for
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Trust the certificates in this file (PEM), besides the public ones
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Where plain HTTP is, which is to lead to https; 80 if the URL has no port
    #[arg(long, value_name = "PORT")]
    pub(crate) http_port: Option<u16>,
    /// How many seconds one step may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub(crate) timeout: u64,
    /// Do not wait for a socket's first ping
    #[arg(long)]
    pub(crate) quick: bool,
    /// Send a mail there, if the settings here have a mail server
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mail_to: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Listen here: address:port, or a port on 127.0.0.1
    #[arg(value_name = "ADDRESS", conflicts_with = "listen")]
    address: Option<String>,
    /// The same as ADDRESS
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where people reach the server: scheme and host
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// How many threads serve requests
    #[arg(long, value_name = "NUMBER")]
    workers: Option<String>,
}

impl Cli {
    /// What the settings are made from.
    pub(crate) fn outside(&self) -> Outside {
        let mut flags = BTreeMap::new();
        let mut flag = |key, value: &Option<String>| {
            if let Some(value) = value {
                flags.insert(key, value.clone());
            }
        };
        flag("database_url", &self.places.database_url);
        flag("data_dir", &self.places.data_dir);
        flag("log", &self.places.log);
        if let Command::Serve(serve) = &self.command {
            flag("listen", &serve.listen);
            flag("listen", &serve.address);
            flag("public_url", &serve.public_url);
            flag("workers", &serve.workers);
        }
        Outside {
            file: self.places.config.clone(),
            flags,
            environment: std::env::vars_os().collect(),
            directory: PathBuf::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn runserver_takes_an_address_like_the_original() {
        let cli = Cli::parse_from(["chatapp", "runserver", "0.0.0.0:8000"]);
        assert_eq!(cli.outside().flags["listen"], "0.0.0.0:8000");
        assert!(Cli::try_parse_from(["chatapp", "serve", "1", "--listen", "2"]).is_err());
    }
}
