//! The people of the original: who can be one here, and who they are here.

use std::collections::HashMap;

use chatapp_domain::password::PasswordHash;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::user::{DisplayName, Email, Identity, NewUser, Username};
use chatapp_persistence::{MovedPerson, Original, OriginalPerson, PersonFate, Target};

use super::report::Report;
use crate::commands::progress::Progress;

/// How many people one transaction takes in.
const CHUNK: i64 = 200;

/// Who somebody of the original is here, by the number there.
pub(super) type People = HashMap<i64, Identity>;

pub(super) fn all(original: &mut Original, target: &mut Target, report: &mut Report) -> anyhow::Result<People> {
    let progress = Progress::of(usize::try_from(original.count_people()?)?);
    let (mut people, mut last) = (People::new(), i64::MIN);
    loop {
        let page = original.people(last, CHUNK)?;
        let Some(end) = page.last().map(|person| person.id) else { break };
        last = end;
        let mut moving = Vec::new();
        for person in page {
            match moved(&person) {
                Ok(able) => moving.push((person.id, able)),
                Err(why) => report.refuse_person(&person.username, &why),
            }
            progress.step(1);
        }
        let (ids, moving): (Vec<i64>, Vec<MovedPerson>) = moving.into_iter().unzip();
        for ((id, fate), person) in ids.into_iter().zip(target.people(&moving)?).zip(&moving) {
            match fate {
                PersonFate::Moved(identity) => {
                    report.people.moved += 1;
                    people.insert(id, identity);
                }
                PersonFate::Here(identity) => {
                    report.people.here += 1;
                    people.insert(id, identity);
                }
                PersonFate::NameTaken(by) => {
                    report.refuse_person(person.account.username.as_str(), &taken(&person.account.username, &by));
                }
            }
        }
    }
    progress.finish();
    Ok(people)
}

/// What the original knows of somebody, as it is kept here; or why that cannot be.
fn moved(person: &OriginalPerson) -> Result<MovedPerson, String> {
    let username = Username::parse(&person.username).map_err(|error| error.to_string())?;
    let joined_at = person.joined_at().unwrap_or_else(|| SystemClock.now());
    Ok(MovedPerson {
        account: NewUser {
            username,
            // An address that is none here was none there either: nothing was ever sent to it.
            email: Email::parse(&person.email).unwrap_or_default(),
            password: PasswordHash(person.password.clone()),
            is_superuser: person.is_superuser != 0,
            joined_at,
        },
        display_name: DisplayName::parse(&person.full_name).ok(),
        is_active: person.is_active != 0,
    })
}

fn taken(name: &Username, by: &str) -> String {
    if name.as_str() == by {
        "somebody else has this name here".to_owned()
    } else {
        format!("it is the same name as {by}, but for case or form")
    }
}
