//! The seeded demo, its people, and every page there is to look at, taken from the route table: a new page is looked at
//! without being named here.

use std::collections::{BTreeSet, HashMap};

use periodical::{
    delivery::Engine,
    inbox::catcher::{self, Catcher},
    recipients::unsubscribe::Links,
    routes,
};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};

use crate::support::{Browser as Reader, TestApp, quick};

/// Who looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    Visitor,
    /// Owns everything in the demo.
    Owner,
    /// An account without anything.
    Newcomer,
    Admin,
}

#[derive(Debug, Clone)]
pub struct Place {
    pub who: Who,
    pub path: String,
    /// What a picture of it is called.
    pub name: String,
}

/// Three webhooks, one that is well, one that fails, one that was given up; and what was sent to the second.
const WEBHOOKS: &str = r#"
    with owner as (select id from users where email = 'demo@periodical.example'),
    webhook as (
      insert into webhooks (user_id, url, events, secret, failures, failing_since, rests_until, disabled_at, disabled_why)
      select owner.id, h.url, h.events, '\x00', h.failures, h.since, h.until, h.off, h.why
      from owner, (values
        (1, 'https://hooks.acme.example/periodical', array['attempt.started', 'attempt.finished'], 0, null::timestamptz, null::timestamptz, null::timestamptz, null),
        (2, 'https://crm.globex.example/api/v2/hooks/mailings', array['attempt.finished', 'recipient.undeliverable'], 4, now() - interval '2 hours', now() + interval '25 minutes', null, null),
        (3, 'https://old.initech.example/', array['attempt.finished'], 9, now() - interval '6 days', null, now() - interval '1 day', 'failing')
      ) h (place, url, events, failures, since, until, off, why)
      order by h.place returning id, url
    )
    insert into webhook_deliveries (webhook_id, event, payload, state, tries, again_at, created_at, tried_at, status, answer, failure)
    select webhook.id, d.event,
           '{"type":"' || d.event || '","timestamp":"2026-11-26T09:00:12.481Z","data":{"id":17,"mailing_id":3,"status":"partial","total":12,"sent":11,"failed":1}}',
           d.state, d.tries, case when d.state = 'waiting' then now() + interval '25 minutes' end, now() - d.ago, now() - d.ago / 2, d.status, d.answer, d.failure
    from webhook, (values
      (1, 'webhook.test', 'sent', 1, interval '3 days', 200, 'ok', null),
      (2, 'attempt.finished', 'failed', 10, interval '4 days', null, '', 'timeout'),
      (3, 'recipient.undeliverable', 'sent', 2, interval '1 day', 204, '', null),
      (4, 'attempt.finished', 'waiting', 3, interval '2 hours', 503, '<html><body>Service unavailable: come again later.</body></html>', null)
    ) d (place, event, state, tries, ago, status, answer, failure)
    where webhook.url like '%globex%' order by d.place"#;

pub struct Stage {
    pub app: TestApp,
    people: HashMap<Who, Reader>,
}

impl Stage {
    /// The demo, with a mail in the inbox and a mailing that is going out, slowly.
    pub async fn demo() -> Self {
        let mut app = TestApp::configured(quick(), |config| {
            config.smtp.server = periodical::config::SmtpServer::Catcher;
            config.send_rate = Some(4.0);
        })
        .await;
        periodical::seeds::load(&app.app).await.unwrap();
        sqlx::query(
            "insert into caught_mails (sender, recipient, subject, source)
             select 'news@periodical.example', 'anna@acme.example', 'Your weekly digest',
               E'From: news@periodical.example\\r\\nTo: anna@acme.example\\r\\nSubject: Your weekly digest\\r\\nMIME-Version: 1.0\\r\\nContent-Type: text/html; charset=utf-8\\r\\n\\r\\n<h1>Hello, Anna</h1><p>Three new articles.</p>'",
        )
        .execute(&app.db)
        .await
        .unwrap();
        sqlx::query(WEBHOOKS).execute(&app.db).await.unwrap();
        let mut people = HashMap::from([(Who::Visitor, app.browser())]);
        for (who, email) in [(Who::Owner, "demo@periodical.example"), (Who::Admin, "admin@periodical.example")] {
            let reader = app.browser();
            let page = reader.submit("/login", "/login", &[("email", email), ("password", "periodical demo")]).await;
            assert_eq!(page.path, "/", "{}", page.text);
            people.insert(who, reader);
        }
        let (_, newcomer) = app.signed_in("newcomer@example.org").await;
        people.insert(Who::Newcomer, newcomer);
        app.start_worker();
        Self { app, people }
    }

    /// Sets the language of everybody's profile; the browser's holds where there is none.
    pub async fn speak(&self, language: &str) {
        sqlx::query("update users set locale = $1").bind(language).execute(&self.app.db).await.unwrap();
    }

    pub fn reader(&self, who: Who) -> &Reader {
        &self.people[&who]
    }

    /// Starts the demo's weekly mailing by hand and gives its attempt, which goes on for most of a minute.
    pub async fn running_attempt(&self) -> i64 {
        let (user, mailing): (i64, i64) =
            sqlx::query_as("select user_id, id from mailings where name = 'Weekly digest'").fetch_one(&self.app.db).await.unwrap();
        self.app.run_now(user, mailing).await
    }

    /// Every page that the route table leads to, with those who see it at its fullest.
    pub async fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        let mut seen = BTreeSet::new();
        for (method, route) in routes::table(&self.app.app.config) {
            if method != Method::GET {
                continue;
            }
            let path = self.address(route).await;
            for who in [Who::Owner, Who::Admin, Who::Visitor, Who::Newcomer] {
                // The start page is another one for everybody; a list without anything in it is a page of its own.
                let is_list = matches!(route, "/" | "/recipients" | "/messages" | "/mailings" | "/attempts" | "/reports" | "/webhooks");
                if !is_list && (who == Who::Newcomer || seen.contains(route)) {
                    continue;
                }
                if is_list && who == Who::Admin || route != "/" && is_list && who == Who::Visitor {
                    continue;
                }
                if self.is_page(who, &path).await {
                    seen.insert(route);
                    let name = format!("{}{}", route.trim_start_matches('/').replace('/', "-").replace(':', ""), suffix(who, is_list));
                    places.push(Place { who, path: path.clone(), name: if route == "/" { format!("home{name}") } else { name } });
                }
            }
        }
        for (who, path, name) in [
            (Who::Owner, "/recipients?q=nobody-is-called-this", "recipients-nothing-found"),
            (Who::Owner, "/there-is-no-such-page", "error-404"),
            (Who::Owner, "/admin/audit", "error-403"),
        ] {
            places.push(Place { who, path: path.to_owned(), name: name.to_owned() });
        }
        let rita = self.app.count("select id from recipients where full_name = 'Irina Berg'").await;
        let link = Links::new(&self.app.app.config).of(rita);
        let unsubscribe = link.strip_prefix(&self.app.base).unwrap().to_owned();
        places.push(Place { who: Who::Visitor, path: unsubscribe, name: "unsubscribe".to_owned() });
        places.push(Place { who: Who::Owner, path: self.import().await, name: "recipients-imports-id".to_owned() });
        places
    }

    /// An import that waits for a word, with a line that is wrong; its address.
    async fn import(&self) -> String {
        let reader = self.reader(Who::Owner);
        let token = reader.get("/recipients/import").await.token();
        let field = |name: &str, value: &str| format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let lines = "email,name,comment\nada@globex.example,Ada Lovelace,Met at the spring fair\nnobody,Nobody,\nirina.berg@hooli.example,Irina Berg,\n";
        let body = [field("csrf_token", &token), field("text", lines), "--b0undary--\r\n".to_owned()].concat();
        let request = reader.request(Method::POST, "/recipients/imports").header(CONTENT_TYPE, "multipart/form-data; boundary=b0undary");
        reader.send(request.body(body)).await.path
    }

    /// A page of ours in HTML: not another one that it leads to, and nothing for a frame.
    async fn is_page(&self, who: Who, path: &str) -> bool {
        let answer = self.reader(who).request(Method::GET, path).send().await.unwrap();
        let header = |name| answer.headers().get(name).map_or("", |value| value.to_str().unwrap());
        // What may stand in a frame is a mail, or the paper that one is written on.
        let is_ours = header(CONTENT_TYPE).starts_with("text/html") && header(CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'");
        answer.status() == StatusCode::OK && is_ours && answer.url().path() == path.split('?').next().unwrap()
    }

    /// The route's address with the demo's most telling row in it.
    async fn address(&self, route: &str) -> String {
        let Some(noun) = route.contains("/:").then(|| route.split('/').nth(1).unwrap_or_default()) else { return route.to_owned() };
        let row = match noun {
            "recipients" => "select id from recipients where full_name = 'Irina Berg'",
            "messages" => "select id from messages where subject = 'Welcome to the autumn catalogue'",
            "mailings" => "select id from mailings where name = 'Weekly digest'",
            "attempts" => "select min(id) from attempts where status = 'partial'",
            "dev" => "select max(id) from caught_mails",
            "webhooks" => "select id from webhooks where failures = 4",
            "account" => "select max(id) from sessions",
            "admin" if route.starts_with("/admin/posts/") => "select coalesce(max(id), 0) from posts where is_published",
            _ => "select id from users where email = 'blocked@periodical.example'",
        };
        let id = self.app.count(row).await.to_string();
        let delivery = self.app.count("select max(id) from webhook_deliveries").await.to_string();
        let newest = "select slug from posts where is_published order by published_at desc, id desc limit 1";
        let slug: Option<String> = sqlx::query_scalar(newest).fetch_optional(&self.app.db).await.unwrap();
        let parts = route.split('/').map(|part| match part {
            ":token" => "0".repeat(64),
            ":delivery_id" => delivery.clone(),
            ":slug" => slug.clone().unwrap_or_default(),
            part if part.starts_with(':') => id.clone(),
            part => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

fn suffix(who: Who, is_list: bool) -> &'static str {
    match who {
        Who::Newcomer => "-empty",
        Who::Visitor if is_list => "-visitor",
        _ => "",
    }
}

/// An App whose mail is caught, with the worker that sends it; the catcher ends with what is returned.
pub async fn with_catcher() -> (TestApp, Catcher) {
    let mut app = TestApp::with_inbox().await;
    let data_dir = app.app.config.data_dir.clone();
    let catcher = Catcher::start(&data_dir, app.db.clone()).await.unwrap().expect("nobody else has this folder");
    app.engine = Engine::new(app.app.clone(), catcher::settings(&data_dir), quick());
    app.start_worker();
    (app, catcher)
}
