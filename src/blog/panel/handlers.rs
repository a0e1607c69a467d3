//! Posts: list, write, preview, change. What one click does stands in `handlers/acts.rs`.

pub mod acts;

use maud::Markup;
use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    super::{
        model::State,
        pictures::{self, model::Picture},
    },
    PATH,
    model::{Filter, NewPost, PostForm, PostsQuery},
    posts::{self, Created},
    queries::{self, Narrowed},
    views,
};
use crate::{
    app::App,
    db,
    error::Result,
    i18n::Language,
    t,
    users::{CurrentUser, Editor},
    web::{Chrome, FieldErrors, FormData, Page, flash, fragment, list, off_thread, see_other},
};

#[handler]
pub async fn index(Editor(user): Editor, chrome: Chrome, app: Data<&App>, Query(query): Query<PostsQuery>) -> Result<Page> {
    let search = db::like_pattern(&query.q);
    let narrowed =
        Narrowed { search: search.as_deref(), filter: Filter::parse(&query.state), language: Language::from_tag(&query.language) };
    let found = queries::list(&app.db, &narrowed, query.before, list::FETCH).await?;
    let (path, position) = query.position(PATH);
    let page = list::Keyset::new(&path, &position, found, |post| post.id);
    let here = list::address(&path, &query.q, query.before);
    Ok(Page::ok(views::index_page(&user, &chrome, &views::List { query: &query, here: &here, page: &page })))
}

#[handler]
pub async fn new(Editor(user): Editor, chrome: Chrome) -> Result<Page> {
    let form = PostForm::blank(OffsetDateTime::now_utc(), &user.zone());
    let shown = previewed(&form, &[]).await?;
    Ok(Page::ok(views::new_page(&user, &chrome, &form, &shown, &FieldErrors::default(), user.0.time_zone.is_some())))
}

#[handler]
pub async fn create(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(mut form): FormData<PostForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if form.preview.is_none() {
        let parsed;
        (form, parsed) = parse(form, State::Draft, Vec::new()).await?;
        let saved = match parsed {
            Ok(parsed) => posts::create(&app, &user.0, &parsed, form.submission_id.unwrap_or_else(Uuid::new_v4)).await,
            Err(errors) => Err(errors.into()),
        };
        match saved {
            Ok(Created::Post(id)) => {
                flash(session, true, t!("posts-created"));
                return Ok(see_other(format!("{PATH}/{id}")));
            }
            Ok(Created::Otherwise(id)) => return conflict(&app, &user, &chrome, id, form).await,
            Err(refusal) => errors = refusal.into_field_errors()?,
        }
    }
    let shown = previewed(&form, &[]).await?;
    Ok(form_answer(&errors, views::new_page(&user, &chrome, &form, &shown, &errors, true)))
}

/// The form with what it becomes: reading Markdown is no work for this thread.
async fn parse(form: PostForm, stored: State, pictures: Vec<Picture>) -> Result<(PostForm, Result<NewPost, FieldErrors>)> {
    off_thread::read(move || {
        let parsed = form.parse(stored, &pictures, OffsetDateTime::now_utc());
        (form, parsed)
    })
    .await
}

/// A look at the preview is no failure.
fn form_answer(errors: &FieldErrors, page: Markup) -> Response {
    if errors.is_empty() { Page::ok(page).into_response() } else { Page::invalid(page).into_response() }
}

#[handler]
pub async fn show(Editor(user): Editor, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let post = queries::get(&app.db, id).await?;
    let gallery = pictures::gallery::of(&app.db, id).await?;
    let form = PostForm::of(&post, OffsetDateTime::now_utc(), &user.zone());
    let edit = views::Edit {
        post: &post,
        gallery: &gallery,
        form: &form,
        preview: &previewed(&form, &gallery.pictures).await?,
        errors: &FieldErrors::default(),
        is_conflict: false,
    };
    Ok(Page::ok(views::edit_page(&user, &chrome, &edit)))
}

#[handler]
pub async fn update(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(mut form): FormData<PostForm>,
) -> Result<Response> {
    // A post that is gone is not found before anything is said about the form.
    let stored = queries::get(&app.db, id).await?;
    let gallery = pictures::gallery::of(&app.db, id).await?;
    let mut errors = FieldErrors::default();
    if form.preview.is_none() {
        let parsed;
        (form, parsed) = parse(form, stored.state, gallery.pictures.clone()).await?;
        let saved = match parsed {
            Ok(parsed) => posts::update(&app, &user.0, id, &form.updated_at, &parsed).await,
            Err(errors) => Err(errors.into()),
        };
        match saved {
            Ok(true) => {
                flash(session, true, t!("posts-saved"));
                return Ok(see_other(format!("{PATH}/{id}")));
            }
            Ok(false) => return conflict(&app, &user, &chrome, id, form).await,
            Err(refusal) => errors = refusal.into_field_errors()?,
        }
    }
    let shown = previewed(&form, &gallery.pictures).await?;
    let edit = views::Edit { post: &stored, gallery: &gallery, form: &form, preview: &shown, errors: &errors, is_conflict: false };
    Ok(form_answer(&errors, views::edit_page(&user, &chrome, &edit)))
}

/// What is stored is not what the form was made from: the reader's text stays, saving again replaces what is stored.
async fn conflict(app: &App, user: &CurrentUser, chrome: &Chrome, id: i64, form: PostForm) -> Result<Response> {
    let post = queries::get(&app.db, id).await?;
    let gallery = pictures::gallery::of(&app.db, id).await?;
    let form = PostForm { updated_at: post.version(), submission_id: None, ..form };
    let shown = previewed(&form, &gallery.pictures).await?;
    let edit =
        views::Edit { post: &post, gallery: &gallery, form: &form, preview: &shown, errors: &FieldErrors::default(), is_conflict: true };
    Ok(Page::conflict(views::edit_page(user, chrome, &edit)).into_response())
}

/// How the form of a new post would look, as it stands. Saves nothing.
#[handler]
pub async fn preview_new(_editor: Editor, FormData(form): FormData<PostForm>) -> Result<Response> {
    Ok(fragment(previewed(&form, &[]).await?))
}

/// The same of a stored post's form.
#[handler]
pub async fn preview(_editor: Editor, app: Data<&App>, Path(id): Path<i64>, FormData(form): FormData<PostForm>) -> Result<Response> {
    queries::get(&app.db, id).await?;
    let pictures = pictures::queries::of_post(&app.db, id).await?;
    Ok(fragment(previewed(&form, &pictures).await?))
}

/// The worst text that is shown takes half a second.
async fn previewed(form: &PostForm, pictures: &[Picture]) -> Result<Markup> {
    let (form, pictures) = (form.clone(), pictures.to_vec());
    off_thread::read(move || views::preview(&form, &pictures)).await
}
