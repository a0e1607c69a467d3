//! The form that makes and changes a mailing.

use maud::{Markup, html};

use super::{
    super::{
        model::{Mailing, MailingForm, Outlook},
        schedule::{Period, Zone},
    },
    COLUMNS,
    outlook::outlook_words,
};
use crate::{
    recipients::model::Recipient,
    rich, t,
    ui::{
        Editor, Field, Icon, Section, Tone, alert, button,
        choice::{self, Choice},
        csrf_field, empty, form, page, page_header, submission_field,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, form::WHOLE},
};

/// What the form offers to choose from.
pub struct Picker {
    pub messages: Vec<(i64, String)>,
    /// The ticked recipients, wherever the search leads.
    pub ticked: Vec<Recipient>,
    /// What the search finds beside them.
    pub found: Vec<Recipient>,
    /// All of the owner's.
    pub total: i64,
}

/// What stands beside the form's own fields.
pub struct Beside {
    pub picker: Picker,
    pub outlook: Outlook,
}

pub fn new_page(
    user: &CurrentUser,
    chrome: &Chrome,
    form: &MailingForm,
    beside: &Beside,
    errors: &FieldErrors,
    is_zone_chosen: bool,
) -> Markup {
    let content = html! {
        (page_header(&t!("mailings-new"), Some(&t!("mailings-new-subtitle")), None))
        @if let Some(missing) = missing(&beside.picker) {
            div .card { (missing) }
        } @else {
            div .card .form-card { div .card-body {
                form #mailing-new method="post" action="/mailings" novalidate {
                    (csrf_field(&chrome.csrf))
                    @if let Some(submission_id) = form.submission_id { (submission_field(submission_id)) }
                    (fields(&Fields { scope: "mailing-new", action: "/mailings", method: "post", form, beside, errors, is_zone_chosen, inline: false }))
                    div .btn-list { (button::primary(&t!("mailings-save-new"))) (button::secondary_link("/mailings", &t!("common-cancel"))) }
                }
            } }
        }
    };
    page(&user.shell(chrome, &t!("mailings-new"), Section::Mailings), content)
}

/// What comes before a mailing: a recipient, then a message.
fn missing(picker: &Picker) -> Option<Markup> {
    if picker.total == 0 {
        let act = button::primary_link("/recipients/new", Some(Icon::Plus), &t!("mailings-first-recipient-act"));
        return Some(empty(Icon::Users, &t!("mailings-first-recipient"), &t!("mailings-first-recipient-text"), Some(act)));
    }
    picker.messages.is_empty().then(|| {
        let act = button::primary_link("/messages/new", Some(Icon::Plus), &t!("mailings-first-message-act"));
        empty(Icon::Mail, &t!("mailings-first-message"), &t!("mailings-first-message-text"), Some(act))
    })
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &MailingForm,
    beside: &Beside,
    errors: &FieldErrors,
    stored: Option<&Mailing>,
) -> Markup {
    let conflict = stored.map(|stored| {
        html! {
            @let schedule = stored.schedule().map_or_else(|_| String::new(), |schedule| schedule.sentence());
            strong { (t!("mailings-conflict")) } " "
            @if stored.all_recipients { (t!("mailings-conflict-stored-all", name = stored.name, subject = stored.subject, schedule = schedule)) }
            @else { (t!("mailings-conflict-stored-ticked", name = stored.name, subject = stored.subject, schedule = schedule)) }
            " "
            (rich!("mailings-conflict-then", link = html! {
                a href={ "/mailings/" (stored.id) } target="_blank" rel="noopener" { (t!("mailings-conflict-look")) }
            }))
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
        submit_label: &t!("mailings-save"),
        csrf: &chrome.csrf,
        inline: chrome.htmx,
    };
    let (scope, action) = (Editor::scope(editor.noun, editor.stored_id), format!("/mailings/{id}"));
    let content = html! {
        (page_header(&t!("mailings-edit"), None, None))
        (editor.render(html! {
            (fields(&Fields { scope: &scope, action: &action, method: "put", form, beside, errors, is_zone_chosen: true, inline: chrome.htmx }))
        }))
    };
    page(&user.shell(chrome, &t!("mailings-edit"), Section::Mailings), content)
}

struct Fields<'a> {
    scope: &'a str,
    action: &'a str,
    method: &'a str,
    form: &'a MailingForm,
    beside: &'a Beside,
    errors: &'a FieldErrors,
    is_zone_chosen: bool,
    /// Whether htmx puts the form into the list.
    inline: bool,
}

impl<'a> Fields<'a> {
    fn field<'b>(&'b self, label: &'b str, name: &'static str) -> Field<'b> {
        Field::new(label, name).scope(self.scope).error(self.errors.get(name)).required()
    }

    /// Whether a run was going out when the form was made.
    fn is_locked(&self) -> bool {
        self.form.locked == "true"
    }
}

fn fields(fields: &Fields) -> Markup {
    let Fields { scope, form, .. } = fields;
    let own = html! {
        (form::whole(fields.errors.get(WHOLE)))
        (form::text(&fields.field(&t!("mailings-name"), "name").value(&form.name).hint(&t!("mailings-name-hint")).max_length(200).autocomplete("off")))
        @if fields.is_locked() {
            input type="hidden" name="locked" value="true";
            (alert(Tone::Info, t!("mailings-locked")))
        }
        (lockable(fields, "message", html! { (message(fields)) (audience(fields)) }))
        h2 .h3 .mt-4 { (t!("mailings-when")) }
        (lockable(fields, "when", html! { (period(fields)) }))
        div .row {
            div .col-md-6 { (lockable(fields, "start", start(fields))) }
            div .col-md-6 { (form::date_time(&fields.field(&t!("mailings-end"), "ends_at").value(&form.ends_at).hint(&t!("mailings-end-hint")))) }
        }
        (lockable(fields, "zone", choice::zone_select(&fields.field(&t!("mailings-zone"), "time_zone").value(&form.time_zone), zones(&form.time_zone), fields.is_zone_chosen)))
        (choice::checkbox(
            &Field::new(&t!("mailings-resend"), "resend_unknown").scope(scope).hint(&t!("mailings-resend-hint")),
            form.resend_unknown == "true",
        ))
    };
    // Beside each other where there is room.
    html! { div .mailing-form { div { (own) } (outlook_part(fields)) } }
}

/// What is out of reach while a run goes out, with the reason beside it.
fn lockable(fields: &Fields, part: &str, content: Markup) -> Markup {
    if !fields.is_locked() {
        return content;
    }
    let id = format!("{}-{part}-locked", fields.scope);
    html! {
        fieldset .locked disabled aria-describedby=(id) {
            (content)
            p .form-hint .locked-reason #(id) { (t!("mailings-locked-reason")) }
        }
    }
}

fn start(fields: &Fields) -> Markup {
    let (label, hint) = (t!("mailings-start"), t!("mailings-start-hint"));
    form::date_time(&fields.field(&label, "starts_at").value(&fields.form.starts_at).hint(&hint))
}

/// What will happen, in words, and again at every change of the form.
fn outlook_part(fields: &Fields) -> Markup {
    let Fields { scope, action, method, beside, .. } = fields;
    let (id, foretelling) = (format!("{scope}-outlook"), format!("{action}/preview"));
    let (post, put) = ((*method == "post").then_some(&foretelling), (*method == "put").then_some(&foretelling));
    html! {
        section .outlook .mb-3 aria-labelledby={ (id) "-title" } {
            h2 .h3 #{ (id) "-title" } { (t!("mailings-outlook")) }
            div #(id) role="status" hx-post=[post] hx-put=[put] hx-target="this" hx-swap="innerHTML" hx-sync="this:replace"
                hx-trigger=r#"input from:"closest form" delay:400ms, change from:"closest form" delay:400ms"# { (outlook_words(&beside.outlook)) }
            // Without JavaScript; see the picker's "Find".
            @if !fields.inline { noscript { button .btn .mt-2 type="submit" name="preview" value="1" { (t!("mailings-outlook-again")) } } }
        }
    }
}

fn period(fields: &Fields) -> Markup {
    let labels = Period::ALL.map(|period| (period.as_str(), period.label(), period.detail()));
    let choices = labels.iter().map(|(value, label, detail)| Choice::new(value, label).detail(detail));
    choice::radio_group(&fields.field(&t!("mailings-how-often"), "period").value(&fields.form.period), choices)
}

/// The list, and the reader's own text where it is none of the list: nothing typed is lost.
fn zones(chosen: &str) -> impl Iterator<Item = &str> {
    let unlisted = !chosen.is_empty() && !Zone::all_names().iter().any(|name| name == chosen);
    unlisted.then_some(chosen).into_iter().chain(Zone::all_names().iter().map(String::as_str))
}

fn message(fields: &Fields) -> Markup {
    let (label, choose) = (t!("mailings-message"), t!("mailings-choose"));
    let ids: Vec<(String, &str)> = fields.beside.picker.messages.iter().map(|(id, subject)| (id.to_string(), subject.as_str())).collect();
    let choices = ids.iter().map(|(id, subject)| Choice::new(id, subject));
    let field = fields.field(&label, "message_id").value(&fields.form.message_id);
    choice::select(&field, std::iter::once(Choice::new("", &choose)).chain(choices))
}

fn audience(fields: &Fields) -> Markup {
    let Fields { scope, form, beside, .. } = fields;
    let (all, all_detail) = (t!("mailings-all"), t!("mailings-all-detail", count = beside.picker.total));
    let (ticked, ticked_detail) = (t!("mailings-ticked"), t!("mailings-ticked-detail"));
    let choices = [Choice::new("true", &all).detail(&all_detail), Choice::new("false", &ticked).detail(&ticked_detail)];
    html! {
        (choice::radio_group(&Field::new(&t!("mailings-to-whom"), "all_recipients").scope(scope).value(&form.all_recipients).required(), choices))
        // app.css shows it while "only the ticked ones" is chosen.
        div .ticked-ones .mb-3 { (picker_part(fields)) }
    }
}

/// The search and what can be ticked; the search answers with the whole form, of which htmx takes this.
fn picker_part(fields: &Fields) -> Markup {
    let Fields { scope, action, method, form, beside: Beside { picker, .. }, errors, .. } = fields;
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
            input .form-control type="search" name="recipient_search" value=(form.recipient_search) placeholder=(t!("mailings-picker-placeholder"))
                aria-label=(t!("mailings-picker-search")) data-no-submit maxlength="200" autocomplete="off" hx-post=[post] hx-put=[put] hx-vals=r#"{"find":"1"}"#
                hx-trigger="input changed delay:300ms" hx-target=(target) hx-select=(target) hx-swap="outerHTML" hx-sync="this:replace";
            // Without JavaScript: sends the whole form and gets it back with the list found. With it the list follows the
            // typing, and this button would be the one that Enter presses in every other field; so it is not even there
            // where htmx asked, whose parser looks into noscript.
            @if !fields.inline { noscript { button .btn type="submit" name="find" value="1" { (t!("mailings-picker-find")) } } }
        }
        div id=(id) {
            (choice::checkbox_list(
                &Field::new(&t!("mailings-recipients"), "recipient_ids").scope(scope).error(errors.get("recipient_ids")).hint(&t!("mailings-picker-hint")),
                choices.iter().map(|(id, recipient, ticked)| (Choice::new(id, &recipient.email).detail(&recipient.full_name), *ticked)),
            ))
        }
    }
}
