//! Does the checker see what it is there for? A binary with planted faults must be found out, each fault by its own
//! broken promise; without a fault it must not be.

use crate::checker::Breach;
use crate::faults;
use crate::report::{Report, Skipped};
use crate::run::{Plan, play};
use crate::stage::Engine;

/// Chooses a planted fault; a binary without the feature knows nothing of it.
const VARIABLE: &str = "CHATAPP_PLANTED_FAULT";

/// A planted fault, the run that shows it, and what must be found.
struct Planted {
    name: Option<&'static str>,
    run: &'static str,
    found: Option<Breach>,
}

const PLANTED: &[Planted] = &[
    Planted { name: None, run: "calm", found: None },
    Planted { name: Some("key-ignored"), run: "calm", found: Some(Breach::Doubled) },
    Planted { name: Some("notify-before-commit"), run: "calm", found: Some(Breach::Early) },
    Planted { name: Some("skipped-pos"), run: "calm", found: Some(Breach::Hole) },
    Planted { name: None, run: "power-cut", found: None },
    Planted { name: Some("synchronous-off"), run: "power-cut", found: Some(Breach::Lost) },
];

/// Plays all of it on SQLite and says how it went; false if the checker was wrong once.
pub async fn self_test(plan: &Plan) -> bool {
    let mut good = true;
    println!("| planted fault | run | must find | found | |\n| --- | --- | --- | --- | --- |");
    for planted in PLANTED {
        let Some(fault) = faults::named(planted.run) else { continue };
        let mut plan = plan.clone();
        plan.settings.extend(planted.name.map(|name| (VARIABLE, name.to_owned())));
        let report = play(&plan, fault, Engine::Sqlite).await;
        let right = is_right(planted, &report);
        good &= right != Some(false);
        let word = |breach: Breach| format!("{breach:?}");
        println!(
            "| {} | {} | {} | {} | {} |",
            planted.name.unwrap_or("none"),
            planted.run,
            planted.found.map_or_else(|| "nothing".to_owned(), word),
            found(&report),
            right.map_or("skipped", |right| if right { "right" } else { "WRONG" }),
        );
        if right == Some(false) {
            eprintln!("{report}");
        }
    }
    good
}

/// Whether the checker was right; nothing if the run was skipped.
fn is_right(planted: &Planted, report: &Report) -> Option<bool> {
    let played = report.outcome.as_ref().ok()?;
    Some(match planted.found {
        None => report.is_good(),
        Some(breach) => played.verdict.count(breach) > 0,
    })
}

fn found(report: &Report) -> String {
    match &report.outcome {
        Err(Skipped(reason)) => reason.clone(),
        Ok(played) => {
            let all: Vec<String> =
                played.verdict.kinds().map(|breach| format!("{breach:?} {}", played.verdict.count(breach))).collect();
            if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
        }
    }
}
