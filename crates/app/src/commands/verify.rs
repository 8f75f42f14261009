//! `verify`: whether the counters of the database say what its rows say.

use chatapp_persistence::{Finding, Verified};
use serde_json::json;

use crate::commands::progress::Progress;
use crate::config::Settings;
use crate::failure::Failure;
use crate::logging::Escaped;

pub(crate) fn run(settings: &Settings, as_json: bool) -> Result<(), Failure> {
    let url = &settings.storage.database.url;
    let progress = Progress::of_parts();
    let outcome = chatapp_persistence::verify(url, &|done, total| progress.reach(done, total));
    progress.finish();
    let verified = outcome?;
    if as_json {
        println!("{}", written(&url.to_string(), &verified));
    } else {
        print(&url.to_string(), &verified);
    }
    if verified.wrong == 0 { Ok(()) } else { Err(Failure::Reported) }
}

fn print(url: &str, verified: &Verified) {
    let Verified { users, conversations, messages, search_behind, wrong, findings } = verified;
    for finding in findings {
        println!("{}", Escaped(finding));
    }
    if *wrong > findings.len() as u64 {
        println!("... and {} more", wrong - findings.len() as u64);
    }
    if *search_behind > 0 {
        println!("The search index is {search_behind} blocks behind; the server catches up by itself.");
    }
    let looked = format!("{users} users, {conversations} conversations and {messages} messages in {url}");
    match wrong {
        0 => println!("Verified {looked}: everything adds up."),
        1 => println!("Verified {looked}: 1 thing does not add up."),
        _ => println!("Verified {looked}: {wrong} things do not add up."),
    }
}

fn written(url: &str, verified: &Verified) -> serde_json::Value {
    let finding = |Finding { about, what }: &Finding| json!({ "about": about, "what": what });
    json!({
        "database": url,
        "ok": verified.wrong == 0,
        "users": verified.users,
        "conversations": verified.conversations,
        "messages": verified.messages,
        "search_behind": verified.search_behind,
        "wrong": verified.wrong,
        "findings": verified.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}
