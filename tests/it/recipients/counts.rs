//! How many recipients there are, without counting them.

use periodical::recipients::queries::{count, gather_counts};
use sqlx::PgPool;

use crate::support::TestApp;

/// What a careful count finds.
async fn counted(db: &PgPool, user_id: i64) -> i64 {
    sqlx::query_scalar("select count(*) from recipients where user_id = $1").bind(user_id).fetch_one(db).await.unwrap()
}

async fn agree(app: &TestApp, users: &[i64]) {
    for user in users {
        assert_eq!(count(&app.db, *user).await.unwrap(), counted(&app.db, *user).await);
    }
}

#[tokio::test]
async fn the_number_of_recipients_is_exact_whatever_adds_or_removes_them() {
    let app = TestApp::without_worker().await;
    let (una, eve) = (app.user("una@example.org").await, app.user("eve@example.org").await);
    app.many_recipients(una, 300).await;
    app.recipients(una, &["rita@example.org"]).await;
    app.recipients(eve, &["rita@example.org", "rob@example.org"]).await;
    assert_eq!((count(&app.db, una).await.unwrap(), count(&app.db, eve).await.unwrap()), (301, 2));
    // One that is there already, and a statement about several users at once.
    let again = "insert into recipients (user_id, email, full_name) values ($1, 'rita@example.org', 'R') on conflict do nothing";
    sqlx::query(again).bind(una).execute(&app.db).await.unwrap();
    sqlx::query("delete from recipients where email in ('rita@example.org', 'reader7@example.org')").execute(&app.db).await.unwrap();
    agree(&app, &[una, eve]).await;
    gather_counts(&app.db).await.unwrap();
    agree(&app, &[una, eve]).await;
    assert_eq!(app.count("select count(*) from recipient_counts").await, 2, "one note a user");
    // What is rolled back has never been; a transaction sees its own.
    let mut transaction = app.db.begin().await.unwrap();
    sqlx::query("delete from recipients where user_id = $1").bind(una).execute(&mut *transaction).await.unwrap();
    assert_eq!(count(&mut *transaction, una).await.unwrap(), 0);
    transaction.rollback().await.unwrap();
    agree(&app, &[una, eve]).await;
    sqlx::query("delete from users where id = $1").bind(eve).execute(&app.db).await.unwrap();
    gather_counts(&app.db).await.unwrap();
    assert_eq!(app.count("select count(*) from recipient_counts").await, 1, "nothing is left of a user who is gone");
}

#[tokio::test]
async fn notes_that_are_put_together_twice_at_once_are_counted_once() {
    let app = TestApp::without_worker().await;
    let una = app.user("una@example.org").await;
    for n in 0..40 {
        app.recipients(una, &[&format!("reader{n}@example.org")]).await;
    }
    let gathering = (0..6).map(|_| gather_counts(&app.db));
    futures_util::future::try_join_all(gathering).await.unwrap();
    assert_eq!(count(&app.db, una).await.unwrap(), 40);
}
