//! What is kept of a run: its table, with the date and the machine, and pictures of where the time went.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::table::Table;

/// A folder of this run's own.
pub(crate) struct Results {
    folder: PathBuf,
    began: DateTime<Utc>,
}

impl Results {
    /// Makes it among those of other runs.
    pub(crate) fn among(others: &Path) -> anyhow::Result<Self> {
        let began = DateTime::<Utc>::from(SystemTime::now());
        let folder = others.join(began.format("%Y-%m-%dT%H-%M-%SZ").to_string());
        fs::create_dir_all(&folder).with_context(|| format!("a folder for the results: {}", folder.display()))?;
        Ok(Self { folder, began })
    }

    /// Where a file of this name is kept.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Keeps the table and shows it.
    pub(crate) fn keep(&self, table: &Table) -> anyhow::Result<()> {
        let asked: Vec<String> = std::env::args().skip(1).map(without_password).collect();
        let text = format!(
            "# {}\n\n{}. Asked for with `{}`.\n\n{table}",
            self.began.format("%Y-%m-%d %H:%M UTC"),
            machine(),
            asked.join(" ")
        );
        let file = self.file("table.md");
        fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        println!("\n{text}");
        eprintln!("kept in {}", file.display());
        Ok(())
    }
}

/// What was measured on, in one line.
fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = line_of("/proc/meminfo", "MemTotal")
        .and_then(|total| total.split_whitespace().next()?.parse::<f64>().ok())
        .map(|kib| format!(", {:.0} GiB of memory", kib / f64::from(1 << 20)))
        .unwrap_or_default();
    let system = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{processors} processors ({model}){memory}, Linux {}", system.trim())
}

/// What a file of the kernel's says behind a name and a colon.
fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// An argument as it may be shown: what is before the @ of a URL is nobody else's business.
fn without_password(argument: String) -> String {
    match (argument.find("://"), argument.find('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://…{}", &argument[..scheme], &argument[at..]),
        _ => argument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_in_a_url_is_not_kept() {
        let shown = without_password("mysql://test:secret@127.0.0.1:3306/bench".to_owned());
        assert_eq!(shown, "mysql://…@127.0.0.1:3306/bench");
        assert_eq!(without_password("--runs".to_owned()), "--runs");
    }

    #[test]
    fn a_run_keeps_its_table_with_the_date_and_the_machine() -> anyhow::Result<()> {
        let folder = tempfile::TempDir::new()?;
        let results = Results::among(folder.path())?;
        results.keep(&Table::default())?;
        let text = fs::read_to_string(results.file("table.md"))?;
        assert!(text.starts_with("# 20"), "{text}");
        assert!(text.contains("processors (") && text.contains("Linux "), "{text}");
        Ok(())
    }
}
