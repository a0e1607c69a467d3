//! When the public reads a post: now, at a moment, or not any more.

use reqwest::{Method, StatusCode};
use time::OffsetDateTime;

use super::{change, deeds, editor, state, version, write, written};
use crate::support::{TestApp, until};

/// A form's value for a moment so many seconds from now, in UTC, with seconds, which forms may have.
fn from_now(seconds: i64) -> String {
    let moment = OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
    moment.format(&time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]")).unwrap()
}

/// When the post's job is to run.
async fn job(app: &TestApp, id: i64) -> Option<OffsetDateTime> {
    let query = "select run_at from graphile_worker.jobs where key = 'post:' || $1";
    sqlx::query_scalar(query).bind(id.to_string()).fetch_optional(&app.db).await.unwrap()
}

async fn published_at(app: &TestApp, id: i64) -> Option<OffsetDateTime> {
    sqlx::query_scalar("select published_at from posts where id = $1").bind(id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn each_act_on_what_the_public_reads_raises_its_version_once() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let mut heard = sqlx::postgres::PgListener::connect_with(&app.db).await.unwrap();
    heard.listen("public").await.unwrap();
    let id = written(&browser, &[("publication", "now")]).await;
    let path = format!("/admin/posts/{id}");
    assert_eq!((version(&app).await, state(&app, id).await.as_str()), (2, "published"));
    assert_eq!(heard.recv().await.unwrap().payload(), "2");
    let since = published_at(&app, id).await;

    change(&browser, &path, &[("content", "Better.")]).await;
    assert_eq!(version(&app).await, 3);
    assert_eq!(published_at(&app, id).await, since, "a change leaves the date");

    let publication = format!("{path}/publication");
    browser.htmx_request(Method::DELETE, &publication, &[]).await;
    assert_eq!((version(&app).await, state(&app, id).await.as_str()), (4, "draft"));
    browser.htmx_request(Method::DELETE, &publication, &[]).await;
    assert_eq!(version(&app).await, 4, "a draft is one already");
    browser.htmx_request(Method::PUT, &publication, &[]).await;
    assert_eq!((version(&app).await, state(&app, id).await.as_str()), (5, "published"));
    browser.htmx_request(Method::PUT, &publication, &[]).await;
    assert_eq!(version(&app).await, 5, "it is published already");
    let answer = browser.htmx_request(Method::DELETE, &path, &[]).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(version(&app).await, 6);
    assert_eq!(deeds(&app).await, ["create_post", "publish_post", "unpublish_post", "publish_post", "delete_post"]);
}

#[tokio::test]
async fn without_javascript_the_list_publishes_and_takes_back_and_comes_again_as_it_was() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let id = written(&browser, &[]).await;
    let publication = format!("/admin/posts/{id}/publication");
    for (words, expected) in [("the public reads it now", "published"), ("is a draft again", "draft")] {
        let page = browser.submit("/admin/posts?language=en", &publication, &[]).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/admin/posts?language=en"));
        assert!(page.contains(words), "{}", page.text);
        assert_eq!(state(&app, id).await, expected);
    }
    // Not to wherever a form says.
    let page = browser.submit("/admin/posts", &publication, &[("back", "//elsewhere.example")]).await;
    assert_eq!(page.path, format!("/admin/posts/{id}"));
}

#[tokio::test]
async fn a_draft_without_a_text_is_not_published_by_a_click() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let id = written(&browser, &[("content", "")]).await;
    let publication = format!("/admin/posts/{id}/publication");
    assert_eq!(browser.htmx_request(Method::PUT, &publication, &[]).await.status, StatusCode::CONFLICT);
    let page = browser.submit("/admin/posts", &publication, &[]).await;
    assert!(page.contains("no summary or no content"), "{}", page.text);
    assert_eq!((state(&app, id).await.as_str(), version(&app).await), ("draft", 1));
}

#[tokio::test]
async fn bad_moments_are_errors_beside_the_field() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let id = written(&browser, &[]).await;
    let path = format!("/admin/posts/{id}");
    for (moment, zone, field) in [
        ("9999-12-31T23:59", "UTC", "published_at"),
        ("2001-01-01T00:00", "UTC", "published_at"),
        ("1969-01-01T00:00", "UTC", "published_at"),
        ("tomorrow", "UTC", "published_at"),
        ("", "UTC", "published_at"),
        // The clocks go from 02:00 to 03:00.
        ("2027-03-28T02:30", "Europe/Berlin", "published_at"),
        ("2027-03-28T02:30", "Europe/Atlantis", "time_zone"),
    ] {
        let given = [("publication", "at"), ("published_at", moment), ("time_zone", zone)];
        for page in [write(&browser, &given).await, change(&browser, &path, &given).await] {
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{moment} {zone}");
            assert!(page.error(field).is_some(), "{moment} {zone}: {}", page.text);
            assert_eq!(page.attr("#published_at", "value").as_deref(), Some(moment));
        }
    }
    assert_eq!((app.count("select count(*) from posts").await, state(&app, id).await.as_str()), (1, "draft"));
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);
}

#[tokio::test]
async fn a_moment_that_has_passed_is_told_with_all_the_other_errors() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let page = write(&browser, &[("title", ""), ("publication", "at"), ("published_at", "2001-01-01T00:00")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("title").is_some() && page.error("published_at").is_some(), "{}", page.text);
}

#[tokio::test]
async fn a_scheduled_post_is_published_by_the_worker_without_anybody_touching_it() {
    let app = TestApp::start().await;
    let browser = editor(&app).await;
    let id = written(&browser, &[("publication", "at"), ("published_at", &from_now(2)), ("time_zone", "UTC")]).await;
    let moment = published_at(&app, id).await;
    let path = format!("/admin/posts/{id}");
    // A form that was opened before stays good: nobody has changed the post.
    let fields = browser.get(&path).await.form_at("#post-form");
    until("the publication", || async { (state(&app, id).await == "published").then_some(()) }).await;
    assert_eq!(published_at(&app, id).await, moment, "its date is the moment that was set");
    assert!(OffsetDateTime::now_utc() >= moment.unwrap(), "not before");
    assert_eq!(version(&app).await, 2);
    let page = browser.post(&path, fields, &[("title", "Spring news, mended")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(state(&app, id).await, "published");
    assert_eq!(deeds(&app).await, ["create_post", "schedule_post"]);
}

#[tokio::test]
async fn the_moment_is_in_the_editors_zone_and_moving_it_moves_the_job() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    sqlx::query("update users set time_zone = 'Asia/Tokyo'").execute(&app.db).await.unwrap();
    let year = OffsetDateTime::now_utc().year() + 1;
    let typed = format!("{year}-06-01T09:00");
    // The form comes with the zone of the profile.
    let id = written(&browser, &[("publication", "at"), ("published_at", &typed)]).await;
    let midnight = time::Date::from_calendar_date(year, time::Month::June, 1).unwrap().midnight().assume_utc();
    assert_eq!(published_at(&app, id).await, Some(midnight));
    assert_eq!(job(&app, id).await, Some(midnight));
    let path = format!("/admin/posts/{id}");
    let page = browser.get(&path).await;
    assert_eq!(page.attr("#published_at", "value"), Some(typed));

    // What is saved without touching the moment leaves it, and another moves the job.
    change(&browser, &path, &[("title", "Other")]).await;
    assert_eq!(job(&app, id).await, Some(midnight));
    change(&browser, &path, &[("time_zone", "UTC")]).await;
    assert_eq!(job(&app, id).await, Some(midnight + time::Duration::hours(9)));
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 1);
    assert_eq!(version(&app).await, 1, "the public has seen nothing yet");
    assert_eq!(deeds(&app).await, ["create_post", "schedule_post", "schedule_post"]);
}

#[tokio::test]
async fn taking_back_publishing_by_hand_and_deleting_take_the_job_out_of_the_queue() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let later = from_now(86_400);
    let given = [("publication", "at"), ("published_at", later.as_str()), ("time_zone", "UTC")];
    for (number, act) in ["unpublish", "draft", "publish", "now", "delete"].into_iter().enumerate() {
        let slug = format!("post-{number}");
        let mut given = given.to_vec();
        given.push(("slug", &slug));
        let id = written(&browser, &given).await;
        assert!(job(&app, id).await.is_some());
        let path = format!("/admin/posts/{id}");
        let publication = format!("{path}/publication");
        let answer = match act {
            "unpublish" => browser.htmx_request(Method::DELETE, &publication, &[]).await,
            "publish" => browser.htmx_request(Method::PUT, &publication, &[]).await,
            "delete" => browser.htmx_request(Method::DELETE, &path, &[]).await,
            publication => change(&browser, &path, &[("publication", publication)]).await,
        };
        assert_eq!(answer.status, StatusCode::OK, "{act}");
        assert_eq!(job(&app, id).await, None, "{act}");
    }
}

#[tokio::test]
async fn a_job_that_comes_too_early_too_late_or_twice_changes_nothing() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let draft = written(&browser, &[("slug", "early")]).await;
    let scheduled =
        written(&browser, &[("slug", "later"), ("publication", "at"), ("published_at", &from_now(86_400)), ("time_zone", "UTC")]).await;
    let public = written(&browser, &[("slug", "public"), ("publication", "now")]).await;
    for id in [draft, scheduled, public, 99] {
        periodical::blog::panel::posts::publish_due(&app.app, id).await.unwrap();
    }
    assert_eq!(state(&app, draft).await, "draft");
    assert_eq!(state(&app, scheduled).await, "scheduled");
    assert_eq!(version(&app).await, 2);

    // One that came as a fixture has no job; housekeeping finds it.
    sqlx::query("update posts set published_at = now() - interval '2 minutes' where id = $1")
        .bind(scheduled)
        .execute(&app.db)
        .await
        .unwrap();
    periodical::blog::panel::posts::rescue_forgotten(&app.app).await.unwrap();
    periodical::blog::panel::posts::rescue_forgotten(&app.app).await.unwrap();
    assert_eq!((state(&app, scheduled).await.as_str(), version(&app).await), ("published", 3));
}
