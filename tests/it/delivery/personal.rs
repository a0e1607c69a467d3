//! Mails that are each their recipient's own.

use crate::support::TestApp;
use mail_parser::MessageParser;

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_a_mail_with_their_own_name_in_subject_and_body() {
    let mut app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("owner@example.org").await;
    app.many_recipients(user, 30).await;
    let mailing = app.due_mailing(user).await;
    let id = app.count("select message_id from mailings").await;
    let (path, edit) = (format!("/messages/{id}"), format!("/messages/{id}/edit"));
    let body = "<p>Dear {{ name | \"you\" }} ({{ email }}), this is {{ mailing }}.</p><p><a href=\"{{ unsubscribe_link }}\">end</a></p>";
    browser.submit(&edit, &path, &[("subject", "For {{ name }}"), ("body", body)]).await;
    app.start_worker();
    let attempt = app.attempt_of(mailing).await;
    assert_eq!(app.finished(attempt).await.sent, 30);
    for mail in app.mails() {
        let message = MessageParser::default().parse(&mail.data).unwrap();
        let email = &mail.to[0];
        let number = email.trim_start_matches("reader").split('@').next().unwrap();
        assert_eq!(message.subject().unwrap(), format!("For Reader {number}"));
        let html = message.body_html(0).unwrap();
        assert!(html.contains(&format!("Dear Reader {number} ({email}), this is Test mailing.")), "{html}");
        // The mail program's one click, and the link in the mail, lead to the same place.
        let source = String::from_utf8_lossy(&mail.data).replace("\r\n ", " ");
        let link = source.split_once("List-Unsubscribe: <").unwrap().1.split_once('>').unwrap().0;
        assert!(
            link.starts_with(&format!("{}/unsubscribe/", app.base))
                && source.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
        );
        assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
        assert_eq!(browser.get(&link[app.base.len()..]).await.status, 200);
        assert!(message.body_text(0).unwrap().contains(&format!("Dear Reader {number} ({email})")));
    }
}
