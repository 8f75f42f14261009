//! `verify`: whether the counters of the database say what its rows say.

use chatapp_persistence::{Finding, Verified};
use serde_json::json;

use crate::commands::outcome;
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
    let url = url.to_string();
    outcome::tell(as_json, &written(&url, &verified), &in_words(&url, &verified));
    if verified.wrong == 0 { Ok(()) } else { Err(Failure::Reported) }
}

fn in_words(url: &str, verified: &Verified) -> String {
    let Verified { users, conversations, messages, search_behind, wrong, findings } = verified;
    let mut lines: Vec<String> = findings.iter().map(|finding| Escaped(finding).to_string()).collect();
    if *wrong > findings.len() as u64 {
        lines.push(format!("... and {} more", wrong - findings.len() as u64));
    }
    if *search_behind > 0 {
        lines.push(format!("The search index is {search_behind} blocks behind; the server catches up by itself."));
    }
    let verdict = match wrong {
        0 => "everything adds up".to_owned(),
        1 => "1 thing does not add up".to_owned(),
        _ => format!("{wrong} things do not add up"),
    };
    let looked = format!("{users} users, {conversations} conversations and {messages} messages in {url}");
    lines.push(format!("Verified {looked}: {verdict}."));
    lines.join("\n")
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
