//! Where mail goes, as administrators see and try it.

use periodical::{
    config::SmtpServer,
    limits::Limits,
    mail::connection::{Credentials, SmtpSettings, Tls},
};
use reqwest::StatusCode;

use crate::support::{Browser, Page, TestApp, quick};

const PATH: &str = "/admin/mail-server";

async fn test(browser: &Browser, email: &str) -> Page {
    browser.submit(PATH, &format!("{PATH}/mails"), &[("email", email)]).await
}

#[tokio::test]
async fn the_page_says_where_mail_goes_and_never_the_password() {
    let app = TestApp::configured(quick(), |config| {
        let credentials = Some(Credentials { user: "anna@example.org".into(), password: "hunter2".into() });
        let settings = SmtpSettings { tls: Tls::Required, credentials, ..SmtpSettings::new("smtp.example.org", 587) };
        config.smtp.server = SmtpServer::Url(Box::new(settings));
    })
    .await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let page = ada.get(PATH).await;
    let facts = page.texts(".card dd").join(" | ");
    for fact in ["smtp.example.org", "587", "always, by STARTTLS", "anna@example.org", "The password is set", "news@periodical.example"] {
        assert!(facts.contains(fact), "{fact}: {facts}");
    }
    assert!(!page.contains("hunter2") && !page.contains("No mail server is set up"), "{}", page.text);
}

#[tokio::test]
async fn without_a_mail_server_the_page_says_where_mail_stays_and_how_one_is_set_up() {
    let app = TestApp::with_inbox().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let page = ada.get(PATH).await;
    assert!(page.contains("No mail server is set up.") && page.count("#main a[href='/dev/inbox']") == 1, "{}", page.text);
    let how = page.text_of("#set-up").unwrap();
    assert!(how.contains("SMTP_URL=smtps://") && how.contains("SMTP_URL=smtp://") && how.contains("a relay"), "{how}");
}

#[tokio::test]
async fn a_test_mail_arrives_and_the_servers_own_words_are_on_the_screen_and_on_record() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let page = test(&ada, "anybody@example.com").await;
    assert!(page.status == StatusCode::OK && page.path.starts_with(&format!("{PATH}?test=")), "{}", page.path);
    let said = page.text_of(".alert-success").unwrap();
    assert!(said.contains("The server has taken the mail to anybody@example.com."), "{said}");
    assert_eq!(page.text_of(".alert-success pre").unwrap(), "250 2.0.0 queued as 1");
    assert_eq!(app.delivered(), ["anybody@example.com"], "at once, without a worker");
    let mail = app.mail_to("anybody@example.com").await;
    assert!(mail.contains("ada@example.org has asked Periodical") && mail.contains("Auto-Submitted"), "{mail}");

    let row = &ada.get("/admin/audit").await.texts("#audit tbody tr")[0];
    assert!(row.contains("ada@example.org") && row.contains("Sent a test mail"), "{row}");
    assert!(row.ends_with("To anybody@example.com. The server took it: 250 2.0.0 queued as 1"), "{row}");
    // Looking at it again sends nothing.
    let again = ada.get(&page.path).await;
    assert_eq!((again.text_of(".alert-success"), app.delivered().len()), (Some(said), 1));
}

#[tokio::test]
async fn a_refusal_is_shown_with_the_step_it_came_at_and_what_to_do() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    for (email, step, reply, advice) in [
        ("bad-550@example.org", "recipient refused", "550 5.1.1 no such user here", "Is the address right?"),
        ("grey-450@example.org", "recipient refused", "450 4.2.0 greylisted, come back later", "Wait some minutes"),
        ("spam-554@example.org", "mail refused", "554 5.7.1", "does not want the mail"),
    ] {
        let page = test(&ada, email).await;
        let said = page.text_of(".alert-danger").unwrap_or_else(|| panic!("{email}: {}", page.text));
        assert!(said.contains(&format!("The mail to {email} did not get out: {step}")) && said.contains(advice), "{email}: {said}");
        assert!(page.text_of(".alert-danger pre").unwrap().starts_with(reply), "{email}: {said}");
        assert!(page.texts("#tests tbody tr")[0].contains(reply), "{email}");
    }
    app.faults().set_refuse_mail(Some(550));
    let said = test(&ada, "rita@example.org").await.text_of(".alert-danger").unwrap();
    assert!(said.contains("sender refused") && said.contains("news@periodical.example"), "{said}");
    assert_eq!(app.delivered(), Vec::<String>::new());
    assert_eq!(app.count("select count(*) from audit_entries where action = 'send_test_mail'").await, 4);
}

#[tokio::test]
async fn a_connection_is_tried_without_a_mail_and_a_failure_says_where_it_ended() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let connect = async || ada.submit(PATH, &format!("{PATH}/connections"), &[]).await;
    let page = connect().await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text_of(".alert-success").unwrap().contains("The connection works."), "{}", page.text);
    app.faults().set_greeting(554);
    let said = connect().await.text_of(".alert-danger").unwrap();
    assert!(said.contains("No connection: not welcomed") && said.contains("554"), "{said}");
    assert_eq!(app.count("select count(*) from audit_entries").await, 0, "nothing was sent");

    let nobody = SmtpServer::Url(Box::new(SmtpSettings::new("127.0.0.1", 1)));
    let app = TestApp::configured(quick(), |config| config.smtp.server = nobody).await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let page = test(&ada, "rita@example.org").await;
    let said = page.text_of(".alert-danger").unwrap();
    assert!(said.contains("did not get out: cannot connect") && said.contains("127.0.0.1:1"), "{said}");
}

#[tokio::test]
async fn an_address_that_is_none_comes_back_with_its_error_and_nothing_is_sent() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    for email in ["", "rita", "rita@example.org\r\nRCPT TO:<max@example.org>"] {
        let page = test(&ada, email).await;
        assert_eq!((page.status, page.error("email").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true), "{email}");
    }
    assert_eq!(app.delivered(), Vec::<String>::new());
    assert_eq!(app.count("select count(*) from audit_entries").await, 0);
}

#[tokio::test]
async fn tests_one_after_the_other_are_put_off() {
    let app = TestApp::configured(quick(), |config| config.limits = Limits::default()).await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    for _ in 0..9 {
        assert_eq!(test(&ada, "rita@example.org").await.status, StatusCode::OK);
    }
    assert_eq!(ada.submit(PATH, &format!("{PATH}/connections"), &[]).await.status, StatusCode::OK);
    let page = test(&ada, "rita@example.org").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.header("retry-after").is_some() && page.contains("That was too often."), "{}", page.text);
    assert_eq!(page.attr("#email", "value").unwrap(), "rita@example.org", "what was typed is kept");
    assert_eq!(app.delivered().len(), 9);
}
