//! The document as other people's programs read it: a strict linter, and a generator of clients, whose client is compiled and does a user's work.
//!
//! The tools are npm packages, installed by `npm ci --ignore-scripts` in `tests/api` (`just api-tools`). Where they are not, these tests say so on
//! standard error and pass; with `PERIODICAL_API_TOOLS_REQUIRED` in the environment, as in CI, that is a failure.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use periodical::api::document;

use crate::support::TestApp;

const REQUIRED: &str = "PERIODICAL_API_TOOLS_REQUIRED";

/// A folder of its own with the document in it.
struct Desk(PathBuf);

impl Desk {
    /// None: the tools are not installed.
    fn new(name: &str) -> Option<Self> {
        if !bin("redocly").exists() {
            assert!(std::env::var_os(REQUIRED).is_none(), "the tools of tests/api are not installed: `just api-tools`");
            eprintln!("skipped: the tools of tests/api are not installed (`just api-tools`)");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("api-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("openapi.json"), serde_json::to_string_pretty(document::document()).unwrap()).unwrap();
        Some(Self(folder))
    }

    /// Runs a tool in the folder, and fails with what it has said.
    async fn run(&self, tool: PathBuf, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let mut command = Command::new(&tool);
        command.args(arguments).current_dir(&self.0).envs(environment.iter().copied());
        // Nothing leaves the machine.
        command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true").env("CI", "true");
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{} {}:\n{said}", tool.display(), arguments.join(" "));
        said
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // What is left of it lies in target/ and is overwritten by nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api")
}

fn bin(tool: &str) -> PathBuf {
    tools().join("node_modules/.bin").join(tool)
}

#[tokio::test]
async fn a_strict_linter_finds_nothing_in_the_document() {
    let Some(desk) = Desk::new("lint") else { return };
    // What is ignored is named by paths beside the rules.
    for file in ["redocly.yaml", ".redocly.lint-ignore.yaml"] {
        std::fs::copy(tools().join(file), desk.0.join(file)).unwrap();
    }
    let arguments = ["lint", "openapi.json", "--config", "redocly.yaml", "--format", "stylish", "--max-problems", "1000"];
    desk.run(bin("redocly"), &arguments, &[]).await;
}

#[tokio::test]
async fn a_client_that_is_made_from_the_document_compiles_and_works() {
    let Some(desk) = Desk::new("client") else { return };
    let generate =
        ["-i", "openapi.json", "-o", "client", "-p", "@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch", "--no-log-file"];
    desk.run(bin("openapi-ts"), &generate, &[]).await;
    for file in ["tsconfig.json", "use.ts"] {
        std::fs::copy(tools().join(file), desk.0.join(file)).unwrap();
    }
    let types = tools().join("node_modules/@types");
    desk.run(bin("tsc"), &["--project", "tsconfig.json", "--typeRoots", types.to_str().unwrap()], &[]).await;

    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let base = format!("{}/api/v1", app.base);
    let said = desk.run("node".into(), &["js/use.js"], &[("BASE", &base), ("TOKEN", program.token())]).await;
    assert!(said.ends_with("done\n"), "{said}");
    assert_eq!(app.count("select count(*) from recipients where full_name = 'Anna Kern'").await, 1);
}
