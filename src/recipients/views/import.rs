//! Taking in a file: where to put it, what was recognised, how far it came, what became of it.

use maud::{Markup, html};

use crate::{
    recipients::{
        handlers::import::PROBLEMS_SHOWN,
        import::{Column, record::Problem},
        model::ImportForm,
        queries::imports::{BadLine, Import, PROBLEMS_KEPT},
    },
    t,
    ui::{
        Field, Section, Tone, alert, button,
        choice::{Choice, checkbox, radio_group},
        csrf_field, form, method_field, page, page_header,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, form::WHOLE},
};

pub fn new_page(user: &CurrentUser, chrome: &Chrome, pasted: &str, errors: &FieldErrors) -> Markup {
    let title = t!("recipients-import");
    let (file, text, hint) = (t!("recipients-import-file"), t!("recipients-import-paste"), t!("recipients-import-paste-hint"));
    let content = html! {
        (page_header(&title, Some(&t!("recipients-import-subtitle")), None))
        div .card .form-card { div .card-body {
            form method="post" action="/recipients/imports" enctype="multipart/form-data" novalidate {
                (csrf_field(&chrome.csrf))
                div .field .mb-3 {
                    label .form-label for="file" { (file) }
                    input .form-control type="file" id="file" name="file" accept=".csv,.tsv,.txt,text/csv,text/plain" aria-describedby="file-hint";
                    small .form-hint #file-hint { (t!("recipients-import-file-hint")) }
                }
                (form::textarea(&Field::new(&text, "text").value(pasted).hint(&hint).error(errors.get("text")), 8))
                div .btn-list {
                    (button::primary(&t!("recipients-import-look")))
                    (button::secondary_link("/recipients", &t!("common-cancel")))
                }
            }
        } }
    };
    page(&user.shell(chrome, &title, Section::Recipients), content)
}

/// What will be done, before it is: the first rows under what their columns are taken for.
pub fn preview_page(
    user: &CurrentUser,
    chrome: &Chrome,
    import: &Import,
    rows: &[Vec<String>],
    form: &ImportForm,
    errors: &FieldErrors,
) -> Markup {
    let title = t!("recipients-import-preview");
    let (header, existing) = (t!("recipients-import-header"), t!("recipients-import-existing"));
    let choices = [
        ("skip", t!("recipients-import-skip"), t!("recipients-import-skip-detail")),
        ("update", t!("recipients-import-update"), t!("recipients-import-update-detail")),
    ];
    let choices = choices.iter().map(|(value, label, detail)| Choice::new(value, label).detail(detail));
    let content = html! {
        (page_header(&title, Some(&t!("recipients-import-preview-text")), None))
        form .card method="post" action={ "/recipients/imports/" (import.id) } {
            (csrf_field(&chrome.csrf))
            (method_field("put"))
            @if let Some(error) = errors.get(WHOLE) { div .card-body .pb-0 { (alert(Tone::Warning, error)) } }
            @if let Some(error) = errors.get("columns") { div .card-body .pb-0 { (alert(Tone::Danger, error)) } }
            (preview(rows, form))
            div .card-body {
                (checkbox(&Field::new(&header, "has_header"), form.has_header == "true"))
                (radio_group(&Field::new(&existing, "existing").value(&form.existing).error(errors.get("existing")), choices))
                p .text-secondary { (t!("recipients-import-no-name")) }
                div .btn-list {
                    (button::primary(&t!("recipients-import-start")))
                    (button::secondary_link("/recipients/import", &t!("recipients-import-other")))
                }
            }
        }
    };
    page(&user.shell(chrome, &title, Section::Recipients), content)
}

fn preview(rows: &[Vec<String>], form: &ImportForm) -> Markup {
    let has_header = form.has_header == "true";
    html! {
        div .table-frame .import-preview tabindex="0" role="region" aria-label=(t!("recipients-import-rows")) {
            table .table .card-table {
                caption .visually-hidden { (t!("recipients-import-rows")) }
                thead { tr {
                    @for (place, chosen) in form.columns.iter().enumerate() {
                        th scope="col" {
                            select .form-select name="columns" aria-label=(t!("recipients-import-column", number = (place + 1))) autocomplete="off" {
                                @for column in Column::ALL {
                                    option value=(column.as_str()) selected[column.as_str() == chosen] { (column_name(column)) }
                                }
                            }
                        }
                    }
                } }
                tbody {
                    @for (number, row) in rows.iter().enumerate() {
                        tr .text-secondary[has_header && number == 0] {
                            @for place in 0..form.columns.len() { td { span .excerpt { (row.get(place).map(String::as_str).unwrap_or_default()) } } }
                        }
                    }
                }
            }
        }
    }
}

fn column_name(column: Column) -> String {
    match column {
        Column::Email => t!("recipients-email"),
        Column::FullName => t!("recipients-name"),
        Column::Comment => t!("recipients-comment"),
        Column::Ignored => t!("recipients-import-ignore"),
    }
}

/// How far it came. While it runs the page reads itself again; without JavaScript there is a link.
pub fn progress_page(user: &CurrentUser, chrome: &Chrome, import: &Import, problems: &[BadLine]) -> Markup {
    let is_done = import.finished_at.is_some();
    let title = match (import.is_given_up(), is_done) {
        (true, _) => t!("recipients-import-given-up"),
        (false, true) => t!("recipients-import-done"),
        (false, false) => t!("recipients-import-running"),
    };
    let address = format!("/recipients/imports/{}", import.id);
    let again = (!is_done).then_some(address.as_str());
    // A warning that is read out each second is none.
    let patience = if import.failures > 0 { "load delay:10s" } else { "load delay:1s" };
    let content = html! {
        div #import hx-get=[again] hx-trigger=[again.map(|_| patience)] hx-select=[again.map(|_| "#import")]
            hx-swap=[again.map(|_| "outerHTML")] {
            (page_header(&title, (!import.file_name.is_empty()).then_some(import.file_name.as_str()), Some(html! {
                @if import.is_given_up() { (button::primary_link("/recipients/import", None, &t!("recipients-import-again"))) }
                @else if is_done { (button::primary_link("/recipients", None, &t!("recipients-import-to-list"))) }
                @else { (button::secondary_link(&address, &t!("recipients-import-refresh"))) }
            })))
            @if import.is_given_up() {
                (alert(Tone::Danger, t!("recipients-import-given-up-text", done = import.records_done, all = import.records)))
            } @else if import.failures > 0 { (alert(Tone::Warning, t!("recipients-import-tried-again"))) }
            div .card .mb-3 {
                @if !is_done {
                    div .card-body {
                        p .mb-2 role="status" { (t!("recipients-import-progress", done = import.records_done, all = import.records)) }
                        progress .import-progress value=(import.records_done) max=(import.records.max(1)) aria-label=(t!("recipients-import-running")) {}
                    }
                }
                dl .import-figures {
                    (figure(&t!("recipients-import-created"), import.created))
                    (figure(&t!("recipients-import-updated"), import.updated))
                    (figure(&t!("recipients-import-skipped"), import.skipped))
                    (figure(&t!("recipients-import-bad"), import.bad))
                }
            }
            @if is_done && !problems.is_empty() { (problems_card(import, problems)) }
        }
    };
    page(&user.shell(chrome, &title, Section::Recipients), content)
}

fn figure(label: &str, count: i32) -> Markup {
    html! { div { dt { (label) } dd { (crate::i18n::format::number(count)) } } }
}

fn problems_card(import: &Import, problems: &[BadLine]) -> Markup {
    let (line, what, value) = (t!("recipients-import-line"), t!("recipients-import-problem"), t!("recipients-import-value"));
    html! {
        div .card {
            div .card-header .list-head {
                h2 .card-title { (t!("recipients-import-problems")) }
                (button::secondary_link(&format!("/recipients/imports/{}/problems", import.id), &t!("recipients-import-problems-file")))
            }
            div .table-frame { table .table .card-table .table-mobile-md {
                caption .visually-hidden { (t!("recipients-import-problems")) }
                thead { tr { th scope="col" .number { (line) } th scope="col" { (what) } th scope="col" { (value) } } }
                tbody {
                    @for bad in problems {
                        tr {
                            td .number data-label=(line) { (crate::i18n::format::number(bad.line)) }
                            td data-label=(what) { (problem(&bad.problem)) }
                            td data-label=(value) { span .excerpt .text-secondary { (bad.value) } }
                        }
                    }
                }
            } }
            @if i64::from(import.bad) > PROBLEMS_SHOWN {
                div .card-footer .text-secondary {
                    @if import.bad > PROBLEMS_KEPT {
                        (t!("recipients-import-problems-many", shown = PROBLEMS_SHOWN, all = import.bad, kept = PROBLEMS_KEPT))
                    } @else { (t!("recipients-import-problems-more", shown = PROBLEMS_SHOWN, all = import.bad)) }
                }
            }
        }
    }
}

/// What is wrong with a line, in words.
pub fn problem(kept: &str) -> String {
    match Problem::parse(kept) {
        Some(Problem::NoEmail) => t!("recipients-import-no-email"),
        Some(Problem::BadEmail) => t!("recipients-import-bad-email"),
        Some(Problem::BadName) => t!("recipients-import-bad-name"),
        Some(Problem::BadComment) => t!("recipients-import-bad-comment"),
        Some(Problem::Twice) => t!("recipients-import-twice"),
        Some(Problem::BrokenQuote) => t!("recipients-import-broken-quote"),
        Some(Problem::TooLong) => t!("recipients-import-too-long"),
        Some(Problem::NoText) => t!("recipients-import-no-text"),
        None => kept.to_owned(),
    }
}
