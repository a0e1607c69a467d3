//! Files that a program sends: taken in while they come, and what of them is told.

use std::{fmt::Write as _, time::Duration};

use periodical::{limits::STREAMED_IMPORT_BYTES, recipients::queries::staging};
use reqwest::{
    Body, Method, RequestBuilder,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use serde_json::{Value, json};
use sqlx::Connection;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Program, TestApp, quick, until};

const IMPORT: &str = "/recipients/import";

fn file(program: &Program, kind: &'static str, content: impl Into<Body>) -> RequestBuilder {
    program.request(Method::POST, IMPORT).header(CONTENT_TYPE, kind).body(content)
}

/// Takes a file in; what became of it.
async fn taken_in(program: &Program, content: impl Into<Body>) -> Value {
    program.send(file(program, "text/csv", content)).await.expect(200).json()
}

/// Created, updated, unchanged, and all that were rejected.
fn figures(result: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "rejected_total"].map(|name| result[name].as_u64().unwrap())
}

fn rejected(result: &Value) -> Vec<(u64, &str)> {
    let rejected = result["rejected"].as_array().unwrap();
    rejected.iter().map(|bad| (bad["line"].as_u64().unwrap(), bad["email"].as_str().unwrap())).collect()
}

async fn rows(app: &TestApp) -> Vec<(String, String, String, i32)> {
    let query = "select email::text, full_name, comment, version from recipients order by lower(email::text)";
    sqlx::query_as(query).fetch_all(&app.db).await.unwrap()
}

fn row(email: &str, full_name: &str, comment: &str, version: i32) -> (String, String, String, i32) {
    (email.into(), full_name.into(), comment.into(), version)
}

/// More of a file than is read before the database hears of it.
fn many(from: usize, count: usize) -> String {
    let mut lines = String::new();
    for number in from..from + count {
        let _ = writeln!(lines, "reader{number}@example.org,Reader {number},from the list");
    }
    lines
}

#[tokio::test]
async fn a_file_creates_and_changes_recipients_and_its_bad_lines_are_told() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let (eve, _) = app.programmer("eve@example.org").await;
    app.recipients(user, &["rita@example.org", "bob@example.org", "same@example.org", "kept@example.org"]).await;
    app.recipients(eve, &["rita@example.org"]).await;
    sqlx::query("update recipients set full_name = 'Old', comment = 'kept', unsubscribed_at = now()").execute(&app.db).await.unwrap();
    let content = "email,name,comment\n\
                   anna@example.org,First,\n\
                   RITA@example.org,Rita New,new\n\
                   bob@example.org,,\n\
                   same@example.org,Old,kept\n\
                   \n\
                   ,Nobody,\n\
                   carl at example,Carl,\n\
                   Anna@Example.org,\"Anna \"\"A.\"\" Kern\",\"two\r\nlines, \\N\"\n\
                   dora@example.org,,\n\
                   emil@example.org,\"bell \u{7}\",\n";
    let result = taken_in(&program, content).await;
    assert_eq!(figures(&result), [2, 1, 3, 3], "{result}");
    assert_eq!(rejected(&result), [(7, ""), (8, "carl at example"), (12, "emil@example.org")]);
    assert_eq!(
        result["rejected"][1],
        json!({ "line": 8, "email": "carl at example", "error": "Not an e-mail address", "text": "carl at example" })
    );
    assert_eq!(result["charset"], "UTF-8");
    let expected = [
        row("Anna@Example.org", "Anna \"A.\" Kern", "two\nlines, \\N", 1),
        row("bob@example.org", "Old", "kept", 1),
        row("dora@example.org", "dora", "", 1),
        row("kept@example.org", "Old", "kept", 1),
        row("rita@example.org", "Rita New", "new", 2),
        row("rita@example.org", "Old", "kept", 1),
        row("same@example.org", "Old", "kept", 1),
    ];
    let mut stored = rows(&app).await;
    stored.sort_by(|one, other| one.0.cmp(&other.0).then(other.3.cmp(&one.3)));
    assert_eq!(stored, expected);
    assert_eq!(app.count("select count(*) from recipients where unsubscribed_at is not null").await, 5, "nobody is subscribed again");
    let counted = "select sum(change)::bigint from recipient_counts group by user_id order by min(user_id)";
    assert_eq!(app.count(counted).await, 6);

    let result = taken_in(&program, content).await;
    assert_eq!(figures(&result), [0, 0, 6, 3], "a second time changes nothing: {result}");
    assert_eq!(app.count("select sum(version)::bigint from recipients").await, 8);
}

#[tokio::test]
async fn marks_separators_and_encodings_are_recognised() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let text = "E-mail;Имя;Телефон;Комментарий\r\nanna@example.org;Анна, Иванова;1;из Риги\r\n";
    let (windows_1251, _, _) = encoding_rs::WINDOWS_1251.encode(text);
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(Vec<u8>, &str, &str); 6] = [
        (text.into(), "text/csv", "UTF-8"),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), "text/csv; charset=utf-8", "UTF-8"),
        (windows_1251.to_vec(), "text/csv", "windows-1251"),
        (windows_1251.to_vec(), "text/csv; charset=\"Windows-1251\"", "windows-1251"),
        (utf_16, "text/csv", "UTF-16LE"),
        (text.replace(';', "\t").into(), "TEXT/CSV;header=present", "UTF-8"),
    ];
    for (content, kind, charset) in files {
        sqlx::query("delete from recipients").execute(&app.db).await.unwrap();
        let result = program.send(file(&program, kind, content)).await.expect(200).json();
        assert_eq!((figures(&result), result["charset"].as_str()), ([1, 0, 0, 0], Some(charset)), "{kind}");
        assert_eq!(rows(&app).await, [row("anna@example.org", "Анна, Иванова", "из Риги", 1)], "{kind}");
    }
    // What was declared counts, and what is no text in it is told.
    let content = [b"email,name\nbob@example.org,Bob\ncarl@example.org,", &windows_1251[8..11], b"\n"].concat();
    let result = program.send(file(&program, "text/csv; charset=utf-8", content)).await.expect(200).json();
    assert_eq!((figures(&result), rejected(&result)), ([1, 0, 0, 1], vec![(3, "carl@example.org")]), "{result}");
}

#[tokio::test]
async fn what_is_no_such_file_is_refused_with_a_sentence_that_helps() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    for content in ["", "\n\n", "anna@example.org,Anna\n", "name,comment\nAnna,x\n", "{\"email\": \"anna@example.org\"}", "\0\0\0\0"] {
        let answer = program.send(file(&program, "text/csv", content)).await.expect(422);
        assert!(answer.error("").contains("email, name, comment"), "{content:?}: {}", answer.text);
    }
    for (kind, words) in [("application/json", "application/json"), ("text/csv; charset=klingon", "klingon"), ("text/csvx", "text/csvx")] {
        let answer = program.send(file(&program, kind, "email\nanna@example.org\n")).await.expect(415);
        assert!(answer.json()["detail"].as_str().unwrap().contains(words), "{}", answer.text);
    }
    let packed = file(&program, "text/csv", "email\nanna@example.org\n").header(CONTENT_ENCODING, "gzip");
    assert!(program.send(packed).await.expect(415).text.contains("without compression"));
    let answer = program.send(program.request(Method::POST, IMPORT).body("email\n")).await.expect(415);
    assert!(answer.text.contains("Content-Type"), "{}", answer.text);
    assert_eq!(app.count("select count(*) from recipients").await, 0);
    assert_eq!(figures(&taken_in(&program, "email\n").await), [0; 4], "a heading alone is a file as well");
}

#[tokio::test]
async fn a_broken_quote_at_line_90000_costs_that_line_alone() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let content = format!("email,name,comment\n{}broken@example.org,\"Broken,\n{}", many(0, 89_998), many(90_000, 5000));
    let result = taken_in(&program, content).await;
    assert_eq!(figures(&result), [94_998, 0, 0, 1]);
    assert_eq!(rejected(&result), [(90_000, "")]);
    assert!(result["rejected"][0]["text"].as_str().unwrap().starts_with("broken@example.org"), "{}", result["rejected"]);
    assert!(result["rejected"][0]["error"].as_str().unwrap().contains("quote"), "{}", result["rejected"]);
    assert_eq!(app.count("select count(*) from recipients").await, 94_998);
    assert_eq!(app.count("select max(length(full_name))::bigint from recipients").await, 12);
}

#[tokio::test]
async fn of_very_many_bad_lines_the_first_thousand_are_told() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let result = taken_in(&program, format!("email\n{}anna@example.org\n", "nobody\n".repeat(1500))).await;
    assert_eq!(figures(&result), [1, 0, 0, 1500]);
    assert_eq!(result["rejected"].as_array().unwrap().len(), 1000);
}

#[tokio::test]
async fn what_is_too_large_is_refused_whether_it_says_its_length_or_not() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let large = || format!("email,name,comment\n{}{}", many(0, 10_000), "x".repeat(100 * 1024 * 1024));
    let answer = program.send(file(&program, "text/csv", large())).await.expect(413);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let pieces = large().into_bytes().chunks(1 << 20).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    let unsaid = Body::wrap_stream(futures_util::stream::iter(pieces));
    program.send(file(&program, "text/csv", unsaid)).await.expect(413);
    assert_eq!(app.count("select count(*) from recipients").await, 0, "nothing of it is taken in");
    let pieces = ["email,name\nan", "na@example.org,A", "nna"].map(Ok::<_, std::io::Error>);
    let unsaid = Body::wrap_stream(futures_util::stream::iter(pieces));
    assert_eq!(figures(&taken_in(&program, unsaid).await), [1, 0, 0, 0]);
    let most = format!("email\n{}", "x".repeat(usize::try_from(STREAMED_IMPORT_BYTES).unwrap() - 6));
    assert_eq!(figures(&taken_in(&program, most).await), [0, 0, 0, 1]);
}

/// A file that begins, over bare TCP; what comes behind it is up to the test.
async fn begun(app: &TestApp, program: &Program, lines: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /api/v1/recipients/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        program.token()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let content = format!("email,name,comment\n{lines}");
    stream.write_all(format!("{:x}\r\n{content}\r\n", content.len()).as_bytes()).await.unwrap();
    stream
}

async fn ended(mut stream: TcpStream) -> String {
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    String::from_utf8_lossy(&said).into_owned()
}

/// Until the database has heard of so many imports.
async fn are_copied(app: &TestApp, count: i64) {
    let copying = "select count(*) from pg_stat_progress_copy where relid <> 0 and datname = current_database()";
    until("the rows are copied", || async { (app.count(copying).await == count).then_some(()) }).await;
}

#[tokio::test]
async fn who_goes_away_in_the_middle_leaves_nothing_and_may_begin_anew_at_once() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let stream = begun(&app, &program, &many(0, 20_000)).await;
    are_copied(&app, 1).await;
    drop(stream);
    are_copied(&app, 0).await;
    assert_eq!(figures(&taken_in(&program, "email\nanna@example.org\n").await), [1, 0, 0, 0]);
    assert_eq!(app.count("select count(*) from recipients").await, 1);
    // Of a body with a length, too.
    let cut = Body::wrap_stream(futures_util::stream::iter([Ok("email\nbob@example.org\n"), Err(std::io::Error::other("gone"))]));
    assert!(file(&program, "text/csv", cut).send().await.is_err());
    until("the place is free", || async { app.app.imports.take(()).map(drop) }).await;
    assert_eq!(app.count("select count(*) from recipients").await, 1);
}

#[tokio::test]
async fn what_comes_with_a_token_that_is_ended_meanwhile_is_not_taken_in() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let stream = begun(&app, &program, &many(0, 20_000)).await;
    are_copied(&app, 1).await;
    sqlx::query("update api_tokens set revoked_at = now(), expires_at = now()").execute(&app.db).await.unwrap();
    let said = ended(stream).await;
    assert!(said.starts_with("HTTP/1.1 401"), "{said}");
    assert_eq!(app.count("select count(*) from recipients").await, 0);
}

#[tokio::test]
async fn who_sends_nothing_more_is_sent_away() {
    let app = TestApp::configured(quick(), |config| config.limits.body = Duration::from_millis(300)).await;
    let (_, program) = app.programmer("una@example.org").await;
    let mut stream = begun(&app, &program, &many(0, 20_000)).await;
    let mut said = Vec::new();
    // A reset says it as well.
    let _ = stream.read_to_end(&mut said).await;
    let said = String::from_utf8_lossy(&said);
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert_eq!(app.count("select count(*) from recipients").await, 0);
    assert_eq!(figures(&taken_in(&program, "email\nanna@example.org\n").await), [1, 0, 0, 0]);
}

#[tokio::test]
async fn a_user_has_one_import_at_a_time_from_a_page_or_a_program() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let (_, eves) = app.programmer("eve@example.org").await;
    // From a page, which its worker has not finished.
    let started = "insert into recipient_imports (user_id, file_name, content, choices, started_at)
                   values ($1, 'a.csv', 'x', '{}', now())";
    sqlx::query(started).bind(user).execute(&app.db).await.unwrap();
    let answer = program.send(file(&program, "text/csv", "email\nanna@example.org\n")).await.expect(409);
    assert!(answer.json()["detail"].as_str().unwrap().contains("still under way"), "{}", answer.text);
    assert_eq!(figures(&taken_in(&eves, "email\nanna@example.org\n").await), [1, 0, 0, 0], "others may");
    sqlx::query("update recipient_imports set finished_at = now()").execute(&app.db).await.unwrap();

    let stream = begun(&app, &program, &many(0, 20_000)).await;
    are_copied(&app, 1).await;
    program.send(file(&program, "text/csv", "email\nanna@example.org\n")).await.expect(409);
    let mut transaction = app.db.begin().await.unwrap();
    assert!(!periodical::recipients::queries::staging::lock_for_start(&mut *transaction, user).await.unwrap());
    drop(transaction);
    // A third at once is one more than a process takes in.
    let others = begun(&app, &eves, &many(0, 20_000)).await;
    are_copied(&app, 2).await;
    let (_, ottos) = app.programmer("otto@example.org").await;
    let answer = ottos.send(file(&ottos, "text/csv", "email\nanna@example.org\n")).await.expect(503);
    assert!(answer.header("retry-after").is_some());
    for stream in [stream, others] {
        let said = ended(stream).await;
        assert!(said.starts_with("HTTP/1.1 200") && said.contains("\"created\":20000"), "{said}");
    }
    assert_eq!(figures(&taken_in(&program, "email\nanna@example.org\n").await), [1, 0, 0, 0]);
}

#[tokio::test]
async fn somebody_who_is_added_at_the_same_moment_is_changed_instead() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let other = app.standing("insert into recipients (user_id, email, full_name) select id, 'Anna@example.org', 'Old' from users").await;
    let import = tokio::spawn(async move { taken_in(&program, "email,name\nanna@example.org,New\nbob@example.org,Bob\n").await });
    app.waiting(1).await;
    other.commit().await.unwrap();
    let result = import.await.unwrap();
    assert_eq!(figures(&result), [1, 1, 0, 0]);
    assert_eq!(rows(&app).await, [row("Anna@example.org", "New", "", 2), row("bob@example.org", "Bob", "", 1)]);
}

#[tokio::test]
async fn a_large_file_is_stored_ten_thousand_rows_at_a_time_and_goes_on_where_that_failed() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    // The last of all in the order of addresses.
    let other = app.standing("insert into recipients (user_id, email, full_name) select id, 'zoe@example.org', 'Zoe' from users").await;
    let content = format!("email,name\nzoe@example.org,Zoe\n{}", many(0, 19_999));
    let sending = content.clone();
    let import = tokio::spawn(async move { (program.send(file(&program, "text/csv", sending)).await, program) });
    app.waiting(1).await;
    assert_eq!(app.count("select count(*) from recipients").await, 10_000, "nobody passes rows that are not there yet by the million");
    let end =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    assert_eq!(app.count(end).await, 1);
    let (answer, program) = import.await.unwrap();
    let said = answer.expect(500).json()["detail"].to_string();
    assert!(said.contains("10,000 recipients were created") && said.contains("again"), "{said}");
    other.rollback().await.unwrap();
    assert_eq!(figures(&taken_in(&program, content).await), [10_000, 0, 10_000, 0]);
    assert_eq!(app.count("select sum(version)::bigint from recipients").await, 20_000);
    assert_eq!(
        app.count("select reltuples::bigint from pg_class where relname = 'recipients'").await,
        20_000,
        "searches are planned for them"
    );
    let temporary = "select count(*) from pg_class where relpersistence = 't' and relkind = 'r'";
    until("the tables go with their connections", || async { (app.count(temporary).await == 0).then_some(()) }).await;
}

#[tokio::test]
async fn a_process_that_is_to_stop_ends_an_import_between_two_transactions_and_says_so() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let other = app.standing("insert into recipients (user_id, email, full_name) select id, 'reader0@example.org', 'R' from users").await;
    let import =
        tokio::spawn(async move { program.send(file(&program, "text/csv", format!("email,name,comment\n{}", many(0, 20_000)))).await });
    app.waiting(1).await;
    app.app.stop.cancel();
    other.rollback().await.unwrap();
    let answer = import.await.unwrap().expect(503);
    assert!(answer.text.contains("10,000 recipients were created"), "{}", answer.text);
    assert_eq!(app.count("select count(*) from recipients").await, 10_000);
}

/// Postgres has seen one recipient so far, and plans for a handful.
#[tokio::test]
async fn rows_are_looked_up_one_by_one_whatever_postgres_believes_to_be_there() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    app.recipients(user, &["p1@example.org"]).await;
    sqlx::query("analyze recipients").execute(&app.db).await.unwrap();
    let mut connection = app.db.acquire().await.unwrap();
    connection.close_on_drop();
    staging::create(&mut connection).await.unwrap();
    let rows = "insert into recipient_staging (line, email, full_name, comment) select n, 'p' || n || '@example.org', 'P', 'c' from generate_series(1, 5000) n";
    sqlx::query(rows).execute(&mut *connection).await.unwrap();
    assert_eq!(staging::sort(&mut connection).await.unwrap(), 5000);
    let mut transaction = connection.begin().await.unwrap();
    assert_eq!(staging::insert(&mut *transaction, user, 1, 5000).await.unwrap(), 4999);
    assert_eq!(staging::update(&mut *transaction, user, 1, 5000).await.unwrap(), 1);
    assert_eq!(staging::update(&mut *transaction, user, 1, 5000).await.unwrap(), 0);
    let read = "select (seq_tup_read + idx_tup_fetch)::bigint from pg_stat_xact_all_tables
                where relname = $1 and seq_tup_read + idx_tup_fetch > 0";
    for table in ["recipients", "recipient_staging_sorted"] {
        let read: i64 = sqlx::query_scalar(read).bind(table).fetch_one(&mut *transaction).await.unwrap();
        assert!(read < 50_000, "{read} rows of {table} for three times 5,000");
    }
}

#[tokio::test]
async fn everything_goes_out_as_a_file_that_comes_in_again() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let (eve, _) = app.programmer("eve@example.org").await;
    app.recipients(eve, &["hers@example.org"]).await;
    app.many_recipients(user, 2500).await;
    app.recipients(user, &["+plus@example.org"]).await;
    sqlx::query("update recipients set full_name = '=cmd|x', comment = 'a \"b\", c' || chr(10) || 'd' where email = '+plus@example.org'")
        .execute(&app.db)
        .await
        .unwrap();
    let before = rows(&app).await;
    let exported = program.get("/recipients/export").await.expect(200);
    assert_eq!(exported.header("content-type"), Some("text/csv"));
    assert_eq!(exported.header("content-disposition"), Some("attachment; filename=\"recipients.csv\""));
    assert!(exported.text.starts_with("email,name,comment\r\n'+plus@example.org,'=cmd|x,\"a \"\"b\"\", c\nd\"\r\n"));
    assert_eq!(exported.text.matches('@').count(), 2501);
    sqlx::query("delete from recipients where user_id = $1").bind(user).execute(&app.db).await.unwrap();
    assert_eq!(figures(&taken_in(&program, exported.text).await), [2501, 0, 0, 0]);
    assert_eq!(rows(&app).await, before);
}

#[tokio::test]
async fn a_download_ends_with_its_token() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    app.many_recipients(user, 5000).await;
    for end in ["update api_tokens set revoked_at = now(), expires_at = now()", "update users set blocked_at = now()"] {
        let program = app.program(user, &["read"]).await;
        let lock = app.standing("lock table recipients in access exclusive mode").await;
        let download = tokio::spawn(async move { program.request(Method::GET, "/recipients/export").send().await?.text().await });
        app.waiting(1).await;
        sqlx::query(end).execute(&app.db).await.unwrap();
        lock.rollback().await.unwrap();
        let broken_off = download.await.unwrap();
        assert!(broken_off.is_err(), "{} lines", broken_off.unwrap().lines().count());
    }
    program.get("/recipients/export").await.expect(401);
}
