//! `createuser --from-csv`: thousands of people, hashed on all cores, saved chunk by chunk in bounded memory.

mod rows;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context;
use chatapp_domain::password::PasswordHash;
use chatapp_domain::ports::passwords::HashError;
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::user::NewUser;
use serde_json::{Value, json};

use self::rows::{Candidate, Rows};
use crate::commands::progress::Progress;
use crate::commands::{block_on, outcome};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;
use crate::passwords;
use crate::workers;

/// How many people one transaction saves: what an interruption can lose, and what has to fit into memory.
const CHUNK: usize = 128;
/// How many refused lines are named in JSON.
const NAMED: usize = 1000;

pub(crate) fn run(settings: &Settings, file: &Path, as_json: bool) -> Result<(), Failure> {
    let (input, progress) = open(file)?;
    let database = compose::open_database(settings)?;
    let users = database.users();
    let mut import =
        Import { cost: settings.accounts.hashing.cost, progress, created: 0, refused: 0, named: Vec::new() };
    let outcome = block_on(import.all(&*users, Rows::of(input)));
    database.close();
    import.progress.finish();
    let json = json!({"created": import.created, "refused": import.refused, "refused_lines": import.named});
    let text = format!("{} users created, {} lines refused.", import.created, import.refused);
    outcome::tell(as_json, &json, &text);
    outcome??;
    if import.refused > 0 { Err(Failure::Reported) } else { Ok(()) }
}

fn open(path: &Path) -> anyhow::Result<(Box<dyn Read>, Progress)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), Progress::unbounded()));
    }
    let open = || File::open(path).with_context(|| format!("cannot read {}", path.display()));
    // Counting first costs a moment and makes the estimate of the remaining time true.
    let lines = Rows::of(Box::new(open()?)).count();
    Ok((Box::new(open()?), Progress::of(lines)))
}

struct Import {
    cost: u32,
    progress: Progress,
    created: usize,
    refused: usize,
    /// The first of those that were refused.
    named: Vec<Value>,
}

impl Import {
    async fn all(&mut self, users: &dyn UserStore, rows: Rows) -> anyhow::Result<()> {
        let mut chunk = Vec::with_capacity(CHUNK);
        for row in rows {
            match row {
                Ok(candidate) => chunk.push(candidate),
                Err(refusal) => {
                    self.refuse(refusal.line, &refusal.why);
                    self.progress.step(1);
                }
            }
            if chunk.len() == CHUNK {
                self.save(users, std::mem::take(&mut chunk)).await?;
            }
        }
        self.save(users, chunk).await
    }

    async fn save(&mut self, users: &dyn UserStore, chunk: Vec<Candidate>) -> anyhow::Result<()> {
        if chunk.is_empty() {
            return Ok(());
        }
        let hashes = self.hash(&chunk)?;
        let joined_at = SystemClock.now();
        let names: Vec<_> = chunk.iter().map(|candidate| (candidate.line, candidate.username.clone())).collect();
        let new = chunk.into_iter().zip(hashes).map(|(candidate, password)| NewUser {
            username: candidate.username,
            email: candidate.email,
            password,
            is_superuser: false,
            joined_at,
        });
        let outcomes = users.create_many(new.collect()).await?;
        for ((line, name), outcome) in names.into_iter().zip(outcomes) {
            match outcome {
                Ok(_) => self.created += 1,
                Err(error) => self.refuse(line, &format!("{name}: {error}")),
            }
        }
        Ok(())
    }

    /// Hashes on all cores: here nobody waits for anything else.
    fn hash(&self, chunk: &[Candidate]) -> Result<Vec<PasswordHash>, HashError> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some((index, candidate)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, chunk.get(index)?)))
            {
                done.push((index, passwords::hash(&candidate.password, self.cost)));
                self.progress.step(1);
            }
            done
        };
        let mut hashes: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..workers::cores()).map(|_| scope.spawn(work)).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
        });
        hashes.sort_by_key(|(index, _)| *index);
        hashes.into_iter().map(|(_, hash)| hash).collect()
    }

    fn refuse(&mut self, line: u64, why: &str) {
        self.refused += 1;
        if self.named.len() < NAMED {
            self.named.push(json!({"line": line, "reason": why}));
        }
        self.progress.say(&format!("line {line}: {why}"));
    }
}
