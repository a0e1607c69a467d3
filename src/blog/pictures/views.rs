//! A picture on a page, and a post's pictures before its editor.

use maud::{Markup, html};
use uuid::Uuid;

use super::model::{ALT_MAX, Gallery, Picture, Size};
use crate::{
    limits::{PICTURE_BYTES, PICTURE_PIXELS, PICTURES_MAX},
    t,
    ui::{
        Field, Kind, Section, badge,
        button::{self, Act, Ask},
        csrf_field, form, method_field, page, page_header,
    },
    users::CurrentUser,
    web::Chrome,
};

/// The picture, in the size that fits. `sizes` says how wide it is shown (HTML, attribute `sizes`); one that is seen without scrolling
/// is `eager`, the others wait until they come near.
pub fn img(picture: &Picture, sizes: &str, eager: bool) -> Markup {
    img_with_alt(picture, &picture.alt, sizes, eager)
}

/// As [`img`], with words of the text it stands in.
pub fn img_with_alt(picture: &Picture, alt: &str, sizes: &str, eager: bool) -> Markup {
    let (width, height) = picture.large;
    let choice = (picture.small != picture.large).then(|| {
        let of = |size: Size, (width, _): (i32, i32)| format!("{} {width}w", picture.address(size));
        format!("{}, {}", of(Size::Small, picture.small), of(Size::Large, picture.large))
    });
    html! {
        img .img-fluid src=(picture.address(Size::Large)) srcset=[choice.as_deref()] sizes=[choice.as_ref().map(|_| sizes)]
            width=(width) height=(height) alt=(alt) decoding="async"
            loading=[(!eager).then_some("lazy")] fetchpriority=[eager.then_some("high")];
    }
}

/// What was wrong with the form that was sent last.
pub enum Wrong<'a> {
    Nothing,
    Files(&'a str),
    Alt { id: Uuid, typed: &'a str, error: &'a str },
}

const CARD: &str = "#pictures";

/// The pictures of a post on a page of their own, where the post's page is not to be had: after a form without htmx.
pub fn index_page(user: &CurrentUser, chrome: &Chrome, gallery: &Gallery, wrong: &Wrong) -> Markup {
    let title = t!("pictures-title");
    let content = html! {
        (page_header(&title, Some(&gallery.title), Some(button::secondary_link(&format!("/admin/posts/{}", gallery.post_id), &t!("pictures-back")))))
        (panel(gallery, wrong, &chrome.csrf))
    };
    page(&user.shell(chrome, &title, Section::Place("/admin/posts")), content)
}

/// The card for a post's page: its pictures, what each is written as, and the form for more.
pub fn panel(gallery: &Gallery, wrong: &Wrong, csrf: &str) -> Markup {
    let count = gallery.pictures.len();
    html! {
        div .card .my-3 #pictures {
            div .card-header {
                h2 .card-title { (t!("pictures-title")) }
                @if count > 0 { div .card-actions .text-secondary { (t!("pictures-count", count = count, max = PICTURES_MAX)) } }
            }
            @if count > 0 {
                ul .list-group .list-group-flush { @for picture in &gallery.pictures { (row(gallery, picture, wrong, csrf)) } }
            }
            div .card-body { (upload_form(gallery.post_id, wrong, csrf)) }
        }
    }
}

fn row(gallery: &Gallery, picture: &Picture, wrong: &Wrong, csrf: &str) -> Markup {
    let Picture { id, name, large: (width, height), .. } = picture;
    let is_cover = gallery.cover_id == Some(*id);
    let address = format!("/admin/posts/{}/pictures/{id}", gallery.post_id);
    html! {
        li .list-group-item .picture id={ "picture-" (id) } {
            // Named here: a picture that nobody has described has no words to be a link's name.
            a .picture-thumb href=(picture.address(Size::Large)) aria-label=(t!("pictures-open", name = name.as_str())) { (img(picture, "200px", false)) }
            div .picture-body {
                div .d-flex .flex-wrap .align-items-center .gap-2 .mb-2 {
                    strong .text-break { (name) }
                    span .text-secondary { (t!("pictures-size", width = *width, height = *height)) }
                    @if is_cover { (badge(Kind::Success, &t!("pictures-cover"))) }
                }
                (alt_form(picture, &address, wrong, csrf))
                (markdown_field(picture))
                div .btn-list { (acts(picture, &address, is_cover, csrf)) }
            }
        }
    }
}

fn alt_form(picture: &Picture, address: &str, wrong: &Wrong, csrf: &str) -> Markup {
    let (value, error) = match wrong {
        Wrong::Alt { id, typed, error } if *id == picture.id => (*typed, Some(*error)),
        _ => (picture.alt.as_str(), None),
    };
    let (label, hint, scope) = (t!("pictures-alt"), t!("pictures-alt-hint"), format!("picture-{}", picture.id));
    let field = Field::new(&label, "alt").scope(&scope).value(value).hint(&hint).error(error).max_length(ALT_MAX).autocomplete("off");
    html! {
        form .picture-alt method="post" action=(address) novalidate hx-post=(address) hx-target=(CARD) hx-select=(CARD) hx-swap="outerMorph"
            hx-disable="find button[type=submit]" {
            (csrf_field(csrf))
            (method_field("put"))
            (form::text(&field))
            button .btn type="submit" { (t!("pictures-alt-save")) }
        }
    }
}

/// Selectable as it is; the button needs a script, and is shown where there are any.
fn markdown_field(picture: &Picture) -> Markup {
    let id = format!("markdown-{}", picture.id);
    html! {
        div .field .mb-3 {
            label .form-label for=(id) { (t!("pictures-markdown")) }
            div .input-group {
                input .form-control .font-monospace type="text" id=(id) value=(picture.markdown()) readonly;
                button .btn type="button" data-copy=(id) data-copied=(t!("pictures-copied")) { (t!("pictures-copy")) }
            }
        }
    }
}

fn acts(picture: &Picture, address: &str, is_cover: bool, csrf: &str) -> Markup {
    let cover = format!("{address}/cover");
    let act = if is_cover {
        Act { action: &cover, method: "delete", csrf, label: &t!("pictures-cover-take"), class: "btn-sm" }
    } else {
        Act { action: &cover, method: "put", csrf, label: &t!("pictures-cover-choose"), class: "btn-sm" }
    };
    html! {
        (button::act_in_place(&act, CARD, html! {}))
        (button::ask(&Ask {
            id: &format!("delete-picture-{}", picture.id),
            act: Act { action: address, method: "delete", csrf, label: &t!("pictures-delete"), class: "btn-sm btn-ghost-danger" },
            question: &t!("pictures-delete-question", name = picture.name.as_str()),
            consequence: &t!("pictures-delete-consequence"),
            confirm_class: "btn-danger",
            fields: html! {},
            target: Some(CARD),
        }))
    }
}

fn upload_form(post_id: i64, wrong: &Wrong, csrf: &str) -> Markup {
    let path = format!("/admin/posts/{post_id}/pictures");
    let label = t!("pictures-files");
    let hint = t!("pictures-files-hint", most = PICTURE_BYTES / 1024 / 1024, millions = PICTURE_PIXELS / 1_000_000);
    let error = match wrong {
        Wrong::Files(error) => Some(*error),
        _ => None,
    };
    html! {
        form method="post" action=(path) enctype="multipart/form-data" novalidate data-forgets hx-post=(path) hx-target=(CARD)
            hx-select=(CARD) hx-swap="outerMorph" hx-disable="find button[type=submit]" {
            // The token is looked for in the first part alone.
            (csrf_field(csrf))
            (Field::new(&label, "files").hint(&hint).error(error).files())
            button .btn .btn-primary type="submit" {
                span .spinner-border .spinner-border-sm .me-2 .busy aria-hidden="true" {}
                (t!("pictures-add"))
            }
        }
    }
}
