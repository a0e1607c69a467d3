//! The mail catcher and its pages.

use periodical::inbox::catcher::Catcher;
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{TestApp, until};

const MAIL: &str = "From: News <news@example.org>\r\nTo: rita@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= <b>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nLook at http://periodical.example/verify/abc now\r\n\
    --x\r\nContent-Type: text/html\r\n\r\n<h1>Hello</h1><script>alert(1)</script>\r\n--x--\r\n";

async fn put(app: &TestApp, recipient: &str, subject: &str, source: &str) -> i64 {
    let query = "insert into caught_mails (sender, recipient, subject, source) values ('news@example.org', $1, $2, $3) returning id";
    sqlx::query_scalar(query).bind(recipient).bind(subject).bind(source.as_bytes()).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_mail_that_was_caught_is_listed_and_shown_with_its_text_html_and_source() {
    let app = TestApp::with_inbox().await;
    let id = put(&app, "rita@example.org", "Grüße <b>", MAIL).await;
    let browser = app.browser();
    let page = browser.get("/dev/inbox").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.rows("mail"), [id]);
    assert!(page.contains("Grüße &lt;b&gt;"), "{}", page.text);

    let page = browser.get(&format!("/dev/inbox/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text_of("pre").unwrap().contains("Look at http://periodical.example/verify/abc now"));
    assert_eq!(page.count("a[href='http://periodical.example/verify/abc']"), 1);
    assert_eq!(page.attr("iframe", "sandbox").unwrap(), "");

    let frame = browser.get(&page.attr("iframe", "src").unwrap()).await;
    assert_eq!(frame.status, StatusCode::OK);
    assert!(frame.contains("<h1>Hello</h1>"));
    let policy = frame.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none'") && !policy.contains("script-src") && !policy.contains("allow-"), "{policy}");

    let source = browser.get(&format!("/dev/inbox/{id}/source")).await;
    assert_eq!((source.status, source.header("content-type")), (StatusCode::OK, Some("text/plain; charset=utf-8")));
    assert_eq!(source.text, MAIL);
    assert_eq!(source.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn the_inbox_is_searched_paged_and_emptied() {
    let app = TestApp::with_inbox().await;
    for number in 0..55 {
        put(&app, &format!("reader{number}@example.org"), "News", MAIL).await;
    }
    put(&app, "percent%@example.org", "Odd", "no mail at all").await;
    let browser = app.browser();
    let page = browser.get("/dev/inbox").await;
    assert_eq!(page.rows("mail").len(), 50);
    assert_eq!(browser.get(&page.attr("a[rel=next]", "href").unwrap()).await.rows("mail").len(), 6);
    assert_eq!(browser.get("/dev/inbox?q=READER54").await.rows("mail").len(), 1);
    assert_eq!(browser.get("/dev/inbox?q=%25").await.rows("mail").len(), 1);
    assert_eq!(browser.get("/dev/inbox?q=%00").await.status, StatusCode::OK);

    let odd = app.count("select max(id) from caught_mails").await;
    assert_eq!(browser.get(&format!("/dev/inbox/{odd}")).await.status, StatusCode::OK);
    for path in ["/dev/inbox/4711", "/dev/inbox/abc", "/dev/inbox/4711/html", "/dev/inbox/4711/source"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = browser.submit("/dev/inbox", "/dev/inbox", &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/dev/inbox"));
    assert!(page.contains("No mail here"), "{}", page.text);
    assert_eq!(app.count("select count(*) from caught_mails").await, 0);
    assert_eq!(app.count("select count(*) from sessions").await, 0, "strangers leave no rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_catcher_takes_by_smtp_stands_in_the_inbox() {
    let app = TestApp::with_inbox().await;
    let catcher = Catcher::start(&app.app.config.data_dir, app.db.clone()).await.unwrap().unwrap();
    assert!(Catcher::start(&app.app.config.data_dir, app.db.clone()).await.unwrap().is_none(), "one a data folder");
    let mut stream = TcpStream::connect(("127.0.0.1", catcher.port)).await.unwrap();
    let talk = format!("EHLO x\r\nMAIL FROM:<news@example.org>\r\nRCPT TO:<rita@example.org>\r\nDATA\r\n{MAIL}.\r\nQUIT\r\n");
    stream.write_all(talk.as_bytes()).await.unwrap();
    let mut replies = String::new();
    stream.read_to_string(&mut replies).await.unwrap();
    assert!(replies.contains("\r\n354 "), "{replies}");
    until("the mail in the table", || async { (app.count("select count(*) from caught_mails").await == 1).then_some(()) }).await;
    let page = app.browser().get("/dev/inbox").await;
    assert!(page.contains("rita@example.org") && page.contains("Grüße &lt;b&gt;"), "{}", page.text);
    catcher.stop().await;
}

#[tokio::test]
async fn with_a_mail_server_there_is_no_inbox() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let id = put(&app, "rita@example.org", "News", MAIL).await;
    for path in ["/dev/inbox".to_owned(), format!("/dev/inbox/{id}"), format!("/dev/inbox/{id}/html"), format!("/dev/inbox/{id}/source")] {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = browser.htmx_request(reqwest::Method::DELETE, "/dev/inbox", &[]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(app.count("select count(*) from caught_mails").await, 1);
    assert!(!browser.get("/").await.contains("/dev/inbox"));
}
