//! Files behind the text.

use super::*;

#[test]
fn files_go_behind_the_text_with_their_names_in_any_language() {
    let sender = sender();
    let frame = Frame { from: &sender, reply_to: None, list_id: None, auto_submitted: false };
    let content: Vec<u8> = (0..5000_u32).map(|number| (number % 251) as u8).collect();
    let names =
        ["report.pdf", "Отчёт за декабрь, с очень длинным названием, которое не помещается в одну строку.pdf", "a\"b\\c\r\nX: y.pdf"];
    let attachments = names.map(|name| Attachment { name, media_type: "application/pdf", content: &content });
    let subject = Marked::literal("Files");
    let template = Template::new(&frame, &subject, &Body::from_author("Dear {{ name }}"), &Values::default(), &attachments).unwrap();
    let recipient = Recipient { to: "ann@example.net", email: "ann@example.net", name: "Ann", unsubscribe_link: None };
    let (_, bytes) = template.render(&recipient, "<1.1@example.org>", NOW).unwrap();
    assert_lines_are_whole(&bytes);
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(message.content_type().unwrap().subtype(), Some("mixed"));
    assert_eq!(message.body_text(0).unwrap().trim_end(), "Dear Ann");
    let found: Vec<_> = message.attachments().map(|part| (part.attachment_name().unwrap().to_owned(), part.contents().to_vec())).collect();
    let expected = [names[0], names[1], "a\"b\\c X: y.pdf"].map(|name| (name.to_owned(), content.clone()));
    for ((name, bytes), (expected_name, expected_bytes)) in found.iter().zip(&expected) {
        assert_eq!(name, expected_name);
        assert!(bytes == expected_bytes, "{name}");
    }
    assert_eq!(found.len(), 3);
}
