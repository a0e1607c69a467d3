//! Placeholders: what is each recipient's own, and that nothing typed or named escapes from its place.

use super::*;

/// A mail of a template to somebody.
fn personal(template: &Template, email: &str, name: &str) -> Read {
    let recipient = Recipient { to: email, email, name, unsubscribe_link: Some("https://example.org/unsubscribe/1-ab?x=1&y=2") };
    let (_, bytes) = template.render(&recipient, "<1.1@example.org>", NOW).unwrap();
    assert_lines_are_whole(&bytes);
    let (_, parts) = std::str::from_utf8(&bytes).unwrap().split_once("\r\n\r\n").unwrap();
    assert!(parts.split("\r\n").all(|line| line.len() <= 76), "{parts}");
    read(&bytes)
}

#[test]
fn placeholders_stand_for_what_is_the_recipients_own() {
    let template = template(
        "{{ name | \"Friend\" }}, the news of {{ date }}",
        "<p>Dear {{ name | \"friend\" }} of {{ mailing }},</p><p title=\"for {{ name }}\"><a href=\"https://e.org/?who={{ email }}&amp;n={{ name }}\">yours</a></p>\
         <p><a href=\"{{ unsubscribe_link }}\">no more</a></p>",
    );
    let mail = personal(&template, "ann@example.net", "Ann \"Q\" <Lee> & Söhne\r\nBcc: x@y.org");
    assert_eq!(mail.subject, "Ann \"Q\" <Lee> & Söhne Bcc: x@y.org, the news of 1 Dec 2026");
    assert!(mail.html.contains("Dear Ann &quot;Q&quot; &lt;Lee&gt; &amp; Söhne Bcc: x@y.org of Weekly &lt;news&gt;,"), "{}", mail.html);
    assert!(mail.html.contains("title=\"for Ann &quot;Q&quot; &lt;Lee&gt;"), "{}", mail.html);
    assert!(mail.html.contains("?who=ann@example.net&amp;n=Ann%20%22Q%22%20%3CLee%3E%20%26%20S%C3%B6hne"), "{}", mail.html);
    assert!(mail.html.contains("href=\"https://example.org/unsubscribe/1-ab?x=1&amp;y=2\""), "{}", mail.html);
    assert!(mail.text.starts_with("Dear Ann \"Q\" <Lee> & Söhne Bcc: x@y.org of Weekly <news>,\n"), "{}", mail.text);
    assert!(mail.text.contains("]: https://example.org/unsubscribe/1-ab?x=1&y=2\n"), "{}", mail.text);

    let nobody = personal(&template, "x@example.net", "");
    assert_eq!(nobody.subject, "Friend, the news of 1 Dec 2026");
    assert!(nobody.html.contains("Dear friend of Weekly"), "{}", nobody.html);
}

#[test]
fn a_program_of_the_recipients_is_offered_to_unsubscribe_with_one_click() {
    let template = template("Hello", "text");
    let recipient = Recipient { to: "a@b.org", email: "a@b.org", name: "", unsubscribe_link: Some("https://example.org/unsubscribe/abc") };
    let (_, bytes) = template.render(&recipient, "<1.1@example.org>", NOW).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains(
            "\r\nList-Unsubscribe: <https://example.org/unsubscribe/abc>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        ),
        "{text}"
    );
    assert!(!field_names(&mail("Ivan", "Hello", "text")).iter().any(|name| name.starts_with("List-Unsubscribe")));
}

#[test]
fn no_name_escapes_from_an_address_or_makes_one() {
    let link = template("Hi", "<p><a href=\"{{ name }}\">x</a> <a href=\"https://e.org/{{ name }}\">y</a> <img src=\"{{ name }}\"></p>");
    let mail = personal(&link, "a@b.org", "javascript:alert(1)//\" onclick=\"x()");
    assert!(!mail.html.contains("javascript:") && !mail.html.contains("onclick=\"") && !mail.html.contains("<img src"), "{}", mail.html);
}

#[test]
fn what_is_kept_of_html_is_what_is_sent_and_cleaning_it_again_changes_nothing() {
    for typed in [
        "Hello <b>you</b>",
        "<script>x</script>Hi",
        "<section>a &lt; b &amp; c</section>",
        "<form>a &lt;b&gt; {{ name | \"&lt;you&gt;\" }}</form>",
        "<p title=\"{{ name | &quot;you&quot; }}\">{{&nbsp;name&nbsp;|&nbsp;\"a &amp; b\" }}</p>",
        "<table bgcolor=\"#fff\" cellpadding=\"0\" style=\"width:100%;position:fixed;color:red\"><tr><td style=\"padding:4px 8px\" valign=top>x</td></tr></table>",
        "<a href=\"{{ unsubscribe_link }}\">end</a> <a href=\"https://e.org/{{ email }}\">e</a>",
        "<p onclick=x>One<p>Two <font color=red face='Arial'>three</font><style>p{}</style>",
    ] {
        let kept = Body::cleaned(typed).unwrap();
        assert_eq!(Body::cleaned(&kept).unwrap(), kept, "{typed}");
        assert_eq!(Body::from_author(&kept), Body::from_author(typed), "{typed}");
    }
    let kept = Body::cleaned(
        "<p style=\"color:red;position:fixed;background:url(javascript:x)\" bgcolor=\"#fff\" onclick=\"x\">{{name|“you”}}</p>",
    )
    .unwrap();
    assert_eq!(kept, "<p style=\"color:red\" bgcolor=\"#fff\">{{ name | \"you\" }}</p>");
}

#[test]
fn a_word_that_is_no_placeholder_is_refused_while_editing_and_sent_as_typed_if_it_is_older() {
    assert!(matches!(Body::try_from_author("Hi {{ nmae }}"), Err(BodyError::Placeholder(_))));
    assert!(matches!(Body::try_from_author("<p>{{ <b>name</b> }}</p>"), Err(BodyError::Placeholder(_))));
    assert_eq!(personal(&template("{{ x }}", "Hi {{ nmae }}, {{ name }}"), "a@b.org", "Ann").text, "Hi {{ nmae }}, Ann\n");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_breaks_a_personal_mail(name in any_header_text(), before in "(\\PC|[\n =.<>&]){0,160}", after in "(\\PC|[\n =.<>&]){0,90}") {
        let before = before.replace("{{", "");
        let typed = format!("{before}{{{{ name }}}}{after}");
        let name: String = name.chars().take(300).collect();
        let mail = personal(&template("For {{ name }}!", &typed), "a@b.org", &name);
        prop_assert_eq!(&mail.subject, &tidy(&format!("For {}!", tidy(&name))));
        // The parts are those of a mail in which the author has typed the name, where no markup is among it.
        // (Nobody types what placeholders are kept as; in a name it stays.)
        if !typed.contains('<') && name.chars().all(|character| character < '\u{F0000}') {
            let text = format!("{before}{}{after}", tidy(&name));
            if !tidy(&name).contains('<') && !text.contains("{{") {
                let expected = Body::from_author(&text);
                prop_assert_eq!(mail.text.trim_end(), expected.text.trim_end());
                prop_assert_eq!(mail.html, expected.html);
            }
        }
    }
}
