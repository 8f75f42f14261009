//! The architecture as a test: which of our crates may know which, what the domain must not depend on, and that every
//! file says what it is about.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

const DOMAIN: &str = "chatapp-domain";
const TESTKIT: &str = "chatapp-testkit";

/// The arrows there are. A new one is a decision, to be made here and explained in the commit.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "chatapp-app",
        &[DOMAIN, "chatapp-doctor", "chatapp-http", "chatapp-mail", "chatapp-notification-hub", "chatapp-persistence"],
    ),
    ("chatapp-http", &[DOMAIN]),
    ("chatapp-mail", &[DOMAIN]),
    ("chatapp-notification-hub", &[DOMAIN]),
    // The engine's way to files is C, and knows nothing of messages.
    ("chatapp-persistence", &[DOMAIN, "chatapp-sqlite-vfs"]),
    ("chatapp-sqlite-vfs", &[]),
    (TESTKIT, &[DOMAIN]),
    (DOMAIN, &[]),
    // Sees a server as its users do, from outside.
    ("chatapp-doctor", &[]),
    // Measure and break a running server from outside, as any client and any bad day would.
    ("chatapp-bench", &[]),
    ("chatapp-chaos", &[]),
];

/// Arrows that only tests draw, besides those to the testkit: HTTP's sockets are tested with a real hub, and the binary
/// and the bus with parts of the machine that breaks what they stand on.
const TEST_ARROWS: &[(&str, &str)] = &[
    ("chatapp-http", "chatapp-notification-hub"),
    ("chatapp-app", "chatapp-chaos"),
    ("chatapp-notification-hub", "chatapp-chaos"),
];

/// What the domain knows nothing of, however indirectly.
const NO_BUSINESS_OF_THE_DOMAIN: &[&str] = &["tokio", "actix-web", "actix-rt", "diesel", "serde", "serde_json"];

fn metadata() -> Metadata {
    let manifest = root().join("Cargo.toml");
    // Locked, so that a test never changes the lock file.
    MetadataCommand::new().manifest_path(manifest).other_options(vec!["--locked".to_owned()]).exec().unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn our_crates_know_only_whom_they_may_know() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    for package in metadata.workspace_packages() {
        let from = package.name.as_str();
        assert!(allowed.contains_key(from), "{from} is not in ARROWS");
        for dependency in package.dependencies.iter().filter(|dependency| ours.contains(dependency.name.as_str())) {
            let to = dependency.name.as_str();
            let is_for_tests = dependency.kind == DependencyKind::Development;
            let may =
                allowed[from].contains(&to) || is_for_tests && (to == TESTKIT || TEST_ARROWS.contains(&(from, to)));
            assert!(may, "{from} must not depend on {to}: see ARROWS");
            assert!(to != TESTKIT || is_for_tests, "{from} must not ship the testkit");
        }
    }
}

#[test]
fn the_domain_knows_no_runtime_no_web_no_database_and_no_json() {
    let metadata = metadata();
    let names: BTreeMap<&PackageId, &str> =
        metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
    let nodes: BTreeMap<&PackageId, _> =
        metadata.resolve.as_ref().unwrap().nodes.iter().map(|node| (&node.id, node)).collect();
    let start = names.iter().find(|(_, name)| **name == DOMAIN).unwrap().0;
    let (mut seen, mut next) = (BTreeSet::new(), vec![*start]);
    while let Some(id) = next.pop() {
        if seen.insert(id) {
            let is_normal =
                |kinds: &[cargo_metadata::DepKindInfo]| kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            next.extend(nodes[id].deps.iter().filter(|dep| is_normal(&dep.dep_kinds)).map(|dep| &dep.pkg));
        }
    }
    let reached: BTreeSet<&str> = seen.iter().map(|id| names[id]).collect();
    assert!(reached.contains("thiserror"), "the walk finds dependencies: {reached:?}");
    for foreign in NO_BUSINESS_OF_THE_DOMAIN {
        assert!(!reached.contains(foreign), "the domain depends on {foreign}");
    }
}

#[test]
fn every_file_opens_by_saying_what_it_is_about() {
    let mut checked = 0;
    for file in rust_files(&root().join("crates")) {
        let text = fs::read_to_string(&file).unwrap();
        let says = text.starts_with("//! ") || text.starts_with("#![doc = include_str!(");
        assert!(says, "{} does not open with //!", file.display());
        checked += 1;
    }
    assert!(checked > 50, "only {checked} files were found");
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    for file in rust_files(&root().join("crates")) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        assert!(!["utils", "util", "common", "helpers", "misc"].contains(&name), "{}", file.display());
    }
}

/// All sources and tests of our crates.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_test_that_proves_a_requirement_is_there() {
    let documents = ["docs/security-requirements.md", "docs/limits.md", "docs/many-nodes.md"]
        .map(|name| fs::read_to_string(root().join(name)));
    let mut sources = String::new();
    for path in rust_files(&root().join("crates")) {
        sources.push_str(&fs::read_to_string(path).unwrap());
    }
    let settings = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let mut named = 0;
    for word in documents.iter().flat_map(|document| document.as_ref().unwrap().split('`').skip(1).step_by(2)) {
        let is_a_setting = settings.contains(&format!("\n| `{word}` | "));
        let is_a_test = !is_a_setting
            && word.matches('_').count() >= 2
            && word.chars().all(|c| c.is_ascii_lowercase() || "_0123456789".contains(c));
        if is_a_test {
            named += 1;
            assert!(sources.contains(&format!("fn {word}(")), "there is no test {word}");
        }
    }
    assert!(named > 150, "the search works: {named}");
}
