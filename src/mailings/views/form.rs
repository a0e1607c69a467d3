//! The form that makes and changes a mailing.

use maud::{Markup, html};

use super::{
    super::{
        model::{Mailing, MailingForm},
        schedule::{Period, Zone},
    },
    COLUMNS,
};
use crate::{
    recipients::model::Recipient,
    ui::{
        Editor, Field, Icon, Section, button,
        choice::{self, Choice},
        csrf_field, empty, form, page, page_header,
        progress::grouped,
        submission_field,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors},
};

/// What the form offers to choose from.
pub struct Picker {
    pub messages: Vec<(i64, String)>,
    /// The ticked recipients, wherever the search leads.
    pub ticked: Vec<Recipient>,
    /// What the search finds beside them.
    pub found: Vec<Recipient>,
    /// All of the owner's, counted up to `counted`.
    pub total: i64,
    pub counted: i64,
}

pub fn new_page(
    user: &CurrentUser,
    chrome: &Chrome,
    form: &MailingForm,
    picker: &Picker,
    errors: &FieldErrors,
    is_zone_chosen: bool,
) -> Markup {
    let content = html! {
        (page_header("New mailing", Some("Choose a message, its recipients and when it goes out. Inside its window it starts by itself."), None))
        @if let Some(missing) = missing(picker) {
            div .card { (missing) }
        } @else {
            div .card .form-card { div .card-body {
                form #mailing-new method="post" action="/mailings" novalidate {
                    (csrf_field(&chrome.csrf))
                    @if let Some(submission_id) = form.submission_id { (submission_field(submission_id)) }
                    (fields(&Fields { scope: "mailing-new", action: "/mailings", method: "post", form, picker, errors, is_zone_chosen, inline: false }))
                    div .btn-list { (button::primary("Save mailing")) (button::secondary_link("/mailings", "Cancel")) }
                }
            } }
        }
    };
    page(&user.shell(chrome, "New mailing", Section::Mailings), content)
}

/// What comes before a mailing: a recipient, then a message.
fn missing(picker: &Picker) -> Option<Markup> {
    if picker.total == 0 {
        let act = button::primary_link("/recipients/new", Some(Icon::Plus), "New recipient");
        return Some(empty(Icon::Users, "First a recipient", "A mailing goes to your recipients; add the first one.", Some(act)));
    }
    picker.messages.is_empty().then(|| {
        let act = button::primary_link("/messages/new", Some(Icon::Plus), "New message");
        empty(Icon::Mail, "First a message", "A mailing sends one of your messages; write the first one.", Some(act))
    })
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &MailingForm,
    picker: &Picker,
    errors: &FieldErrors,
    stored: Option<&Mailing>,
) -> Markup {
    let conflict = stored.map(|stored| {
        html! {
            strong { "This mailing was changed in another tab meanwhile. " }
            "Stored now: “" (stored.name) "”, sending “" (stored.subject) "” to "
            @if stored.all_recipients { "all of your recipients" } @else { "the ticked recipients" }
            @if let Ok(schedule) = stored.schedule() { ", " (schedule.sentence()) }
            ". " a href={ "/mailings/" (stored.id) } target="_blank" rel="noopener" { "Look at it" }
            "; saving again replaces it with what stands below."
        }
    });
    let editor = Editor {
        list: "/mailings",
        noun: "mailing",
        columns: COLUMNS,
        stored_id: Some(id),
        version: form.version,
        submission_id: None,
        conflict,
        submit_label: "Save",
        csrf: &chrome.csrf,
        inline: chrome.htmx,
    };
    let (scope, action) = (Editor::scope(editor.noun, editor.stored_id), format!("/mailings/{id}"));
    let content = html! {
        (page_header("Edit mailing", None, None))
        (editor.render(html! {
            (fields(&Fields { scope: &scope, action: &action, method: "put", form, picker, errors, is_zone_chosen: true, inline: chrome.htmx }))
            p .text-secondary { "An attempt that is running is not touched: a change counts from the next run on." }
        }))
    };
    page(&user.shell(chrome, "Edit mailing", Section::Mailings), content)
}

struct Fields<'a> {
    scope: &'a str,
    action: &'a str,
    method: &'a str,
    form: &'a MailingForm,
    picker: &'a Picker,
    errors: &'a FieldErrors,
    is_zone_chosen: bool,
    /// Whether htmx puts the form into the list.
    inline: bool,
}

fn fields(fields: &Fields) -> Markup {
    let Fields { scope, form, errors, .. } = fields;
    let field = |label, name: &'static str| Field::new(label, name).scope(scope).error(errors.get(name)).required();
    html! {
        (form::text(&field("Name", "name").value(&form.name).hint("For you. Recipients see the message's subject; this name stands in the mail's List-Id alone.").max_length(200).autocomplete("off")))
        (message(fields, &field("Message", "message_id").value(&form.message_id)))
        (audience(fields))
        h2 .h3 .mt-4 { "When it goes out" }
        (choice::radio_group(&field("How often", "period").value(&form.period), Period::ALL.map(|period| Choice::new(period.as_str(), period.label()).detail(detail(period)))))
        div .row {
            div .col-md-6 { (form::date_time(&field("Start", "starts_at").value(&form.starts_at).hint("In the past or now: it goes out at once."))) }
            div .col-md-6 { (form::date_time(&field("End", "ends_at").value(&form.ends_at).hint("No run starts at or after this moment."))) }
        }
        (choice::zone_select(&field("Time zone", "time_zone").value(&form.time_zone), zones(&form.time_zone), fields.is_zone_chosen))
        (choice::checkbox(
            &Field::new("Send again if the server's reply is lost", "resend_unknown").scope(scope)
                .hint("When a connection breaks after a mail's last byte, nobody knows whether it was taken. Ticked: it goes out again with the same Message-ID. Not ticked: it is left as unknown."),
            form.resend_unknown == "true",
        ))
    }
}

fn detail(period: Period) -> &'static str {
    match period {
        Period::Once => "At the start",
        Period::Daily => "At the start's time of day",
        Period::Weekly => "On the start's weekday",
        Period::Monthly => "On the start's day, or the month's last",
    }
}

/// The list, and the reader's own text where it is none of the list: nothing typed is lost.
fn zones(chosen: &str) -> impl Iterator<Item = &str> {
    let unlisted = !chosen.is_empty() && !Zone::all_names().iter().any(|name| name == chosen);
    unlisted.then_some(chosen).into_iter().chain(Zone::all_names().iter().map(String::as_str))
}

fn message(fields: &Fields, field: &Field) -> Markup {
    let ids: Vec<(String, &str)> = fields.picker.messages.iter().map(|(id, subject)| (id.to_string(), subject.as_str())).collect();
    let choices = ids.iter().map(|(id, subject)| Choice::new(id, subject));
    html! { (choice::select(field, std::iter::once(Choice::new("", "Choose…")).chain(choices))) }
}

fn audience(fields: &Fields) -> Markup {
    let Fields { scope, form, picker, .. } = fields;
    let total = if picker.total >= picker.counted {
        format!("More than {}", grouped(picker.counted.unsigned_abs()))
    } else {
        grouped(picker.total.unsigned_abs())
    };
    let all = format!("{total} at present; whoever you have when a run starts");
    let choices =
        [Choice::new("true", "All of my recipients").detail(&all), Choice::new("false", "Only the ticked ones").detail("Tick them below")];
    html! {
        (choice::radio_group(&Field::new("To whom", "all_recipients").scope(scope).value(&form.all_recipients).required(), choices))
        // app.css shows it while "only the ticked ones" is chosen.
        div .ticked-ones .mb-3 { (picker_part(fields)) }
    }
}

/// The search and what can be ticked; the search answers with the whole form, of which htmx takes this.
fn picker_part(fields: &Fields) -> Markup {
    let Fields { scope, action, method, form, picker, errors, .. } = fields;
    let id = format!("{scope}-picker");
    let target = format!("#{id}");
    let (post, put) = ((*method == "post").then_some(action), (*method == "put").then_some(action));
    let mut choices: Vec<(String, &Recipient, bool)> = picker
        .ticked
        .iter()
        .map(|recipient| (recipient, true))
        .chain(picker.found.iter().map(|recipient| (recipient, false)))
        .map(|(recipient, ticked)| (recipient.id.to_string(), recipient, ticked))
        .collect();
    if !form.recipient_search.trim().is_empty() {
        // What was searched for comes first, also past many that are ticked.
        choices.sort_by_key(|(_, _, ticked)| *ticked);
    }
    html! {
        div .input-group .mb-2 {
            input .form-control type="search" name="recipient_search" value=(form.recipient_search) placeholder="Address, name or comment"
                aria-label="Search recipients to tick" data-no-submit maxlength="200" autocomplete="off" hx-post=[post] hx-put=[put] hx-vals=r#"{"find":"1"}"#
                hx-trigger="input changed delay:300ms" hx-target=(target) hx-select=(target) hx-swap="outerHTML" hx-sync="this:replace";
            // Without JavaScript: sends the whole form and gets it back with the list found. With it the list follows the
            // typing, and this button would be the one that Enter presses in every other field; so it is not even there
            // where htmx asked, whose parser looks into noscript.
            @if !fields.inline { noscript { button .btn type="submit" name="find" value="1" { "Find" } } }
        }
        div id=(id) {
            (choice::checkbox_list(
                &Field::new("Recipients", "recipient_ids").scope(scope).error(errors.get("recipient_ids")).hint("Those you have ticked stay while you search for others. At most 50 are shown beside them."),
                choices.iter().map(|(id, recipient, ticked)| (Choice::new(id, &recipient.email).detail(&recipient.full_name), *ticked)),
            ))
        }
    }
}
