//! The people and things a case is played with: fresh for each, because cases delete, block and sign out.

use periodical::web::session;
use reqwest::{
    Client, Method,
    header::{ACCEPT_LANGUAGE, COOKIE, HeaderMap, HeaderValue},
    redirect::Policy,
};
use uuid::Uuid;

use crate::support::TestApp;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anonymous,
    Unverified,
    /// Of the row that the route is about.
    Owner,
    OtherUser,
    Manager,
    Editor,
    Admin,
    Blocked,
}

pub const WHO: [Who; 8] =
    [Who::Anonymous, Who::Unverified, Who::Owner, Who::OtherUser, Who::Manager, Who::Editor, Who::Admin, Who::Blocked];

pub struct Stage<'a> {
    app: &'a TestApp,
    /// A verified form token with its cookie: it is nobody's and serves everybody.
    token: String,
    csrf_cookie: String,
    password_hash: String,
    client: Client,
}

/// One actor before one owner's things.
pub struct Case<'a> {
    stage: &'a Stage<'a>,
    owner: Things,
    cookie: Option<String>,
}

/// Ids of what the owner has.
#[derive(sqlx::FromRow)]
struct Things {
    user_id: i64,
    recipient_id: i64,
    message_id: i64,
    mailing_id: i64,
    attempt_id: i64,
    session_id: i64,
    token_id: i64,
    mail_id: i64,
    import_id: i64,
    attachment_id: i64,
    post_id: i64,
    picture_id: Uuid,
    webhook_id: i64,
    delivery_id: i64,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: String,
}

const OWNER: &str = "
    with owner as (
      insert into users (email, full_name, password_hash, verified_at) values ($1, 'Olga Owner', $2, now()) returning id
    ), session as (
      insert into sessions (id_hash, user_id, entries, expires_at)
      select $3, id, jsonb_build_object('user_id', id, 'signed_in_at', extract(epoch from now())::bigint), now() + interval '1 day' from owner
      returning id
    ), api_token as (
      insert into api_tokens (user_id, name, token_hash, scopes, expires_at)
      select id, '1009', $3, array['read'], now() + interval '1 day' from owner returning id
    ), recipient as (
      insert into recipients (user_id, email, full_name) select id, 'rita@example.org', 'Rita' from owner returning id
    ), import as (
      insert into recipient_imports (user_id, file_name, content) select id, 'f.csv', 'a@example.org' from owner returning id
    ), message as (
      insert into messages (user_id, subject, body) select id, 'Subject', 'Body' from owner returning id
    ), attachment as (
      insert into attachments (user_id, message_id, name, content_type, size, content)
      select owner.id, message.id, 'a', 'text/plain', 1, 'a' from owner, message returning id
    ), mailing as (
      insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, next_run_at)
      select owner.id, 'Mailing', message.id, true, now() + interval '1 day', now() + interval '9 days', 'daily', 'UTC', now() + interval '1 day'
      from owner, message returning id, user_id
    ), attempt as (
      insert into attempts (mailing_id, user_id, scheduled_at, trigger, status, finished_at, subject, body, total, failed)
      select id, user_id, now(), 'manual', 'failed', now(), 'Subject', 'Body', 1, 1 from mailing returning id
    ), mail as (
      insert into caught_mails (sender, recipient, subject, source) values ('a@example.org', 'b@example.org', 'S', E'Subject: S\\r\\n\\r\\nText') returning id
    ), post as (
      insert into posts (slug, language, title, summary, content, is_published, published_at, author_id)
      select 'post-' || owner.id, 'en', 'Title', 'Summary', 'Content', true, now(), owner.id from owner returning id
    ), picture as (
      insert into post_pictures (id, post_id, name) select gen_random_uuid(), post.id, 'p.jpg' from post returning id
    ), file as (
      insert into post_picture_files (picture_id, size, width, height, media_type, digest, content)
      select picture.id, size, 1, 1, 'image/jpeg', '\\x00', 'a' from picture, unnest(array['small', 'large']) size
    ), webhook as (
      insert into webhooks (user_id, url, events, secret) select id, 'https://example.org/', array['attempt.started'], '\\x00' from owner returning id
    ), delivery as (
      insert into webhook_deliveries (webhook_id, event, payload, state, again_at, tries, tried_at, failure)
      select id, 'attempt.started', '{}', 'failed', null, 10, now(), 'timeout' from webhook returning id
    )
    select owner.id as user_id, recipient.id as recipient_id, message.id as message_id, mailing.id as mailing_id, attempt.id as attempt_id,
           session.id as session_id, api_token.id as token_id, mail.id as mail_id, import.id as import_id,
           attachment.id as attachment_id, post.id as post_id, picture.id as picture_id, webhook.id as webhook_id, delivery.id as delivery_id
    from owner, session, api_token, recipient, message, mailing, attempt, mail, import, attachment, post, picture, webhook, delivery";

const ACTOR: &str = "
    with actor as (
      insert into users (email, full_name, password_hash, verified_at, blocked_at)
      values ($1, 'Ada Actor', $2, case when $4 <> 'unverified' then now() end, case when $4 = 'blocked' then now() end) returning id
    ), role as (
      insert into user_roles (user_id, role) select id, $4 from actor where $4 in ('manager', 'editor', 'admin')
    )
    insert into sessions (id_hash, user_id, entries, expires_at)
    select $3, id, jsonb_build_object('user_id', id, 'signed_in_at', extract(epoch from now())::bigint), now() + interval '1 day' from actor";

/// All that a stranger's request must leave alone, as one hash. What a request of one's own notes is left out.
const EVERYTHING: &str = "
    select md5(concat(
      (select string_agg((to_jsonb(u) - 'last_signed_in_at')::text, ',') from users u where id = $1),
      (select string_agg(role, ',' order by role) from user_roles where user_id = $1),
      (select string_agg((to_jsonb(s) - 'seen_at' - 'expires_at')::text, ',' order by id) from sessions s where user_id = $1),
      (select string_agg(t::text, ',' order by id) from api_tokens t where user_id = $1),
      (select string_agg(r::text, ',' order by id) from recipients r where user_id = $1),
      (select string_agg(i::text, ',' order by id) from recipient_imports i where user_id = $1),
      (select string_agg(m::text, ',' order by id) from messages m where user_id = $1),
      (select string_agg(f::text, ',' order by id) from attachments f where user_id = $1),
      (select string_agg(m::text, ',' order by id) from mailings m where user_id = $1),
      (select string_agg(a::text, ',' order by id) from attempts a where user_id = $1),
      (select string_agg((to_jsonb(p) - 'views')::text, ',' order by id) from posts p where author_id = $1),
      (select string_agg(p::text, ',' order by p.id) from post_pictures p join posts on posts.id = p.post_id where posts.author_id = $1),
      (select string_agg(w::text, ',' order by id) from webhooks w where user_id = $1),
      (select string_agg(d::text, ',' order by d.id) from webhook_deliveries d join webhooks w on w.id = d.webhook_id where w.user_id = $1),
      (select string_agg(j.key, ',' order by key) from graphile_worker.jobs j where key = 'mailing:' || $2)
    ))";

impl<'a> Stage<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        Self::speaking(app, "en").await
    }

    /// Whose browsers ask for pages in this language.
    pub async fn speaking(app: &'a TestApp, language: &'static str) -> Self {
        // Somebody to be the administrator who stays, whatever the cases do.
        let id = app.user("root@example.org").await;
        periodical::users::queries::grant_role(&app.db, id, "admin").await.unwrap();
        let password_hash = sqlx::query_scalar("select password_hash from users where id = $1").bind(id).fetch_one(&app.db).await.unwrap();
        let browser = app.browser();
        let token = browser.token().await;
        let csrf_cookie = browser.cookie("periodical_csrf").unwrap();
        let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(language))]);
        let client = Client::builder().redirect(Policy::none()).default_headers(headers).build().unwrap();
        Self { app, token, csrf_cookie, password_hash, client }
    }

    pub async fn case(&'a self, who: Who) -> Case<'a> {
        let (owner_cookie, actor_cookie) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let owner: Things = sqlx::query_as(OWNER)
            .bind(format!("owner-{owner_cookie}@example.org"))
            .bind(&self.password_hash)
            .bind(session::hash(&owner_cookie))
            .fetch_one(&self.app.db)
            .await
            .unwrap();
        let cookie = match who {
            Who::Anonymous => None,
            Who::Owner => Some(owner_cookie),
            _ => {
                let kind = format!("{who:?}").to_lowercase();
                sqlx::query(ACTOR)
                    .bind(format!("actor-{actor_cookie}@example.org"))
                    .bind(&self.password_hash)
                    .bind(session::hash(&actor_cookie))
                    .bind(kind)
                    .execute(&self.app.db)
                    .await
                    .unwrap();
                Some(actor_cookie)
            }
        };
        Case { stage: self, owner, cookie }
    }
}

impl Case<'_> {
    /// The route's address, with the owner's row for `:id`.
    fn address(&self, path: &str) -> String {
        let id = match path.split('/').nth(1) {
            Some("recipients") if path.starts_with("/recipients/imports/") => self.owner.import_id,
            Some("recipients") => self.owner.recipient_id,
            Some("messages") => self.owner.message_id,
            Some("mailings") => self.owner.mailing_id,
            Some("attempts") => self.owner.attempt_id,
            Some("account") if path.starts_with("/account/tokens/") => self.owner.token_id,
            Some("webhooks") => self.owner.webhook_id,
            Some("account") => self.owner.session_id,
            Some("dev") => self.owner.mail_id,
            Some("admin") if path.starts_with("/admin/posts/") => self.owner.post_id,
            _ => self.owner.user_id,
        };
        path.replace("/blog/pictures/:id", "/blog/pictures/:picture_id")
            .replace(":picture_id", &self.owner.picture_id.to_string())
            .replace(":size", "small")
            .replace(":attachment_id", &self.owner.attachment_id.to_string())
            .replace(":delivery_id", &self.owner.delivery_id.to_string())
            .replace(":id", &id.to_string())
            .replace(":slug", &format!("post-{}", self.owner.user_id))
            .replace(":token", &"0".repeat(64))
    }

    pub async fn ask(&self, route: &str, form: &str) -> Answer {
        self.send(route, form, false).await
    }

    pub async fn ask_as_htmx(&self, route: &str, form: &str) -> Answer {
        self.send(route, form, true).await
    }

    async fn send(&self, route: &str, form: &str, htmx: bool) -> Answer {
        let (method, path) = route.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let mut request = self.stage.client.request(method.clone(), format!("{}{}", self.stage.app.base, self.address(path)));
        let mut cookies = format!("periodical_csrf={}", self.stage.csrf_cookie);
        if let Some(cookie) = &self.cookie {
            cookies.push_str(&format!("; periodical_session={cookie}"));
        }
        request = request.header(COOKIE, cookies);
        if htmx {
            request = request.header("HX-Request", "true");
        }
        if method != Method::GET {
            request = request
                .header("X-CSRF-Token", &self.stage.token)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form.to_owned());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        // A live page's stream has no end to wait for.
        let body = if path.ends_with("/live") && status == 200 { String::new() } else { answer.text().await.unwrap() };
        Answer { status, location, body }
    }

    pub async fn page(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), "").await.body
    }

    pub async fn everything_of_the_owner(&self) -> String {
        sqlx::query_scalar(EVERYTHING)
            .bind(self.owner.user_id)
            .bind(self.owner.mailing_id.to_string())
            .fetch_one(&self.stage.app.db)
            .await
            .unwrap()
    }
}
