//! `migrate`: brings the tables up to date, or says that they are not.

use chatapp_persistence::Database;
use serde_json::json;

use crate::commands::outcome;
use crate::config::Settings;
use crate::failure::Failure;
use crate::secret_key;
use crate::upgrade;

pub(crate) fn run(settings: &Settings, check: bool, as_json: bool) -> Result<(), Failure> {
    let storage = &settings.storage;
    secret_key::make_data_directory(&storage.data_dir)?;
    let database = Database::open(&storage.database)?;
    let (names, verb) = if check {
        (database.pending_migrations()?, "pending")
    } else {
        (upgrade::bring_up_to_date(&database, &storage.database.url)?, "applied")
    };
    database.close();
    let text = match names.as_slice() {
        [] => format!("{} is up to date.", storage.database.url),
        some => some.iter().map(|name| format!("{verb}  {name}")).collect::<Vec<_>>().join("\n"),
    };
    outcome::tell(as_json, &json!({"database": storage.database.url.to_string(), verb: names}), &text);
    if check && !names.is_empty() { Err(Failure::Reported) } else { Ok(()) }
}
