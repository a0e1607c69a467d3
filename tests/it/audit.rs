//! The audit trail as administrators read it.

use reqwest::StatusCode;

use crate::support::{Browser, TestApp};

#[tokio::test]
async fn an_entry_says_who_did_what_to_whom_when_and_why() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let una = app.user("una@example.org").await;
    let path = format!("/users/{una}");
    ada.submit(&path, &format!("{path}/block"), &[("reason", "Sends <i>spam</i>")]).await;
    let page = ada.get("/admin/audit").await;
    assert_eq!(page.status, StatusCode::OK);
    let id = page.rows("entry")[0];
    let row = page.text_of(&format!("#entry-{id}")).unwrap();
    assert!(row.ends_with("ada@example.orgBlocked a useruna@example.orgSends <i>spam</i>"), "{row}");
    assert!(page.texts("#audit th")[0].contains("(UTC)"), "{}", page.text);
    // It outlives the account.
    sqlx::query("delete from users where id = $1").bind(una).execute(&app.db).await.unwrap();
    assert_eq!(ada.get("/admin/audit").await.text_of(&format!("#entry-{id}")).unwrap(), row);
}

#[tokio::test]
async fn the_trail_is_narrowed_by_who_what_and_to_whom_and_read_page_by_page() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let query = "insert into audit_entries (actor_id, actor, action, subject_kind, subject_id, subject)
                 select case when n % 2 = 0 then 7 end, case when n % 2 = 0 then 'max@example.org' else 'shell' end,
                        case when n % 3 = 0 then 'block_user' else 'disable_mailing' end, case when n % 3 = 0 then 'user' else 'mailing' end,
                        n % 10, 'Subject ' || n from generate_series(1, 120) n";
    sqlx::query(query).execute(&app.db).await.unwrap();
    let all = async |path: &str| {
        let (mut path, mut seen) = (path.to_owned(), Vec::new());
        loop {
            let page = ada.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            seen.extend(page.rows("entry"));
            match page.attr("a[rel=next]", "href") {
                Some(next) => path = next,
                None => return seen,
            }
        }
    };
    for (query, expected) in [
        ("", 120),
        ("actor=SHELL", 60),
        ("actor=max%40", 60),
        ("action=block_user", 40),
        ("action=nonsense", 120),
        ("subject=subject+12", 2),
        ("actor=shell&action=disable_mailing&subject=subject", 40),
        ("user_id=3", 4),
        ("mailing_id=3", 8),
        ("actor=%00", 120),
        ("actor=%25", 0),
    ] {
        let seen = all(&format!("/admin/audit?{query}")).await;
        assert_eq!(seen.len(), expected, "{query}");
        assert!(seen.is_sorted_by(|a, b| a > b), "{query}: each once, newest first");
    }
}

/// Has the whole site speak Russian to this browser.
async fn in_russian(browser: &Browser) {
    let fields = browser.get("/account").await.form("/language");
    browser.post("/language", fields, &[("language", "ru")]).await;
}

#[tokio::test]
async fn an_entry_is_worded_for_whoever_reads_it() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let una = app.user("una@example.org").await;
    let fields = ada.get(&format!("/admin/users/{una}")).await.form(&format!("/admin/users/{una}"));
    ada.post(&format!("/admin/users/{una}"), fields, &[("email", "uma@example.org"), ("roles", "editor")]).await;
    // By an earlier version in its own words, by a later one in terms that this one does not know.
    let query = r#"insert into audit_entries (actor, action, subject_kind, subject_id, subject, details, changes) values
                     ('shell', 'set_password', 'user', 1, 'old@example.org', 'All sessions were ended', '[]'),
                     ('shell', 'fly', 'user', 1, 'new@example.org', '', '[{"what": "wings"}, {"what": "sessions_ended"}]')"#;
    sqlx::query(query).execute(&app.db).await.unwrap();
    let rows = |page: &crate::support::Page| page.texts("#audit tbody tr");
    let english = rows(&ada.get("/admin/audit").await);
    assert!(english[3].ends_with("E-mail from una@example.org to uma@example.org"), "{english:?}");
    assert!(english[2].ends_with("Given: Editor"), "{english:?}");
    assert!(english[1].contains("shell") && english[1].ends_with("All sessions were ended"), "{english:?}");
    assert!(english[0].contains("fly") && english[0].ends_with("All sessions were ended"), "{english:?}");
    in_russian(&ada).await;
    let russian = rows(&ada.get("/admin/audit").await);
    assert!(russian[3].ends_with("Адрес: было una@example.org, стало uma@example.org"), "{russian:?}");
    assert!(russian[2].contains("Изменение ролей") && russian[2].contains("Выданы роли: "), "{russian:?}");
    assert!(russian[0].contains("командная строка") && russian[0].ends_with("Все сеансы завершены"), "{russian:?}");
}
