# Lists the recipes
_default:
    @just --list

# Everything in one process: Postgres, worker, mail catcher and web (http://127.0.0.1:8080)
dev:
    cargo run

# Load the demo account; twice gives the same
seed:
    cargo run -- seed

# Another worker, beside `just dev`
worker:
    cargo run -- worker

# Every test, on a Postgres that it starts by itself
test *arguments:
    cargo test {{ arguments }}

# The README's pictures, from the demo, into docs/screenshots; `--all FOLDER`: every page in both themes and sizes, the main ones in Russian too
[positional-arguments]
screenshots *arguments:
    bash .ci/screenshots "$@"

# Processes killed, stopped and starved at their work, for a quarter of an hour; `--short`: what CI runs; words choose cases
chaos *arguments:
    cargo test --test chaos -- --chaos {{ arguments }}

# What reads the API's document in the tests: a linter and a generator of clients, by npm
api-tools:
    cd tests/api && npm ci --ignore-scripts

# The API under schemathesis with everything on, for some five minutes; `--short`: what CI runs; other words go to schemathesis
[positional-arguments]
api-fuzz *arguments:
    cargo build
    python3 .ci/api_fuzz.py "${CARGO_TARGET_DIR:-target}/debug/periodical" "$@"

# How fast mail goes out, beside others on this machine; `just bench --help` has its figures and their sizes
bench *arguments:
    cargo bench --bench throughput -- {{ arguments }}

# Everything a change must pass, as CI runs it
ci:
    bash .ci/run

# An account with every right; asks for the password
csu email *arguments:
    cargo run -- create-admin --email {{ quote(email) }} {{ arguments }}

# A manager's account; asks for the password
cm email *arguments:
    cargo run -- create-manager --email {{ quote(email) }} {{ arguments }}

# Format the source
fmt:
    cargo fmt

# Format check and lints, without tests
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Licences, second versions, sources and known faults of the crates
deny:
    bash .ci/run deny

# Renew .sqlx after a changed query or migration (needs `cargo install sqlx-cli --version 0.9.0`)
sqlx:
    bash .ci/renew_query_data
