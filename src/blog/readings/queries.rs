//! SQL of what has been read.

use sqlx::PgExecutor;

use super::Reading;

/// Adds readings, and to the posts' counts those that are new. Repeating it changes nothing; a post that is gone counts nothing.
pub async fn add(db: impl PgExecutor<'_>, readings: &[Reading]) -> sqlx::Result<()> {
    // In one order throughout, so that two processes that write at once wait for each other and not both.
    sqlx::query!(
        "with new as (
           insert into post_readings (day, post_id, visitor)
           select heard.day::date, posts.id, heard.visitor
           from unnest($1::text[], $2::text[], $3::bytea[]) heard (day, slug, visitor)
           join posts on posts.slug = heard.slug
           order by 1, 2, 3
           on conflict do nothing returning post_id
         ), counted as (
           select post_id, count(*) as readings from new group by post_id
         ), locked as (
           select id from posts where id in (select post_id from counted) order by id for no key update
         )
         update posts set views = views + counted.readings
         from locked join counted on counted.post_id = locked.id where posts.id = locked.id",
        &readings.iter().map(|reading| reading.day.to_string()).collect::<Vec<_>>(),
        &readings.iter().map(|reading| reading.slug.clone()).collect::<Vec<_>>(),
        &readings.iter().map(|reading| reading.visitor.to_vec()).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets who read what before yesterday, so many at a time: what is late of yesterday still meets its like.
pub async fn delete_old(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from post_readings where ctid = any(array(
           select ctid from post_readings where day < (now() at time zone 'UTC')::date - 1 limit 50000
         ))"
    )
    .execute(db)
    .await?;
    Ok(())
}
