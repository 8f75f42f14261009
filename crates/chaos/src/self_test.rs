//! Does the checker see what it is there for? A binary with planted faults must be found out, each fault by its own
//! broken promise; without a fault it must not be.

use crate::checker::Breach;
use crate::faults;
use crate::report::{Report, Skipped, Table};
use crate::run::{Plan, play};
use crate::stage::Engine;

/// Chooses a planted fault; a binary without the feature knows nothing of it.
const VARIABLE: &str = "CHATAPP_PLANTED_FAULT";

/// A planted fault, the run that shows it, and what must be found.
struct Planted {
    name: Option<&'static str>,
    run: &'static str,
    found: Option<Breach>,
    /// Whether nothing else may be found: the server lives with this fault.
    alone: bool,
}

const PLANTED: &[Planted] = &[
    Planted { name: None, run: "calm", found: None, alone: true },
    Planted { name: Some("key-ignored"), run: "calm", found: Some(Breach::Doubled), alone: false },
    Planted { name: Some("notify-before-commit"), run: "calm", found: Some(Breach::Early), alone: false },
    Planted { name: Some("skipped-pos"), run: "calm", found: Some(Breach::Hole), alone: false },
    Planted { name: None, run: "power-cut", found: None, alone: true },
    Planted { name: Some("synchronous-off"), run: "power-cut", found: Some(Breach::Lost), alone: false },
    // A defect is answered with 500, which is found; whoever repeats their request gets what they want.
    Planted { name: Some("panic-in-handler"), run: "calm", found: Some(Breach::Dishonest), alone: true },
    Planted { name: Some("panic-in-transaction"), run: "calm", found: None, alone: true },
];

/// Plays all of it on SQLite and says how it went; false if the checker was wrong once.
pub async fn self_test(plan: &Plan) -> bool {
    let mut good = true;
    let mut survived = Vec::new();
    println!("| planted fault | run | must find | found | |\n| --- | --- | --- | --- | --- |");
    for planted in PLANTED {
        let Some(fault) = faults::named(planted.run) else { continue };
        eprintln!("{} in {}", planted.name.unwrap_or("no planted fault"), planted.run);
        let mut plan = plan.clone();
        plan.settings.extend(planted.name.map(|name| (VARIABLE, name.to_owned())));
        let mut report = play(&plan, fault, Engine::Sqlite).await;
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
        if let Some(name) = planted.name.filter(|_| planted.alone) {
            report.what = name;
            survived.push(report);
        }
    }
    println!("\nWhat the server lives with:\n\n{}", Table(&survived));
    good
}

/// Whether the checker was right; nothing if the run was skipped.
fn is_right(planted: &Planted, report: &Report) -> Option<bool> {
    let played = report.outcome.as_ref().ok()?;
    Some(match planted.found {
        None => report.is_good(),
        Some(breach) if planted.alone => played.failure.is_none() && played.verdict.kinds().eq([breach]),
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
