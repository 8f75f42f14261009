# Every command that a person or CI runs here. `just` alone lists them; each is a script or one line of cargo, so that
# nothing needs just itself.

cargo_run := "cargo run --quiet --locked --package chatapp-app --"

# List the recipes
[private]
default:
    @just --list --unsorted

# Build everything and serve it on http://127.0.0.1:8000, with SQLite in ./chatapp-data
run *arguments:
    scripts/run {{ arguments }}

# Build the release binary with the page inside: target/release/chatapp
build:
    scripts/build

# Serve a debug build, and the page from Vite, which reloads on each change
dev *arguments:
    scripts/dev {{ arguments }}

# Run every check and test, or some parts: web, rust, browser
test *parts:
    scripts/test {{ parts }}

# Bring the database's tables up to date
migrate *arguments:
    {{ cargo_run }} migrate {{ arguments }}

# Make the first user
createsuperuser *arguments:
    {{ cargo_run }} createsuperuser {{ arguments }}

# Check formatting, lints, types and documentation
lint:
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps --document-private-items
    cd web && npm run lint

# Write down for the page what the API is, after it changed
types:
    scripts/types

# Format everything
fmt:
    cargo fmt --all
    cd web && npm run format

# Measure sends, latency, start-up and memory, beside a bare handler in the same run
bench *arguments:
    scripts/bench {{ arguments }}

# Record what the server runs most, by which releases are compiled
profile:
    scripts/profile

# Break what the server stands on while people chat, and write what came of it to docs/chaos.md
chaos *arguments:
    scripts/chaos {{ arguments }}

# Fill an empty database with a few people and conversations in many scripts
demo *arguments:
    {{ cargo_run }} demo {{ arguments }}

# Run what continuous integration runs
ci:
    .ci/run
