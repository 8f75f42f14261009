//! `import-django`: people and messages of the original app move in. Doing it again moves what is new since.

mod messages;
mod people;
mod report;

use chatapp_persistence::{DatabaseUrl, Original};

use self::report::Report;
use crate::cli::ImportDjango;
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;

pub(crate) fn run(settings: &Settings, wish: &ImportDjango) -> Result<(), Failure> {
    let from = DatabaseUrl::parse(&wish.from).map_err(|error| Failure::Usage(format!("--from: {error}")))?;
    let mut original = Original::open(&from)?;
    let database = compose::open_database(settings)?;
    let mut target = database.moving_in()?;
    let mut report = Report::default();
    let moved = people::all(&mut original, &mut target, &mut report)
        .and_then(|people| messages::all(&mut original, &mut target, &people, &mut report));
    database.close();
    report.print(wish.json)?;
    moved?;
    if report.is_complete() { Ok(()) } else { Err(Failure::Reported) }
}
