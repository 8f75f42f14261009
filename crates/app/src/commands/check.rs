//! `check`: everything that is wrong with the settings and the database, at once, and the settings in effect.

use std::path::Path;

use chatapp_persistence::{Age, Database};
use serde_json::{Value, json};

use crate::commands::{block_on, outcome};
use crate::config::layers::Outside;
use crate::config::problem::Origin;
use crate::config::values::Effective;
use crate::config::{self, Settings};
use crate::failure::{Failure, chain};
use crate::logging::Escaped;
use crate::secret_key::SecretKey;

/// What was found.
#[derive(Default)]
struct Findings {
    notes: Vec<String>,
    warnings: Vec<String>,
    problems: Vec<String>,
}

pub(crate) fn run(outside: &Outside, as_json: bool) -> Result<(), Failure> {
    let reading = config::read(outside);
    let mut findings = Findings {
        warnings: reading.warnings,
        problems: reading.problems.iter().map(ToString::to_string).collect(),
        ..Findings::default()
    };
    findings.data_directory(&reading.settings);
    // Where the place of the database is in doubt, a look at the default one would only mislead.
    if !reading.problems.iter().any(|problem| problem.is_about(&["data_dir", "database_url", "database_url_file"])) {
        findings.database(&reading.settings);
    }
    findings.bus(&reading.settings);
    findings.address(&reading.settings);
    let text = format!("{}\n{}", table(&reading.effective), findings.lines());
    outcome::tell(as_json, &findings.json(&reading.effective), &text);
    if findings.problems.is_empty() { Ok(()) } else { Err(Failure::Reported) }
}

fn table(effective: &[Effective]) -> String {
    let width = |text: fn(&Effective) -> &str| effective.iter().map(|e| text(e).chars().count()).max().unwrap_or(0);
    let (keys, units) = (width(|e| e.key), width(|e| e.unit));
    let row = |Effective { key, value, origin, default, unit }: &Effective| {
        let value = if value.is_empty() { "-" } else { value };
        let source = match origin {
            Origin::Default => "default".to_owned(),
            given if default.is_empty() => given.to_string(),
            given => format!("{given}; default {default}"),
        };
        format!("{key:keys$}  {unit:units$}  {}  ({source})\n", Escaped(value))
    };
    effective.iter().map(row).collect()
}

impl Findings {
    fn data_directory(&mut self, settings: &Settings) {
        let directory = &settings.storage.data_dir;
        // A relative path's last ancestor is empty and means: here.
        let here = |path| if path == Path::new("") { Path::new(".") } else { path };
        let existing = directory.ancestors().map(here).find(|path| path.exists()).unwrap_or(directory);
        if !existing.is_dir() {
            self.problems.push(format!("data_dir: {} is not a directory", existing.display()));
        } else if rustix::fs::access(existing, rustix::fs::Access::WRITE_OK).is_err() {
            self.problems.push(format!("data_dir: {} cannot be written to", existing.display()));
        }
        if settings.storage.secret_key.is_none()
            && let Err(error) = SecretKey::look_in(directory)
        {
            self.problems.push(chain(error.as_ref()));
        }
    }

    fn database(&mut self, settings: &Settings) {
        let url = &settings.storage.database.url;
        if url.sqlite_path().is_some_and(|path| !path.exists()) {
            self.notes.push(format!("{url} does not exist yet: it is made at the first start"));
            return;
        }
        let database = match Database::open(&settings.storage.database) {
            Ok(database) => database,
            Err(error) => return self.problems.push(chain(&error)),
        };
        self.notes.push(format!("{} at {url}", database.engine()));
        match database.pending_migrations() {
            Ok(names) if names.is_empty() => self.content(&database),
            Ok(names) if url.is_sqlite() => {
                self.notes.push(format!("{} pending: the next start applies it", names.join(", ")));
            }
            Ok(names) => self.problems.push(format!("{} pending; run: chatapp migrate", names.join(", "))),
            Err(error) => self.problems.push(chain(&error)),
        }
        let health = database.health();
        match block_on(async { health.check().await }) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.problems.push(chain(&error)),
            Err(error) => self.problems.push(chain(&error)),
        }
        database.close();
        self.replica(settings);
    }

    fn replica(&mut self, settings: &Settings) {
        let Some(url) = &settings.storage.replica else { return };
        let replica = chatapp_persistence::Settings { url: url.clone(), ..settings.storage.database.clone() };
        match Database::open(&replica) {
            Ok(replica) => self.notes.push(format!("{}, the replica at {url}", replica.engine())),
            // The server runs all the same.
            Err(error) => self.warnings.push(format!("the replica: {}", chain(&error))),
        }
    }

    fn content(&mut self, database: &Database) {
        match database.age() {
            Ok(Age { demanded: Some(version), .. }) => {
                self.problems.push(format!("its tables belong to a newer version of chatapp, which knows {version}"));
            }
            Ok(Age { unknown, .. }) if !unknown.is_empty() => {
                self.warnings
                    .push(format!("a newer version of chatapp has extended its tables: {}", unknown.join(", ")));
            }
            Ok(_) => {}
            Err(error) => self.problems.push(chain(&error)),
        }
        match database.is_unfinished_copy() {
            Ok(false) => self.notes.push("its tables are up to date".to_owned()),
            Ok(true) => self.problems.push("it is an unfinished copy; give chatapp copy-database again".to_owned()),
            Err(error) => self.problems.push(chain(&error)),
        }
    }

    fn bus(&mut self, settings: &Settings) {
        let Some(bus) = &settings.nodes.bus else { return };
        let url = &bus.url;
        match block_on(chatapp_notification_hub::probe(url)) {
            Ok(Ok(version)) => self.notes.push(format!("{version} at {url}")),
            // The server runs all the same.
            Ok(Err(error)) => self.warnings.push(format!("Redis at {url} does not answer: {}", chain(&error))),
            Err(error) => self.problems.push(chain(&error)),
        }
    }

    fn address(&mut self, settings: &Settings) {
        let listen = settings.web.listen;
        if let Err(error) = std::net::TcpListener::bind(listen) {
            self.warnings.push(format!("cannot listen on {listen} now: {error}"));
        }
    }

    fn json(&self, effective: &[Effective]) -> Value {
        let setting = |Effective { key, value, origin, default, unit }: &Effective| json!({"key": key, "value": value, "source": origin.to_string(), "default": default, "unit": unit});
        let settings: Vec<Value> = effective.iter().map(setting).collect();
        let Self { notes, warnings, problems } = self;
        json!({"settings": settings, "notes": notes, "warnings": warnings, "problems": problems})
    }

    fn lines(&self) -> String {
        let kinds = [("", &self.notes), ("warning: ", &self.warnings), ("error: ", &self.problems)];
        let lines = kinds.iter().flat_map(|(kind, lines)| lines.iter().map(move |line| (kind, line)));
        let mut text: String = lines.map(|(kind, line)| format!("{kind}{}\n", Escaped(line))).collect();
        text += &match self.problems.len() {
            0 => "Everything is in order.".to_owned(),
            1 => "1 problem.".to_owned(),
            some => format!("{some} problems."),
        };
        text
    }
}
