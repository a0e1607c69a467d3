//! Files that go with a message's mails.

use mail_parser::{MessageParser, MimeHeaders};
use periodical::{
    mailings::runs::{self, NotStarted, Repeat},
    messages::attachments,
};
use reqwest::{Method, StatusCode};
use uuid::Uuid;

use crate::support::{Browser, Page, TestApp};

/// A file's name and content.
type File<'a> = (&'a str, &'a [u8]);

/// A form with files, as a browser without JavaScript sends it.
async fn upload(browser: &Browser, message_id: i64, files: &[File<'_>]) -> Page {
    let token = browser.get(&format!("/messages/{message_id}")).await.token();
    send(browser, &token, message_id, files).await
}

async fn send(browser: &Browser, token: &str, message_id: i64, files: &[File<'_>]) -> Page {
    let part = |head: &str, content: &[u8]| {
        [format!("--b0undary\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(), content, b"\r\n"].concat()
    };
    let mut body = part("name=\"csrf_token\"", token.as_bytes());
    for (name, content) in files {
        let head = format!("name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/pdf");
        body.extend(part(&head, content));
    }
    body.extend(b"--b0undary--\r\n");
    let request = browser
        .request(Method::POST, &format!("/messages/{message_id}/attachments"))
        .header("content-type", "multipart/form-data; boundary=b0undary");
    browser.send(request.body(body)).await
}

async fn names(app: &TestApp, message_id: i64) -> Vec<String> {
    sqlx::query_scalar("select name from attachments where message_id = $1 order by id").bind(message_id).fetch_all(&app.db).await.unwrap()
}

/// The files of the mails to an address, mail by mail.
fn files_of_mails(app: &TestApp, email: &str) -> Vec<Vec<(String, Vec<u8>)>> {
    let mails = app.mails();
    let to_them = mails.iter().filter(|mail| mail.to.iter().any(|to| to == email));
    to_them
        .map(|mail| {
            let message = MessageParser::default().parse(&mail.data).unwrap();
            message.attachments().map(|part| (part.attachment_name().unwrap().to_owned(), part.contents().to_vec())).collect()
        })
        .collect()
}

async fn message_of(app: &TestApp, mailing: i64) -> i64 {
    app.count(&format!("select message_id from mailings where id = {mailing}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_out_with_every_mail_of_an_attempt_as_it_was_when_that_started() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let emails = ["one@example.org", "two@example.org", "policy@example.org"];
    app.recipients(user, &emails).await;
    let mailing = app.due_mailing(user).await;
    let message = message_of(&app, mailing).await;
    let content: Vec<u8> = (0..=250).cycle().take(100_000).collect();
    let page = upload(&browser, message, &[("цены.pdf", &content), ("notes.txt", b"as said")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, format!("/messages/{message}").as_str()), "{}", page.text);
    assert!(page.contains("The files were added.") && page.contains("цены.pdf"), "{}", page.text);

    let first = app.run_now(user, mailing).await;
    // Removed, and another added, before any of it is on its way.
    let id = app.count(&format!("select min(id) from attachments where message_id = {message}")).await;
    let path = format!("/messages/{message}/attachments/{id}");
    let fields = browser.get(&format!("/messages/{message}")).await.form(&path);
    let page = browser.post(&path, fields, &[]).await;
    assert!(page.contains("The file was removed."), "{}", page.text);
    upload(&browser, message, &[("later.txt", b"later")]).await;
    assert_eq!(names(&app, message).await, ["notes.txt", "later.txt"]);
    sqlx::query("update attachments set left_at = now() - interval '2 hours' where message_id is null").execute(&app.db).await.unwrap();
    attachments::delete_left(&app.db).await.unwrap();
    app.drain(first).await;
    let expected = vec![vec![("цены.pdf".to_owned(), content.clone()), ("notes.txt".to_owned(), b"as said".to_vec())]];
    assert_eq!(files_of_mails(&app, "one@example.org"), expected);
    assert_eq!(files_of_mails(&app, "two@example.org"), expected);

    // A repetition is of the same message, files and all.
    app.faults().set_by_address(false);
    let repetition = runs::repeat(&app.app, user, first, Repeat::Failed, Uuid::new_v4()).await.unwrap().unwrap();
    app.drain(repetition).await;
    assert_eq!(files_of_mails(&app, "policy@example.org").last(), expected.last());

    // The next run has what the message has now.
    let next = app.run_now(user, mailing).await;
    app.drain(next).await;
    let of_one = files_of_mails(&app, "one@example.org");
    let names: Vec<_> = of_one[1].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["notes.txt", "later.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_file_goes_when_no_attempt_may_need_it_and_then_that_attempt_is_not_repeated() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["one@example.org", "policy@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let message = message_of(&app, mailing).await;
    upload(&browser, message, &[("old.txt", b"old"), ("kept.txt", b"kept")]).await;
    let attempt = app.run_now(user, mailing).await;
    app.drain(attempt).await;
    let count = "select count(*) from attachments";
    let age = |table: &str| {
        format!("update {table} set {} = now() - interval '31 days'", if table == "attempts" { "started_at" } else { "left_at" })
    };
    sqlx::query("update attachments set message_id = null where name = 'old.txt'").execute(&app.db).await.unwrap();
    attachments::delete_left(&app.db).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(age("attachments"))).execute(&app.db).await.unwrap();
    attachments::delete_left(&app.db).await.unwrap();
    assert_eq!(app.count(count).await, 2, "an attempt of today names it");
    sqlx::query(sqlx::AssertSqlSafe(age("attempts"))).execute(&app.db).await.unwrap();
    attachments::delete_left(&app.db).await.unwrap();
    assert_eq!(app.count(count).await, 1, "nobody repeats what is so old");
    assert_eq!(names(&app, message).await, ["kept.txt"]);
    let refused = runs::repeat(&app.app, user, attempt, Repeat::Failed, Uuid::new_v4()).await.unwrap();
    assert_eq!(refused, Err(NotStarted::FileGone));
}

#[tokio::test]
async fn what_may_not_go_with_a_mail_is_refused_by_name_and_nothing_of_the_form_is_kept() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let message = app.message(user).await;
    let large = vec![b'x'; 3 * 1024 * 1024];
    let eleven = [("a.txt", b"a".as_slice()); 11];
    let cases: [(&[File<'_>], &str); 7] = [
        (&[], "Please choose a file."),
        (&[("", b"")], "Please choose a file."),
        (&[("good.txt", b"good"), ("empty.txt", b"")], "“empty.txt” is empty."),
        (&[("good.txt", b"good"), ("C:\\x\\Setup.EXE. ", b"MZ")], "“Setup.EXE” is a program: mail servers refuse files that end in .exe."),
        (&[("run.js", b"x"), ("go.ps1", b"y")], "files that end in .ps1."),
        (&[("one.bin", &large), ("two.bin", &large)], "5 MB are the most"),
        (&eleven, "A message has 10 files at the most."),
    ];
    for (files, expected) in cases {
        let page = upload(&browser, message, files).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(page.error("files").unwrap_or_default().contains(expected), "{expected}: {:?}", page.error("files"));
        assert_eq!(app.count("select count(*) from attachments").await, 0, "{expected}");
    }

    // What is there counts too, also where two forms come at once.
    let page = upload(&browser, message, &eleven[..8]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let token = page.token();
    let (one, two) = tokio::join!(send(&browser, &token, message, &eleven[..2]), send(&browser, &token, message, &eleven[..2]));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    assert_eq!(names(&app, message).await.len(), 10);
}

#[tokio::test]
async fn names_come_without_folders_and_a_download_is_never_a_page() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let message = app.message(user).await;
    upload(&browser, message, &[("../../etc/a b*.html", b"<script>alert(1)</script>")]).await;
    assert_eq!(names(&app, message).await, ["a b*.html"]);
    let id = app.count("select id from attachments").await;
    let page = browser.get(&format!("/messages/{message}/attachments/{id}")).await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, "<script>alert(1)</script>"));
    let header = |name: &str| page.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("content-disposition"), "attachment; filename*=UTF-8''a%20b%2A.html");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").starts_with("sandbox;"));
}

#[tokio::test]
async fn somebody_elses_file_is_not_there() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (other, stranger) = app.signed_in("otto@example.org").await;
    let (message, own) = (app.message(user).await, app.message(other).await);
    upload(&browser, message, &[("a.txt", b"a")]).await;
    let id = app.count("select id from attachments").await;
    for message in [message, own] {
        let path = format!("/messages/{message}/attachments/{id}");
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.htmx_request(Method::DELETE, &path, &[]).await.status, StatusCode::NOT_FOUND);
    }
    let token = stranger.token().await;
    assert_eq!(send(&stranger, &token, message, &[("b.txt", b"b")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(names(&app, message).await, ["a.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_and_a_test_mail_have_the_files_and_a_copy_gets_them() {
    let app = TestApp::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let message = app.message(user).await;
    upload(&browser, message, &[("prices.pdf", &[7; 2000])]).await;
    let preview = format!("/messages/{message}/preview");
    assert!(browser.get(&preview).await.contains("prices.pdf (2 KB)"));
    let page = browser.submit(&preview, &format!("/messages/{message}/tests"), &[("email", "look@example.org")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    app.mail_to("look@example.org").await;
    assert_eq!(files_of_mails(&app, "look@example.org"), [vec![("prices.pdf".to_owned(), vec![7; 2000])]]);

    let show = format!("/messages/{message}");
    let copies = format!("{show}/copies");
    let fields = browser.get(&show).await.form(&copies);
    browser.post(&copies, fields, &[]).await;
    let copy = app.count("select max(id) from messages").await;
    assert_eq!(names(&app, copy).await, ["prices.pdf"]);
    assert_eq!(names(&app, message).await, ["prices.pdf"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_files_is_no_mail_of_parts_that_hold_files() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    app.recipients(user, &["one@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    app.drain(attempt).await;
    let mail = app.mail_to("one@example.org").await;
    assert!(!mail.contains("multipart/mixed") && !mail.contains("_files"), "{mail}");
}
