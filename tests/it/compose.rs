//! Mail as bytes, read back by another parser (mail-parser) and line by line.

mod files;
mod personal;

use lettre::address::Envelope;
use mail_parser::{Address, HeaderValue, MessageParser, MimeHeaders};
use periodical::mail::compose::{
    Attachment, Body, BodyError, ComposeError, Frame, Mail, Marked, Markup, Recipient, Sender, Template, Values, compose,
    delivery_message_id,
};
use proptest::prelude::*;
use time::{OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-12-01 06:00 UTC);

fn sender() -> Sender {
    "Periodical <news@example.org>".parse().unwrap()
}

fn body(typed: &str) -> Body {
    Body::from_author(typed)
}

fn with<'a>(from: &'a Sender, body: &'a Body) -> Mail<'a> {
    Mail {
        from,
        to_email: "ivan@example.net",
        to_name: "Ivan",
        subject: "Hello",
        body,
        message_id: "<periodical.7.42@example.org>",
        list_id: None,
        reply_to: None,
        auto_submitted: false,
        date: NOW,
    }
}

/// A mail to a name with a subject, in bytes.
fn mail(to_name: &str, subject: &str, typed: &str) -> Vec<u8> {
    let (from, body) = (sender(), body(typed));
    compose(&Mail { to_name, subject, ..with(&from, &body) }).unwrap().1
}

/// As the engine makes it, of what an author has typed.
fn template(subject: &str, typed: &str) -> Template {
    let sender = sender();
    let frame = Frame { from: &sender, reply_to: None, list_id: None, auto_submitted: false };
    let shared = Values { mailing: "Weekly <news>", date: "1 Dec 2026", ..Values::default() };
    Template::new(&frame, &Marked::parse(subject, Markup::Plain).0, &Body::from_author(typed), &shared, &[]).unwrap()
}

/// The names of the header fields, in order: what an injection would add to.
fn field_names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let (header, _) = text.split_once("\r\n\r\n").unwrap();
    let fields = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    fields.map(|line| line.split_once(':').unwrap().0.to_owned()).collect()
}

fn assert_lines_are_whole(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert!(text.ends_with("\r\n"));
    for line in text.split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        assert!(line.len() <= 998);
    }
}

/// What the header looks like when nothing has been added to it.
const FIELDS: [&str; 7] = ["Date", "Message-ID", "To", "From", "Subject", "MIME-Version", "Content-Type"];

struct Read {
    subject: String,
    to_name: Option<String>,
    to_email: String,
    text: String,
    html: String,
}

fn read(bytes: &[u8]) -> Read {
    let message = MessageParser::default().parse(bytes).unwrap();
    let to = message.to().unwrap();
    assert!(matches!(to, Address::List(list) if list.len() == 1), "one recipient and no group: {to:?}");
    let to = to.first().unwrap();
    Read {
        subject: message.subject().unwrap_or_default().to_owned(),
        to_name: to.name().map(str::to_owned),
        to_email: to.address().unwrap().to_owned(),
        text: message.body_text(0).unwrap().replace("\r\n", "\n"),
        html: message.body_html(0).unwrap().replace("\r\n", "\n"),
    }
}

/// The rule for whatever stands in a header: control characters are spaces, spaces do not repeat.
fn tidy(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c }).collect();
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_and_no_subject_adds_a_header_or_a_recipient_and_both_arrive_as_typed(
        name in any_header_text(), subject in any_header_text()
    ) {
        let bytes = mail(&name, &subject, "text");
        assert_lines_are_whole(&bytes);
        prop_assert_eq!(field_names(&bytes), FIELDS);
        let read = read(&bytes);
        prop_assert_eq!(read.to_email, "ivan@example.net");
        prop_assert_eq!(read.subject, tidy(&subject));
        let expected: String = tidy(&name).chars().take(256).collect();
        prop_assert_eq!(read.to_name.unwrap_or_default(), expected.trim_end());
    }

    #[test]
    fn no_name_of_a_list_adds_a_header(name in any_header_text()) {
        let (from, body) = (sender(), body("text"));
        let list_id = Some((name.as_str(), "42.lists.example.org"));
        let (_, bytes) = compose(&Mail { list_id, ..with(&from, &body) }).unwrap();
        assert_lines_are_whole(&bytes);
        prop_assert_eq!(field_names(&bytes).len(), FIELDS.len() + 1);
        prop_assert!(String::from_utf8(bytes).unwrap().contains("<42.lists.example.org>\r\n"));
    }

    #[test]
    fn plain_text_arrives_as_typed_whatever_it_is(typed in "(\\PC|[\n\r\t=. <>&]){0,400}") {
        let body = body(&typed);
        let bytes = mail("", "", &typed);
        assert_lines_are_whole(&bytes);
        let read = read(&bytes);
        prop_assert_eq!(read.text.trim_end_matches('\n'), body.text.trim_end_matches('\n'));
        prop_assert_eq!(read.html.trim_end_matches('\n'), body.html.trim_end_matches('\n'));
    }

    #[test]
    fn no_bytes_in_an_address_make_it_panic_or_add_a_header(email in "\\PC{0,10}@\\PC{0,10}|.{0,30}|[a-z\"<>@,\r\n ]{0,20}") {
        let (from, body) = (sender(), body("text"));
        if let Ok((envelope, bytes)) = compose(&Mail { to_email: &email, ..with(&from, &body) }) {
            assert_lines_are_whole(&bytes);
            prop_assert_eq!(field_names(&bytes), FIELDS);
            prop_assert_eq!(envelope.to().len(), 1);
        }
    }
}

fn any_header_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        "(?s).{0,60}",
        "[a-zA-Zа-яА-Я \"\\\\,<>@=?_.:;()\r\n\t\0]{0,120}",
        "([a-z]{1,12} ){0,60}",
        "([а-яё]{1,12} |[a-z]{1,9} ){0,60}",
        "[a-z]{60,1500}",
        "(=\\?utf-8\\?b\\?DQpCY2M6IGFAYg==\\?=| |x){0,6}",
    ]
}

#[test]
fn a_line_break_in_a_name_or_subject_becomes_a_space() {
    let bytes = mail("Ivan\r\nBcc: spy@example.com", "Hi\r\nBcc: spy@example.com\r\n\r\nbody\0", "text");
    assert_eq!(field_names(&bytes), FIELDS);
    let read = read(&bytes);
    assert_eq!(read.to_name.unwrap(), "Ivan Bcc: spy@example.com");
    assert_eq!(read.subject, "Hi Bcc: spy@example.com body");
}

#[test]
fn a_subject_that_looks_encoded_is_not_decoded() {
    let subject = "=?utf-8?b?DQpCY2M6IHNweUBleGFtcGxlLmNvbQ==?=";
    assert_eq!(read(&mail("Ivan", subject, "text")).subject, subject);
}

#[test]
fn cyrillic_and_emoji_arrive_in_names_subjects_and_bodies() {
    let subject = "Новости недели 📬: что нового, и почему это важно для каждого из наших читателей 👩‍👩‍👧";
    let bytes = mail("Иван Петрович Сидоров-Кузнецов", subject, "Здравствуйте, Иван! 👋\n\nДо встречи.");
    assert!(bytes.is_ascii());
    assert!(bytes.split(|&byte| byte == b'\n').all(|line| line.len() <= 78));
    let read = read(&bytes);
    assert_eq!(read.subject, subject);
    assert_eq!(read.to_name.unwrap(), "Иван Петрович Сидоров-Кузнецов");
    assert_eq!(read.text, "Здравствуйте, Иван! 👋\n\nДо встречи.\n");
    assert!(read.html.contains("<p>Здравствуйте, Иван! 👋</p>\n<p>До встречи.</p>"));
}

#[test]
fn a_mail_has_the_headers_that_it_should_and_the_text_before_the_html() {
    let (from, body) = (sender(), body("text"));
    let list_id = Some(("Новости", "42.lists.example.org"));
    let (envelope, bytes) = compose(&Mail { list_id, auto_submitted: true, ..with(&from, &body) }).unwrap();
    assert_eq!(envelope.from().unwrap().to_string(), "news@example.org");
    assert_eq!(envelope.to().iter().map(ToString::to_string).collect::<Vec<_>>(), ["ivan@example.net"]);

    let message = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(message.from().unwrap().first().unwrap().name(), Some("Periodical"));
    assert_eq!(message.message_id(), Some("periodical.7.42@example.org"));
    assert_eq!(message.date().unwrap().to_timestamp(), NOW.unix_timestamp());
    assert!(matches!(message.header("List-Id"), Some(HeaderValue::Address(list))
        if list.first().unwrap().name() == Some("Новости")
        && list.first().unwrap().address() == Some("42.lists.example.org")));
    assert_eq!(message.header("Auto-Submitted").unwrap().as_text(), Some("auto-generated"));
    assert_eq!(message.header("MIME-Version").unwrap().as_text(), Some("1.0"));
    assert_eq!(message.content_type().unwrap().subtype(), Some("alternative"));
    let kinds: Vec<_> = message.parts[1..].iter().map(|part| part.content_type().unwrap().subtype().unwrap()).collect();
    assert_eq!(kinds, ["plain", "html"]);
}

#[test]
fn a_mailing_is_not_marked_as_an_answer_and_an_account_mail_as_no_list() {
    let (from, body) = (sender(), body("text"));
    let list_id = Some(("News", "42.lists.example.org"));
    let (_, mailing) = compose(&Mail { list_id, ..with(&from, &body) }).unwrap();
    assert!(!field_names(&mailing).contains(&"Auto-Submitted".to_owned()));
    let (_, account) = compose(&Mail { auto_submitted: true, ..with(&from, &body) }).unwrap();
    assert!(!field_names(&account).contains(&"List-Id".to_owned()));
}

#[test]
fn answers_go_to_the_owner_of_the_mailing_where_there_is_one() {
    let (from, body) = (sender(), body("text"));
    let owner = Sender::new("Ольга\r\nBcc: a@b.org", "olga@example.com").unwrap();
    let (envelope, bytes) = compose(&Mail { reply_to: Some(&owner), ..with(&from, &body) }).unwrap();
    let message = MessageParser::default().parse(&bytes).unwrap();
    let reply_to = message.reply_to().unwrap().first().unwrap();
    assert_eq!((reply_to.name(), reply_to.address()), (Some("Ольга Bcc: a@b.org"), Some("olga@example.com")));
    assert_eq!(envelope.from().unwrap().to_string(), "news@example.org");
    assert_eq!(field_names(&bytes).len(), FIELDS.len() + 1);
}

#[test]
fn every_mail_of_a_template_is_the_same_but_for_its_recipient() {
    let template = template("Hello", "text");
    let render = |email, name, id| -> (Envelope, Vec<u8>) {
        template.render(&Recipient { to: email, email, name, unsubscribe_link: None }, id, NOW).unwrap()
    };
    let (_, first) = render("ivan@example.net", "Ivan", "<1.1@example.org>");
    let (envelope, second) = render("olga@example.com", "", "<1.2@example.org>");
    assert_eq!(envelope.to()[0].to_string(), "olga@example.com");
    let rest = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().split_once("From:").unwrap().1.to_owned();
    assert_eq!(rest(&first), rest(&second));
    let second = String::from_utf8(second).unwrap();
    assert!(second.contains("\r\nTo: olga@example.com\r\n") && !second.contains("van"));
}

#[test]
fn half_a_megabyte_in_one_line_is_divided_and_arrives_whole() {
    for letter in ["x", "ж", "="] {
        let typed = letter.repeat(500_000 / letter.len());
        let bytes = mail("Ivan", "Long", &typed);
        assert_lines_are_whole(&bytes);
        assert!(bytes.split(|&byte| byte == b'\n').all(|line| line.len() <= 78));
        assert_eq!(read(&bytes).text.trim_end(), typed);
    }
}

#[test]
fn a_body_in_a_language_beyond_ascii_does_not_grow_threefold() {
    let typed = "Здравствуйте ".repeat(4000);
    assert!(mail("Ivan", "Long", &typed).len() < 2 * typed.len() * 3 / 2);
}

#[test]
fn lines_that_are_dots_and_lone_carriage_returns_end_no_mail() {
    let typed = ".\r\n.\r\n..\nQUIT\n.\rl2\r.\rl3\nFrom me\n\n.";
    let bytes = mail("Ivan", "Dots", typed);
    assert_lines_are_whole(&bytes);
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert!(!message.body_text(0).unwrap().replace("\r\n", "").contains(['\r', '\n']));
    assert!(message.parts[1..].iter().all(|part| part.content_transfer_encoding() == Some("quoted-printable")));
    assert_eq!(read(&bytes).text.trim_end(), ".\n.\n..\nQUIT\n.\nl2\n.\nl3\nFrom me\n\n.");
}

#[test]
fn text_without_html_is_shown_literally_with_its_paragraphs_and_line_breaks() {
    let body = body("Dear Ivan <ivan@example.org>,\r\n\r\nif a < b & b > c\r\nthen I <3 \"you\"\n \n\nBye");
    assert!(
        body.html.contains(
            "<p>Dear Ivan &lt;ivan@example.org&gt;,</p>\n\
         <p>if a &lt; b &amp; b &gt; c<br>\nthen I &lt;3 &quot;you&quot;</p>\n<p>Bye</p>"
        ),
        "{}",
        body.html
    );
    assert!(body.text.starts_with("Dear Ivan <ivan@example.org>,\n\nif a < b & b > c\nthen"));
}

#[test]
fn scripts_handlers_and_strange_addresses_are_gone() {
    let body = body(
        "<title>no</title><style>p{}</style><p onclick=\"x()\">Hi<script>alert(1)</script></p>\
         <a href=\"javascript:x()\">a</a><a href=\"data:text/html,x\">b</a><a href=\"/relative\">c</a><a href=\"ftp://e.org\">d</a>\
         <img src=\"data:image/png;base64,AAAA\"><img src=\"mailto:a@b.org\"><iframe src=\"https://e.org\"></iframe>",
    );
    for gone in ["script", "alert", "onclick", "style", "javascript", "data:", "relative", "ftp:", "mailto", "iframe", "no<", "p{}"] {
        assert!(!body.html.contains(gone), "{gone}: {}", body.html);
        assert!(!body.text.contains(gone), "{gone}: {}", body.text);
    }
    assert!(body.html.contains("<p>Hi</p>"));
}

#[test]
fn links_and_images_of_the_web_stay() {
    let body =
        body("<a href=\"https://e.org/?a=1&b=2\">x</a> <a href=\"mailto:a@b.org\">y</a> <img src=\"https://e.org/a.png\" alt=\"A cat\">");
    assert!(body.html.contains("href=\"https://e.org/?a=1&amp;b=2\""), "{}", body.html);
    assert!(body.html.contains("href=\"mailto:a@b.org\"") && body.html.contains("src=\"https://e.org/a.png\""));
    assert!(body.text.contains("A cat") && body.text.contains("https://e.org/?a=1&b=2"), "{}", body.text);
}

#[test]
fn html_has_a_readable_text_beside_it() {
    let address = format!("https://example.org/{}", "segment/".repeat(20));
    let body = body(&format!(
        "<h1>News</h1><p>Dear <b>readers</b>, {} see <a href=\"{address}\">the page</a>.</p><ul><li>one</li><li>two</li></ul>",
        "many words ".repeat(20)
    ));
    assert!(body.text.starts_with("# News\n\nDear **readers**, many words"), "{}", body.text);
    assert!(body.text.contains("[the page][1]") && body.text.contains(&format!("[1]: {address}\n")));
    assert!(body.text.contains("* one\n* two\n"));
    assert!(body.text.lines().all(|line| line.len() <= 76 || line.contains(&address)));
    assert!(body.html.starts_with("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">"));
}

#[test]
fn html_that_would_take_a_parser_minutes_is_refused_at_once() {
    let paragraphs = |count: i32| (0..count).map(|number| format!("<p><b id={number}>x")).collect::<String>();
    let tangles = [
        "<div>".repeat(100_000),
        paragraphs(1000),
        paragraphs(20_000),
        "<div><!--</div>-->".repeat(20_000),
        "<b x='</b>'>".repeat(20_000),
        "<b \"b=\"></b>\">".repeat(20_000),
        "<style></b></style><b>".repeat(20_000),
        "<b id=\"1\"></i>".repeat(20_000),
        format!("<p>{}{}", "<b id=\"1\"><i><u>".repeat(500), "<p>x</p>".repeat(20_000)),
    ];
    let begun = std::time::Instant::now();
    for tangle in tangles {
        assert_eq!(Body::try_from_author(&tangle), Err(BodyError::Tangled), "{}", &tangle[..40]);
    }
    assert!(Body::from_author(&"<div>".repeat(10_000)).html.contains("<p>&lt;div&gt;&lt;div&gt;"));
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[test]
fn long_html_in_good_order_is_not_refused() {
    let paragraph = "<p class=\"lead\">Some <b>bold</b> text,<br>and <a href=\"https://e.org/?a=1&amp;b=2\">a link</a>.</p>\n";
    assert!(Body::try_from_author(&format!("<div>{}</div>", paragraph.repeat(5000))).is_ok());
    // Not in good order, but short.
    assert!(Body::try_from_author(&"<!-- x --><P Style='a:b'>Text<BR><IMG src=x>".repeat(500)).is_ok());
}

#[test]
fn a_bad_address_is_an_error_and_names_nobody() {
    let (from, body) = (sender(), body("text"));
    for bad in [
        "",
        "ivan",
        "@",
        "ivan@",
        "@example.org",
        "a b@example.org",
        "a@b@c",
        "a@example.org\r\nRCPT TO:<b@c.org>",
        "a@exa mple.org",
        "<a@b.org>",
        "a@b.org,c@d.org",
        "a@\0.org",
    ] {
        let error = compose(&Mail { to_email: bad, ..with(&from, &body) }).unwrap_err();
        assert!(matches!(error, ComposeError::Recipient(_)), "{bad}");
        assert!(bad.len() < 4 || !error.to_string().contains(bad));
    }
}

#[test]
fn a_domain_beyond_ascii_is_written_in_ascii() {
    let (from, body) = (sender(), body("text"));
    let (envelope, bytes) = compose(&Mail { to_email: "ivan@почта.рф", ..with(&from, &body) }).unwrap();
    assert_eq!(envelope.to()[0].to_string(), "ivan@xn--80a1acny.xn--p1ai");
    assert!(bytes.is_ascii());
}

#[test]
fn other_unusable_parts_are_errors_too() {
    let (from, body) = (sender(), body("text"));
    let good = with(&from, &body);
    for message_id in ["", "1@example.org", "<1>", "<1@a b>", "<1@a>\r\nBcc: <b@c>", "<@>", "<a@b@c>"] {
        assert_eq!(compose(&Mail { message_id, ..good }).unwrap_err(), ComposeError::MessageId, "{message_id}");
    }
    for identifier in ["", "a b", "a..b", "a>\r\nBcc: b", "рассылка.example.org"] {
        let list_id = Some(("News", identifier));
        assert_eq!(compose(&Mail { list_id, ..good }).unwrap_err(), ComposeError::ListId, "{identifier}");
    }
    let date = datetime!(1969-12-31 23:59 UTC);
    assert_eq!(compose(&Mail { date, ..good }).unwrap_err(), ComposeError::Date);
    let message_id = format!("<{}@example.org>", "a".repeat(1000));
    assert_eq!(compose(&Mail { message_id: &message_id, ..good }).unwrap_err(), ComposeError::LineTooLong);
}

#[test]
fn the_sender_is_read_from_the_setting() {
    let read = |text: &str| text.parse::<Sender>().map(|sender| sender.to_string());
    assert_eq!(read("news@example.org").unwrap(), "news@example.org");
    assert_eq!(read(" Periodical <news@example.org> ").unwrap(), "Periodical <news@example.org>");
    assert_eq!(read("\"News, weekly\" <news@example.org>").unwrap(), "\"News, weekly\" <news@example.org>");
    assert_eq!(sender().domain(), "example.org");
    assert_eq!("Новости <a@почта.рф>".parse::<Sender>().unwrap().domain(), "xn--80a1acny.xn--p1ai");
    for bad in ["", "Periodical", "Periodical <news>", "news@example.org>", "A <a@b.org> B", "A <a@b.org> <c@d.org"] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_delivery_has_the_same_message_id_at_every_try() {
    assert_eq!(delivery_message_id(7, 42, "example.org"), "<periodical.7.42@example.org>");
    assert_ne!(delivery_message_id(74, 2, "example.org"), delivery_message_id(7, 42, "example.org"));
}
