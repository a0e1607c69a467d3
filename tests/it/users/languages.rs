//! Mails and pages about an account speak its owner's language.

use mail_parser::MessageParser;
use reqwest::{Method, StatusCode};

use crate::support::{Browser, TestApp, until};

/// Subject and text of the latest mail to an address whose subject is this.
async fn mail(app: &TestApp, email: &str, subject: &str) -> String {
    until(subject, || async {
        app.mails().iter().rev().filter(|mail| mail.to.iter().any(|to| to == email)).find_map(|mail| {
            let read = MessageParser::default().parse(&mail.data)?;
            (read.subject() == Some(subject)).then(|| format!("{}\n{}", read.body_text(0).unwrap(), read.body_html(0).unwrap()))
        })
    })
    .await
}

async fn in_russian(browser: &Browser) {
    let fields = browser.get("/verification").await.form("/language");
    browser.post("/language", fields, &[("language", "ru")]).await;
}

#[tokio::test]
async fn whoever_registers_in_russian_reads_russian_from_the_first_mail_on() {
    let app = TestApp::start().await;
    app.is_set_up().await;
    let browser = app.browser();
    in_russian(&browser).await;
    let page = browser.submit("/register", "/register", &[("email", "u"), ("full_name", " "), ("password", "x")]).await;
    assert_eq!(page.error("full_name").as_deref(), Some("Заполните это поле."));
    assert_eq!(page.error("password").as_deref(), Some("Нужно не меньше 10 символов; несколько слов подряд легко запомнить."));
    let fields = [("email", "una@example.org"), ("full_name", "Юна"), ("password", Browser::PASSWORD)];
    assert_eq!(browser.submit("/register", "/register", &fields).await.text_of("h1").as_deref(), Some("Проверьте почту"));
    let words = mail(&app, "una@example.org", "Подтвердите адрес").await;
    assert!(words.contains("Здравствуйте!") && words.contains("/verify/") && !words.contains("Hello"), "{words}");

    let token: String = words.split_once("/verify/").unwrap().1.chars().take_while(char::is_ascii_hexdigit).collect();
    // In another browser, which asks for English; the account speaks Russian all the same.
    let elsewhere = app.browser();
    assert_eq!(elsewhere.get(&format!("/verify/{token}")).await.status, StatusCode::OK);
    assert_eq!(app.count("select count(*) from users where locale = 'ru'").await, 1);
    assert_eq!(elsewhere.sign_in("una@example.org").await.attr("html", "lang").as_deref(), Some("ru"));
}

#[tokio::test]
async fn a_mail_is_in_the_profiles_language_and_without_one_in_that_of_the_request() {
    let app = TestApp::start().await;
    let ru = app.user("una@example.org").await;
    sqlx::query("update users set locale = 'ru' where id = $1").bind(ru).execute(&app.db).await.unwrap();
    app.user("ivan@example.org").await;
    // English pages write to a Russian reader, Russian ones to somebody who has chosen nothing.
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "una@example.org")]).await;
    assert!(mail(&app, "una@example.org", "Задайте новый пароль").await.contains("Здравствуйте, Una User!"));
    let russian = app.browser();
    in_russian(&russian).await;
    russian.submit("/password/forgot", "/password/forgot", &[("email", "ivan@example.org")]).await;
    mail(&app, "ivan@example.org", "Задайте новый пароль").await;
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "ivan@example.org")]).await;
    mail(&app, "ivan@example.org", "Choose a new password").await;

    // The last mail, after which there is no profile to ask.
    let browser = app.browser();
    browser.sign_in("una@example.org").await;
    browser.submit("/account/delete", "/account", &[("password", Browser::PASSWORD)]).await;
    mail(&app, "una@example.org", "Ваша учётная запись удалена").await;
}

#[tokio::test]
async fn a_stranger_who_registers_a_confirmed_address_changes_nothing_of_its_language() {
    let app = TestApp::start().await;
    app.user("una@example.org").await;
    let stranger = app.browser();
    in_russian(&stranger).await;
    let fields = [("email", "una@example.org"), ("full_name", "Эва"), ("password", Browser::PASSWORD)];
    stranger.submit("/register", "/register", &fields).await;
    mail(&app, "una@example.org", "У вас уже есть учётная запись").await;
    assert_eq!(app.count("select count(*) from users where locale is null").await, 1);
}

#[tokio::test]
async fn failures_speak_the_readers_language() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let browser = app.browser();
    in_russian(&browser).await;
    for (path, status, title) in [
        ("/nothing", StatusCode::NOT_FOUND, "Здесь ничего нет"),
        ("/logout", StatusCode::METHOD_NOT_ALLOWED, "Смотреть здесь не на что"),
        ("/attempts/4711/live", StatusCode::OK, "Вход"),
    ] {
        let page = browser.get(path).await;
        assert_eq!((page.status, page.text_of("h1").as_deref()), (status, Some(title)), "{path}");
        assert_eq!(page.attr("html", "lang").as_deref(), Some("ru"), "{path}");
    }
    // The profile's language holds for them too, whatever the browser asks for.
    let (id, ida) = app.signed_in("ida@example.org").await;
    sqlx::query("update users set locale = 'ru' where id = $1").bind(id).execute(&app.db).await.unwrap();
    ida.get("/account").await;
    assert_eq!(ida.get("/nothing").await.attr("html", "lang").as_deref(), Some("ru"));

    let page = browser.send(browser.request(Method::POST, "/login")).await;
    assert_eq!((page.status, page.text_of("h1").as_deref()), (StatusCode::FORBIDDEN, Some("Форма устарела")));
}
