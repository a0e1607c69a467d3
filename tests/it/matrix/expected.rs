//! What is expected, route by route. The columns are those of `stage::WHO`: nobody signed in, an account that is not
//! confirmed, the owner of the row, another user, a manager, an editor, an administrator, a blocked user.

use super::stage::Answer;

/// How somebody is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The handler did its work, or said what is wrong with the form.
    LetIn,
    /// To the sign-in page.
    SignIn,
    /// 403
    Refused,
    /// 404: not there, or somebody else's.
    Nothing,
}

impl Verdict {
    /// None: an answer that nobody should get, as a failure.
    pub fn of(route: &str, answer: &Answer) -> Option<Self> {
        match answer.status {
            303 if !route.ends_with("/login/code") && answer.location.as_deref().is_some_and(|to| to.starts_with("/login?next=")) => {
                Some(Self::SignIn)
            }
            200 | 303 | 409 | 422 => Some(Self::LetIn),
            403 => Some(Self::Refused),
            404 => Some(Self::Nothing),
            _ => None,
        }
    }
}

pub struct Row {
    /// `METHOD /path` as in the route table; `:id` is the owner's row of that noun.
    pub route: &'static str,
    /// What is sent, beside the token.
    pub form: &'static str,
    pub verdicts: [Verdict; 8],
}

const fn row(route: &'static str, form: &'static str, verdicts: [Verdict; 8]) -> Row {
    Row { route, form, verdicts }
}

const Y: Verdict = Verdict::LetIn;
const L: Verdict = Verdict::SignIn;
const X: Verdict = Verdict::Refused;
const N: Verdict = Verdict::Nothing;

/// For whoever comes.
const ALL: [Verdict; 8] = [Y, Y, Y, Y, Y, Y, Y, Y];
/// For the signed-in, about their own.
const SIGNED_IN: [Verdict; 8] = [L, L, Y, Y, Y, Y, Y, L];
/// For the owner alone.
const OWNER: [Verdict; 8] = [L, L, Y, N, N, N, N, L];
/// For the owner, and for those who watch.
const OWNER_AND_WATCHERS: [Verdict; 8] = [L, L, Y, N, Y, N, Y, L];
/// For those who watch.
const WATCHERS: [Verdict; 8] = [L, L, X, X, Y, X, Y, L];
/// For those who write the blog.
const WRITERS: [Verdict; 8] = [L, L, X, X, X, Y, Y, L];
const ADMINS: [Verdict; 8] = [L, L, X, X, X, X, Y, L];

#[rustfmt::skip]
pub const EXPECTED: &[Row] = &[
    //                                                   nobody, unconfirmed, owner, other, manager, editor, admin, blocked
    row("GET /api/docs", "", ALL),
    row("GET /healthz", "", ALL),
    row("GET /readyz", "", ALL),
    row("GET /metrics", "", ALL),
    row("GET /", "", ALL),
    row("GET /blog/pictures/:id/:size", "", ALL),
    row("HEAD /blog/pictures/:id/:size", "", ALL),
    row("GET /setup", "", [N; 8]),
    row("POST /setup", "email=new@example.org&full_name=N&password=a+few+words+in+a+row", [N; 8]),
    row("GET /register", "", ALL),
    row("POST /register", "email=new@example.org&full_name=N&password=short", ALL),
    row("GET /verify/:token", "", ALL),
    row("POST /verify/:token", "password=a+few+words+in+a+row", ALL),
    row("GET /verification", "", ALL),
    row("POST /verification", "email=new@example.org", ALL),
    row("GET /login", "", ALL),
    row("POST /login", "email=nobody@example.org&password=x", ALL),
    row("POST /logout", "", ALL),
    row("GET /recipients", "", SIGNED_IN),
    row("POST /recipients", "email=r@example.org&full_name=R", SIGNED_IN),
    row("DELETE /recipients", "ids=1", SIGNED_IN),
    row("GET /recipients/export", "", SIGNED_IN),
    row("GET /recipients/import", "", SIGNED_IN),
    row("POST /recipients/imports", "", SIGNED_IN),
    row("GET /recipients/imports/:id", "", OWNER),
    row("PUT /recipients/imports/:id", "", OWNER),
    row("GET /recipients/imports/:id/problems", "", OWNER),
    row("POST /recipients/picks", "ids=1", SIGNED_IN),
    row("GET /recipients/new", "", SIGNED_IN),
    row("GET /recipients/:id", "", OWNER),
    row("PUT /recipients/:id", "email=r@example.org&full_name=R&version=1", OWNER),
    row("DELETE /recipients/:id", "", OWNER),
    row("GET /recipients/:id/edit", "", OWNER),
    row("DELETE /recipients/:id/undeliverable", "", OWNER),
    row("DELETE /recipients/:id/unsubscription", "", OWNER),
    row("GET /unsubscribe/:token", "", ALL),
    row("POST /unsubscribe/:token", "List-Unsubscribe=One-Click", ALL),
    row("GET /webhooks", "", SIGNED_IN),
    row("POST /webhooks", "url=https://example.org/&events=attempt.started", SIGNED_IN),
    row("GET /webhooks/new", "", SIGNED_IN),
    row("GET /webhooks/:id", "", OWNER),
    row("PUT /webhooks/:id", "url=https://example.org/&events=attempt.started&version=1", OWNER),
    row("DELETE /webhooks/:id", "", OWNER),
    row("GET /webhooks/:id/edit", "", OWNER),
    row("PUT /webhooks/:id/pause", "", OWNER),
    row("DELETE /webhooks/:id/pause", "", OWNER),
    row("POST /webhooks/:id/secret", "", OWNER),
    row("POST /webhooks/:id/tests", "", OWNER),
    row("GET /webhooks/:id/deliveries/:delivery_id", "", OWNER),
    row("POST /webhooks/:id/deliveries/:delivery_id/redelivery", "", OWNER),
    row("GET /messages", "", SIGNED_IN),
    row("POST /messages", "subject=S&body=B", SIGNED_IN),
    row("GET /messages/new", "", SIGNED_IN),
    row("GET /messages/:id", "", OWNER),
    row("PUT /messages/:id", "subject=S&body=B&version=1", OWNER),
    row("DELETE /messages/:id", "", OWNER),
    row("GET /messages/:id/edit", "", OWNER),
    row("GET /messages/:id/preview", "", OWNER),
    row("GET /messages/:id/preview/html", "", OWNER),
    row("POST /messages/:id/tests", "email=wrong", OWNER),
    row("POST /messages/:id/copies", "", OWNER),
    row("POST /messages/:id/attachments", "", OWNER),
    row("GET /messages/:id/attachments/:attachment_id", "", OWNER),
    row("DELETE /messages/:id/attachments/:attachment_id", "", OWNER),
    row("PUT /messages/:id/draft", "subject=S&body=B", OWNER),
    row("DELETE /messages/:id/draft", "", OWNER),
    row("GET /messages/canvas", "", SIGNED_IN),
    row("PUT /messages/draft", "subject=S&body=B", SIGNED_IN),
    // One's own, and nobody has any.
    row("GET /messages/draft/preview", "", [L, L, N, N, N, N, N, L]),
    row("GET /messages/draft/preview/html", "", [L, L, N, N, N, N, N, L]),
    row("POST /messages/draft/tests", "email=wrong", [L, L, N, N, N, N, N, L]),
    row("DELETE /messages/draft", "", SIGNED_IN),
    row("GET /mailings", "", SIGNED_IN),
    row("POST /mailings", "name=M", SIGNED_IN),
    row("GET /mailings/new", "", SIGNED_IN),
    row("GET /mailings/:id", "", OWNER_AND_WATCHERS),
    row("PUT /mailings/:id", "name=M&version=1", OWNER),
    row("DELETE /mailings/:id", "", OWNER),
    row("GET /mailings/:id/edit", "", OWNER),
    row("POST /mailings/preview", "name=M", SIGNED_IN),
    row("PUT /mailings/:id/preview", "name=M", OWNER),
    row("PUT /mailings/:id/stop", "", OWNER),
    row("PUT /mailings/:id/pause", "", OWNER),
    row("DELETE /mailings/:id/pause", "", OWNER),
    row("POST /mailings/:id/attempts", "", OWNER),
    row("GET /attempts", "", SIGNED_IN),
    row("GET /attempts/:id", "", OWNER_AND_WATCHERS),
    row("GET /attempts/:id/live", "", OWNER_AND_WATCHERS),
    row("GET /attempts/:id/deliveries.csv", "", OWNER),
    row("POST /attempts/:id/retry", "whom=failed", OWNER),
    row("GET /reports", "", SIGNED_IN),
    row("GET /reports/mailings", "", SIGNED_IN),
    row("GET /reports/messages", "", SIGNED_IN),
    row("GET /reports/csv", "", SIGNED_IN),
    row("GET /blog", "", ALL),
    row("GET /blog/:slug", "", ALL),
    row("HEAD /blog/:slug", "", ALL),
    row("GET /blog/feed.en.xml", "", ALL),
    row("GET /blog/feed.ru.xml", "", ALL),
    row("GET /sitemap.xml", "", ALL),
    row("GET /robots.txt", "", ALL),
    row("GET /dev/inbox", "", ALL),
    row("DELETE /dev/inbox", "", ALL),
    row("GET /dev/inbox/:id", "", ALL),
    row("GET /dev/inbox/:id/html", "", ALL),
    row("GET /dev/inbox/:id/source", "", ALL),
    row("GET /password/forgot", "", ALL),
    row("POST /password/forgot", "email=new@example.org", ALL),
    row("GET /password/reset/:token", "", ALL),
    row("POST /password/reset/:token", "password=a+few+words+in+a+row", ALL),
    // Without a right password before it, it leads back to the sign-in page by itself.
    row("GET /login/code", "", ALL),
    row("POST /login/code", "code=123456", ALL),
    row("GET /account", "", SIGNED_IN),
    row("PUT /account", "full_name=New", SIGNED_IN),
    row("DELETE /account", "password=wrong", SIGNED_IN),
    row("PUT /language", "language=ru", ALL),
    row("PUT /theme", "theme=dark", ALL),
    row("GET /account/delete", "", SIGNED_IN),
    row("GET /account/password", "", SIGNED_IN),
    row("PUT /account/password", "current_password=wrong&password=a+few+words+in+a+row", SIGNED_IN),
    row("GET /account/email", "", SIGNED_IN),
    row("POST /account/email", "email=new@example.org&password=wrong", SIGNED_IN),
    row("GET /account/email/:token", "", ALL),
    row("POST /account/email/:token", "", ALL),
    row("GET /account/two-factor", "", SIGNED_IN),
    row("POST /account/two-factor", "password=wrong", SIGNED_IN),
    row("PUT /account/two-factor", "code=123456", SIGNED_IN),
    row("DELETE /account/two-factor", "password=wrong&code=123456", SIGNED_IN),
    row("POST /account/two-factor/recovery-codes", "password=wrong&code=123456", SIGNED_IN),
    row("GET /account/sessions", "", SIGNED_IN),
    row("DELETE /account/sessions", "", SIGNED_IN),
    // Another's is answered like one that has ended already.
    row("DELETE /account/sessions/:id", "", SIGNED_IN),
    row("GET /account/tokens", "", SIGNED_IN),
    row("GET /account/tokens/new", "", SIGNED_IN),
    row("POST /account/tokens", "name=T&scopes=read&days=30&password=wrong", SIGNED_IN),
    row("DELETE /account/tokens/:id", "", OWNER),
    row("GET /mailings/all", "", WATCHERS),
    row("PUT /mailings/:id/suspension", "reason=Spam", WATCHERS),
    row("DELETE /mailings/:id/suspension", "", WATCHERS),
    row("GET /users", "", WATCHERS),
    row("GET /users/:id", "", WATCHERS),
    row("PUT /users/:id/block", "reason=Spam", WATCHERS),
    row("DELETE /users/:id/block", "", WATCHERS),
    row("GET /admin/users", "", ADMINS),
    row("POST /admin/users", "email=new@example.org&full_name=N", ADMINS),
    row("GET /admin/users/new", "", ADMINS),
    row("GET /admin/users/:id", "", ADMINS),
    row("PUT /admin/users/:id", "email=changed@example.org&full_name=Changed&roles=manager", ADMINS),
    row("DELETE /admin/users/:id", "email=wrong@example.org", ADMINS),
    row("DELETE /admin/users/:id/two-factor", "", ADMINS),
    row("DELETE /admin/users/:id/sessions", "", ADMINS),
    row("GET /admin/posts", "", WRITERS),
    row("POST /admin/posts", "title=T", WRITERS),
    row("GET /admin/posts/new", "", WRITERS),
    row("POST /admin/posts/preview", "title=T", WRITERS),
    row("GET /admin/posts/:id", "", WRITERS),
    row("PUT /admin/posts/:id", "title=T", WRITERS),
    row("DELETE /admin/posts/:id", "", WRITERS),
    row("PUT /admin/posts/:id/preview", "title=T", WRITERS),
    row("PUT /admin/posts/:id/publication", "", WRITERS),
    row("DELETE /admin/posts/:id/publication", "", WRITERS),
    row("GET /admin/posts/:id/pictures", "", WRITERS),
    row("POST /admin/posts/:id/pictures", "", WRITERS),
    row("PUT /admin/posts/:id/pictures/:picture_id", "alt=1", WRITERS),
    row("DELETE /admin/posts/:id/pictures/:picture_id", "", WRITERS),
    row("PUT /admin/posts/:id/pictures/:picture_id/cover", "", WRITERS),
    row("DELETE /admin/posts/:id/pictures/:picture_id/cover", "", WRITERS),
    row("GET /admin/audit", "", ADMINS),
    row("GET /admin/mail-server", "", ADMINS),
    row("POST /admin/mail-server/connections", "", ADMINS),
    row("POST /admin/mail-server/mails", "email=nobody", ADMINS),
];
