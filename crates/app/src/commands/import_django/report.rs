//! What moved, and what did not and why.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use crate::logging::Escaped;

/// How many people are named one by one.
const NAMED: usize = 1000;

#[derive(Default)]
pub(super) struct Report {
    pub(super) people: Counts,
    pub(super) messages: Counts,
    /// Messages with a mark of what the old database could not hold.
    pub(super) lossy: usize,
    refused_people: Vec<(String, String)>,
    refused_messages: BTreeMap<&'static str, usize>,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) moved: usize,
    /// From an earlier time.
    pub(super) here: usize,
    refused: usize,
}

impl Report {
    pub(super) fn refuse_person(&mut self, name: &str, why: &str) {
        self.people.refused += 1;
        if self.refused_people.len() < NAMED {
            self.refused_people.push((name.to_owned(), why.to_owned()));
        }
    }

    pub(super) fn refuse_message(&mut self, why: &'static str) {
        self.messages.refused += 1;
        *self.refused_messages.entry(why).or_default() += 1;
    }

    pub(super) fn is_complete(&self) -> bool {
        self.people.refused + self.messages.refused == 0
    }

    pub(super) fn print(&self, as_json: bool) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        if as_json { writeln!(out, "{}", self.json()) } else { write!(out, "{}", self.text()) }
    }

    fn json(&self) -> serde_json::Value {
        let counts = |counts: &Counts| json!({"moved": counts.moved, "here": counts.here, "skipped": counts.refused});
        let skipped = |(name, why): &(String, String)| json!({"username": name, "reason": why});
        json!({
            "people": counts(&self.people),
            "messages": counts(&self.messages),
            "messages_with_lost_characters": self.lossy,
            "skipped_people": self.refused_people.iter().map(skipped).collect::<Vec<_>>(),
            "skipped_messages": self.refused_messages,
        })
    }

    fn text(&self) -> String {
        let line = |what: &str, counts: &Counts| {
            format!(
                "{what}: {} moved in, {} were here already, {} skipped.\n",
                counts.moved, counts.here, counts.refused
            )
        };
        let mut text = line("People", &self.people) + &line("Messages", &self.messages);
        for (name, why) in &self.refused_people {
            text += &format!("  skipped {}: {why}\n", Escaped(name));
        }
        if self.people.refused > self.refused_people.len() {
            text += &format!("  and {} more people\n", self.people.refused - self.refused_people.len());
        }
        for (why, count) in &self.refused_messages {
            text += &format!("  skipped {count} messages: {why}\n");
        }
        if self.lossy > 0 {
            text +=
                &format!("{} messages hold \"????\": characters that the old database could not keep.\n", self.lossy);
        }
        text
    }
}
