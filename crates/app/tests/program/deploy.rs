//! The units in `deploy/systemd`: systemd understands them, and they let the server do little. The proxies there are tested by
//! what is looked at and restarted behind them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// How much systemd may think that the server is exposed, in tenths: 100 is everything.
const MOST_EXPOSED: &str = "15";

fn units() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/systemd")
}

/// The units as they would be installed, with this binary in the place of the installed one.
fn installed() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(units()).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        let text = text.replace("/usr/local/bin/chatapp", env!("CARGO_BIN_EXE_chatapp"));
        std::fs::write(folder.path().join(file.file_name()), text).unwrap();
    }
    folder
}

/// Nothing where systemd is not installed.
fn systemd_analyze(arguments: &[&str]) -> Option<Output> {
    let output = Command::new("systemd-analyze").args(arguments).output();
    if output.is_err() {
        eprintln!("SKIPPED: systemd-analyze is not installed, so the units are not checked");
    }
    output.ok()
}

#[test]
fn systemd_understands_the_units() {
    let folder = installed();
    for name in ["chatapp.service", "chatapp-backup.service", "chatapp-backup.timer"] {
        let unit = folder.path().join(name);
        let Some(output) = systemd_analyze(&["verify", "--man=no", unit.to_str().unwrap()]) else { return };
        let said = String::from_utf8_lossy(&output.stderr);
        let about_it: Vec<&str> = said.lines().filter(|line| line.contains("chatapp")).collect();
        assert!(output.status.success() && about_it.is_empty(), "{name}: {said}");
    }
}

#[test]
fn the_server_may_do_little() {
    for name in ["chatapp.service", "chatapp-backup.service"] {
        let unit = units().join(name);
        let threshold = format!("--threshold={MOST_EXPOSED}");
        let arguments = ["security", "--offline=true", "--no-pager", &threshold, unit.to_str().unwrap()];
        let Some(output) = systemd_analyze(&arguments) else { return };
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
