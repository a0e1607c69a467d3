//! Every route × everybody: who is let in, who is sent to sign in, who is refused, and for whom there is nothing. What is
//! expected stands in `matrix/expected.rs`, written out; a route that is not in it fails the test.

pub mod expected;
pub mod stage;

use std::collections::BTreeSet;

use expected::{EXPECTED, Verdict};
use periodical::{
    routes,
    users::rights::{self, Role},
};
use stage::{Stage, WHO, Who};

use crate::support::TestApp;

#[tokio::test]
async fn every_route_is_in_the_matrix_and_nothing_else_is() {
    let app = TestApp::with_inbox().await;
    let routes: BTreeSet<String> = routes::table(&app.app.config).iter().map(|(method, path)| format!("{method} {path}")).collect();
    let expected: BTreeSet<String> = EXPECTED.iter().map(|row| row.route.to_owned()).collect();
    assert_eq!(EXPECTED.len(), expected.len(), "a route stands in the matrix twice");
    let missing: Vec<_> = routes.difference(&expected).collect();
    assert!(missing.is_empty(), "routes of which nobody has said who may use them: {missing:?}");
    let gone: Vec<_> = expected.difference(&routes).collect();
    assert!(gone.is_empty(), "there are no such routes: {gone:?}");
}

#[tokio::test]
async fn every_route_lets_in_whom_it_should_and_a_refusal_changes_nothing() {
    let app = TestApp::with_inbox().await;
    let stage = Stage::new(&app).await;
    let mut wrong = Vec::new();
    let mut cases = 0;
    for row in EXPECTED {
        for (who, verdict) in WHO.into_iter().zip(row.verdicts) {
            cases += 1;
            let case = stage.case(who).await;
            let before = case.everything_of_the_owner().await;
            let answer = case.ask(row.route, row.form).await;
            let found = Verdict::of(row.route, &answer);
            if found != Some(verdict) {
                wrong.push(format!("{} as {who:?}: {} {:?}, expected {verdict:?}", row.route, answer.status, answer.location));
            }
            if verdict != Verdict::LetIn && case.everything_of_the_owner().await != before {
                wrong.push(format!("{} as {who:?}: it was refused and changed something", row.route));
            }
        }
    }
    assert!(wrong.is_empty(), "of {cases} cases:\n{}", wrong.join("\n"));
    assert_eq!(cases, EXPECTED.len() * 8);
}

/// The same verdicts for htmx, which is told otherwise where to sign in.
#[tokio::test]
async fn nobody_but_the_signed_in_gets_a_fragment() {
    let app = TestApp::with_inbox().await;
    let stage = Stage::new(&app).await;
    for row in EXPECTED.iter().filter(|row| row.verdicts[0] == Verdict::SignIn) {
        for who in [Who::Anonymous, Who::Unverified, Who::Blocked] {
            let case = stage.case(who).await;
            let answer = case.ask_as_htmx(row.route, row.form).await;
            assert_eq!(answer.status, 401, "{} as {who:?}", row.route);
            assert!(answer.body.is_empty(), "{} as {who:?}", row.route);
        }
    }
}

#[tokio::test]
async fn the_menu_leads_where_the_rights_do_and_nowhere_else() {
    let app = TestApp::without_worker().await;
    let stage = Stage::new(&app).await;
    for (who, role) in
        [(Who::Owner, None), (Who::Manager, Some(Role::Manager)), (Who::Editor, Some(Role::Editor)), (Who::Admin, Some(Role::Admin))]
    {
        let page = stage.case(who).await.page("/").await;
        for row in &rights::TABLE {
            let Some(link) = row.menu else { continue };
            let link = link();
            let shown = page.contains(&format!(r#"href="{}""#, link.href));
            assert_eq!(shown, role.is_some_and(|role| row.roles.contains(&role)), "{} for {who:?}", link.href);
            let entered = stage.case(who).await.ask(&format!("GET {}", link.href), "").await;
            assert_eq!(entered.status == 200, shown, "{} for {who:?}: {}", link.href, entered.status);
        }
    }
}

#[tokio::test]
async fn the_fixtures_of_the_roles_say_what_the_code_does() {
    let app = TestApp::without_worker().await;
    // Twice gives the same.
    periodical::seeds::load_roles(&app.db).await.unwrap();
    let stored: Vec<(String, String, String)> = sqlx::query_as(
        "select r.name, r.description, rr.role from rights r join role_rights rr on rr.right_name = r.name order by r.name, rr.role",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    let mut coded: Vec<(String, String, String)> = rights::TABLE
        .iter()
        .flat_map(|row| row.roles.iter().map(|role| (row.name.to_owned(), (row.what)(), role.name().to_owned())))
        .collect();
    coded.sort();
    assert_eq!(stored, coded);
    let roles: Vec<String> = sqlx::query_scalar("select name from roles order by name").fetch_all(&app.db).await.unwrap();
    let mut known = Role::ALL.map(Role::name);
    known.sort_unstable();
    assert_eq!(roles, known);
}

#[test]
fn the_documentation_shows_the_table_of_rights() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md")).unwrap();
    assert!(text.contains(&rights::markdown()), "ARCHITECTURE.md should hold this table:\n{}", rights::markdown());
}
