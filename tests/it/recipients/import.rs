//! Files of recipients: what is recognised, what is taken in, what is not, and the way back out.

use std::fmt::Write as _;

use reqwest::{Method, StatusCode};

use crate::support::{Browser, Page, TestApp, until};

/// A form with a file, as a browser without JavaScript sends it.
async fn upload(browser: &Browser, name: &str, content: &[u8], pasted: &str) -> Page {
    let token = browser.get("/recipients/import").await.token();
    send(browser, &token, name, content, pasted).await
}

async fn send(browser: &Browser, token: &str, name: &str, content: &[u8], pasted: &str) -> Page {
    let part = |head: &str, content: &[u8]| {
        [format!("--b0undary\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(), content, b"\r\n"].concat()
    };
    let body = [
        part("name=\"csrf_token\"", token.as_bytes()),
        part(&format!("name=\"file\"; filename=\"{name}\""), content),
        part("name=\"text\"", pasted.as_bytes()),
        b"--b0undary--\r\n".to_vec(),
    ]
    .concat();
    let request = browser.request(Method::POST, "/recipients/imports").header("content-type", "multipart/form-data; boundary=b0undary");
    browser.send(request.body(body)).await
}

/// Uploads a file of addresses and names and starts it; its address.
async fn started(browser: &Browser, content: &str) -> String {
    let preview = upload(browser, "some.csv", content.as_bytes(), "").await;
    browser.post(&preview.path, preview.form(&preview.path), &[("columns", "email"), ("columns", "full_name")]).await;
    preview.path
}

/// Starts an import from its preview, with some choices changed; the page once it is done.
async fn taken_in(browser: &Browser, preview: &Page, changes: &[(&str, &str)]) -> Page {
    let fields = preview.form(&preview.path);
    let page = browser.post(&preview.path, fields, changes).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, preview.path.as_str()), "{}", page.text);
    until("the import", || async {
        let page = browser.get(&preview.path).await;
        (page.text_of("h1").as_deref() == Some("Import is done")).then_some(page)
    })
    .await
}

fn figures(page: &Page) -> Vec<String> {
    page.texts(".import-figures dd")
}

type Row = (String, String, String);

async fn rows(app: &TestApp) -> Vec<Row> {
    sqlx::query_as("select email::text, full_name, comment from recipients order by email").fetch_all(&app.db).await.unwrap()
}

fn row(email: &str, full_name: &str, comment: &str) -> Row {
    (email.into(), full_name.into(), comment.into())
}

#[tokio::test]
async fn a_file_is_looked_at_then_taken_in_and_its_bad_lines_are_told() {
    let app = TestApp::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    let before = rows(&app).await;
    let (content, _, _) = encoding_rs::WINDOWS_1251.encode(
        "Имя;Телефон;Почта;Комментарий\r\nАнна Иванова;1;anna@example.org;из Риги\r\n;2;bob@example.org;\r\nНикто;3;;\r\nКарл;4;carl at example;\r\nРита Новая;5;RITA@example.org;новый\r\nАнна;6;Anna@Example.org;\r\n",
    );
    let preview = upload(&browser, "клиенты.csv", &content, "").await;
    assert_eq!((preview.status, preview.text_of("h1").as_deref()), (StatusCode::OK, Some("What was recognised")), "{}", preview.text);
    assert!(preview.path.starts_with("/recipients/imports/"));
    let chosen = preview.texts("select[name=columns] option[selected]");
    assert_eq!(chosen, ["Name", "leave out", "E-mail", "Comment"]);
    assert!(preview.contains("Анна Иванова") && preview.attr("#has_header", "checked").is_some());
    assert_eq!(rows(&app).await, before, "nothing is changed yet");

    let columns = ["full_name", "ignored", "email", "comment"].map(|column| ("columns", column));
    let done = taken_in(&browser, &preview, &columns).await;
    assert_eq!(figures(&done), ["2", "0", "1", "3"]);
    let expected = [row("anna@example.org", "Анна Иванова", "из Риги"), row("bob@example.org", "bob", ""), before[0].clone()];
    assert_eq!(rows(&app).await, expected);
    let bad: Vec<String> = done.texts("tbody tr");
    assert_eq!(bad.len(), 3);
    assert!(bad[0].starts_with("4No e-mail address") && bad[1].starts_with("5Not an e-mail addresscarl at example"), "{bad:?}");
    assert!(bad[2].contains("Anna@Example.org (2)"), "{bad:?}");

    let file = browser.get(&format!("{}/problems", preview.path)).await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.text.trim_start_matches('\u{feff}').starts_with("Line,What is wrong,Text\r\n4,No e-mail address,"), "{}", file.text);
    assert_eq!(file.text.lines().count(), 4);
    assert_eq!(app.count("select count(*) from recipient_imports where content is not null").await, 0);
}

#[tokio::test]
async fn those_that_exist_are_updated_where_that_is_chosen_and_stay_unsubscribed() {
    let app = TestApp::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["anna@example.org", "bob@example.org", "carl@example.org"]).await;
    sqlx::query("update recipients set full_name = 'Old', comment = 'kept', unsubscribed_at = now()").execute(&app.db).await.unwrap();
    let pasted = "anna@example.org\tAnna New\tnew\nBOB@example.org\ncarl@example.org\tOld\tkept\n";
    let preview = upload(&browser, "", b"", pasted).await;
    let columns = ["email", "full_name", "comment"].map(|column| ("columns", column));
    let done = taken_in(&browser, &preview, &[&columns[..], &[("existing", "update")]].concat()).await;
    assert_eq!(figures(&done), ["0", "1", "2", "0"]);
    let expected =
        [row("anna@example.org", "Anna New", "new"), row("bob@example.org", "Old", "kept"), row("carl@example.org", "Old", "kept")];
    assert_eq!(rows(&app).await, expected);
    assert_eq!(app.count("select count(*) from recipients where unsubscribed_at is null").await, 0);
    assert_eq!(app.count("select sum(version)::bigint from recipients").await, 4, "only what changed is another version");
    // Its bytes are gone, and starting it once more does nothing.
    let page = browser.htmx_request(Method::PUT, &preview.path, &[("columns", "email"), ("existing", "update")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(app.count("select sum(version)::bigint from recipients").await, 4);
}

#[tokio::test]
async fn an_import_without_a_column_of_addresses_or_with_two_is_asked_about() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let preview = upload(&browser, "a.csv", b"Anna,Riga\nBob,Oslo\n", "").await;
    assert_eq!(preview.status, StatusCode::OK);
    for (columns, words) in [
        (["full_name", "comment"], "Say which column"),
        (["email", "email"], "Only one column can hold"),
        (["ignored", "nonsense"], "Say which column"),
    ] {
        let changes = columns.map(|column| ("columns", column));
        let page = browser.post(&preview.path, preview.form(&preview.path), &changes).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text_of(".alert").unwrap().contains(words), "{}", page.text);
        assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);
    }
}

#[tokio::test]
async fn nothing_to_take_in_and_too_much_are_told_and_a_form_without_its_token_is_refused() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let page = upload(&browser, "a.csv", b"", " \n \n").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("text").is_some(), "{}", page.text);
    let most = vec![b'a'; 16 * 1024 * 1024];
    assert_eq!(upload(&browser, "a.csv", &most, "").await.status, StatusCode::OK);
    assert_eq!(upload(&browser, "a.csv", &[&most[..], b"a"].concat(), "").await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Of those that nobody started the last one is kept.
    assert_eq!(app.count("select count(*) from recipient_imports").await, 1);
    for token in ["", "nonsense"] {
        assert_eq!(send(&browser, token, "a.csv", b"a@example.org", "").await.status, StatusCode::FORBIDDEN);
    }
    // The larger limit is this address's alone.
    let token = browser.token().await;
    let request = browser.request(Method::POST, "/recipients").header("X-CSRF-Token", token).body(vec![b'a'; 5 * 1024 * 1024]);
    assert_eq!(browser.send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let visitor = app.browser();
    let token = visitor.token().await;
    let page = send(&visitor, &token, "a.csv", &most[..100_000], "").await;
    assert!(page.path.starts_with("/login"), "{}", page.path);
}

#[tokio::test]
async fn an_import_that_broke_off_goes_on_behind_what_was_done() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let mut content = String::new();
    for number in 0..12_000 {
        let _ = writeln!(content, "reader{number}@example.org,Reader {number}");
    }
    content.push_str("reader7@example.org,Again\n");
    let preview = upload(&browser, "many.csv", content.as_bytes(), "").await;
    browser.post(&preview.path, preview.form(&preview.path), &[("columns", "email"), ("columns", "full_name")]).await;
    let id = app.count("select id from recipient_imports").await;
    // As after a crash behind the first batch.
    sqlx::query("update recipient_imports set records_done = 5000, created = 5000").execute(&app.db).await.unwrap();
    for _ in 0..2 {
        periodical::recipients::import::run::run(&app.app, id).await.unwrap();
    }
    assert_eq!(app.count("select count(*) from recipients").await, 7000);
    let page = browser.get(&preview.path).await;
    assert_eq!(figures(&page), ["12,000", "0", "0", "1"], "{}", page.text);
    assert!(page.contains("reader7@example.org (8)"), "an address of what was done before counts as well: {}", page.text);
}

#[tokio::test]
async fn addresses_that_are_one_to_postgres_alone_do_not_hold_an_import_up() {
    let app = TestApp::start().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    // A sigma at a word's end is another letter to Rust.
    let preview = upload(&browser, "", b"", "ΑΣ@example.gr,First\nασ@example.gr,Second\n").await;
    let columns = ["email", "full_name"].map(|column| ("columns", column));
    let done = taken_in(&browser, &preview, &columns).await;
    assert_eq!(figures(&done), ["1", "0", "1", "0"]);
    assert_eq!(rows(&app).await, [row("ασ@example.gr", "Second", "")]);
}

#[tokio::test]
async fn an_import_that_fails_again_and_again_says_so_and_ends() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let refusal = "create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
                   create trigger refuse before insert on recipients for each statement execute function refuse();";
    sqlx::raw_sql(refusal).execute(&app.db).await.unwrap();
    let path = started(&browser, "anna@example.org,Anna\nbob@example.org,Bob\n").await;
    let id = app.count("select id from recipient_imports").await;
    assert!(periodical::recipients::import::run::run(&app.app, id).await.is_err());
    let page = browser.get(&path).await;
    assert_eq!(page.text_of("h1").as_deref(), Some("Import is running"));
    assert!(page.text_of("#import .alert").is_some_and(|said| said.contains("tried again")), "{}", page.text);
    while periodical::recipients::import::run::run(&app.app, id).await.is_err() {
        assert!(app.count("select failures::bigint from recipient_imports").await < 20);
    }
    let page = browser.get(&path).await;
    assert_eq!(page.text_of("h1").as_deref(), Some("Import could not be finished"));
    assert!(page.attr("#import", "hx-get").is_none(), "it is not asked again");
    assert!(page.text_of("#import .alert").is_some_and(|said| said.contains("0 of 2 lines")), "{}", page.text);
    assert_eq!(app.count("select count(*) from recipient_imports where content is not null").await, 0);
}

#[tokio::test]
async fn an_import_that_two_workers_have_in_hand_is_counted_once() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let mut content = String::new();
    for number in 0..12_000 {
        let _ = writeln!(content, "reader{number}@example.org,Reader {number}");
    }
    content.push_str("nonsense,Bad\n");
    let path = started(&browser, &content).await;
    let id = app.count("select id from recipient_imports").await;
    let run = || periodical::recipients::import::run::run(&app.app, id);
    let (first, second) = tokio::join!(run(), run());
    first.and(second).unwrap();
    assert_eq!(figures(&browser.get(&path).await), ["12,000", "0", "0", "1"]);
}

#[tokio::test]
async fn of_very_many_bad_lines_the_first_are_kept_and_the_others_counted() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let path = started(&browser, &"nobody,Nobody\n".repeat(10_500)).await;
    periodical::recipients::import::run::run(&app.app, app.count("select id from recipient_imports").await).await.unwrap();
    let page = browser.get(&path).await;
    assert_eq!(figures(&page), ["0", "0", "0", "10,500"]);
    assert!(page.text_of(".card-footer").unwrap().contains("the file has the first 10,000"), "{}", page.text);
    assert_eq!(app.count("select max(line) from recipient_import_problems").await, 10_000);
    assert_eq!(app.count("select count(*) from recipient_import_problems").await, 10_000);
}

#[tokio::test]
async fn a_user_has_one_import_under_way_at_a_time() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let (_, eves) = app.signed_in("eve@example.org").await;
    started(&browser, "anna@example.org,Anna\n").await;
    let first = app.count("select id from recipient_imports").await;
    let preview = upload(&browser, "more.csv", b"bob@example.org,Bob\n", "").await;
    let columns = ["email", "full_name"].map(|column| ("columns", column));
    let page = browser.post(&preview.path, preview.form(&preview.path), &columns).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert!(page.text_of(".alert").unwrap().contains("still under way"), "{}", page.text);
    assert_eq!(page.texts("select[name=columns] option[selected]"), ["E-mail", "Name"]);
    started(&eves, "carl@example.org,Carl\n").await;
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 2);
    periodical::recipients::import::run::run(&app.app, first).await.unwrap();
    let page = browser.post(&preview.path, page.form(&preview.path), &columns).await;
    assert_eq!((page.status, page.text_of("h1").as_deref()), (StatusCode::OK, Some("Import is running")), "{}", page.text);
}

#[tokio::test]
async fn lines_that_are_pasted_beside_a_file_are_asked_about_and_kept() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let page = upload(&browser, "a.csv", b"anna@example.org,Anna\n", "bob@example.org,Bob").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("text").unwrap().contains("one of the two"), "{}", page.text);
    assert_eq!(page.text_of("textarea[name=text]").as_deref(), Some("bob@example.org,Bob"));
    assert_eq!(app.count("select count(*) from recipient_imports").await, 0);
    assert_eq!(upload(&browser, "a.csv", b"anna@example.org,Anna\n", " \r\n").await.status, StatusCode::OK, "blanks are nothing");
}

#[tokio::test]
async fn everything_goes_out_as_a_file_that_comes_in_again() {
    let app = TestApp::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (eve, eves) = app.signed_in("eve@example.org").await;
    app.recipients(eve, &["hers@example.org"]).await;
    app.many_recipients(user, 2500).await;
    app.recipients(user, &["+plus@example.org"]).await;
    sqlx::query("update recipients set full_name = '=cmd|x', comment = 'a \"b\", c' || chr(10) || 'd' where email = '+plus@example.org'")
        .execute(&app.db)
        .await
        .unwrap();
    let own = "select string_agg(concat_ws('|', email, full_name, comment), ',' order by email) from recipients where user_id = $1";
    let before: String = sqlx::query_scalar(own).bind(user).fetch_one(&app.db).await.unwrap();
    let file = browser.get("/recipients/export").await;
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"recipients.csv\""));
    assert!(file.text.starts_with("\u{feff}E-mail,Name,Comment,State\r\n'+plus@example.org,'=cmd|x,\"a \"\"b\"\", c\nd\",deliverable\r\n"));
    assert_eq!(file.text.matches('@').count(), 2501);
    assert!(!file.contains("hers@"));

    sqlx::query("delete from recipients where user_id = $1").bind(user).execute(&app.db).await.unwrap();
    let preview = upload(&browser, "recipients.csv", file.text.as_bytes(), "").await;
    assert_eq!(eves.get(&preview.path).await.status, StatusCode::NOT_FOUND);
    let columns = ["email", "full_name", "comment", "ignored"].map(|column| ("columns", column));
    let done = taken_in(&browser, &preview, &columns).await;
    assert_eq!(figures(&done), ["2,501", "0", "0", "0"]);
    let after: String = sqlx::query_scalar(own).bind(user).fetch_one(&app.db).await.unwrap();
    assert_eq!(after, before);
}
