//! `migrate`: brings the tables up to date, or says that they are not.

use chatapp_persistence::Database;

use crate::config::Settings;
use crate::failure::Failure;
use crate::secret_key;
use crate::upgrade;

pub(crate) fn run(settings: &Settings, check: bool) -> Result<(), Failure> {
    let storage = &settings.storage;
    secret_key::make_data_directory(&storage.data_dir)?;
    let database = Database::open(&storage.database)?;
    let (names, verb) = if check {
        (database.pending_migrations()?, "pending")
    } else {
        (upgrade::bring_up_to_date(&database, &storage.database.url)?, "applied")
    };
    for name in &names {
        println!("{verb}  {name}");
    }
    database.close();
    if names.is_empty() {
        println!("{} is up to date.", storage.database.url);
        return Ok(());
    }
    if check { Err(Failure::Reported) } else { Ok(()) }
}
