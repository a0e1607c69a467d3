//! A mail server that is of no use to anybody.

use std::time::{Duration, Instant};

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Figures, Stand, until},
};

const RECIPIENTS: usize = 200;
/// The first hold and the second are over by then, with some time to notice.
const SECOND_HOLD: Duration = Duration::from_secs(40);
/// A greeting that does not come is waited for a minute, on a new connection another, and on a third to be sure.
const SILENCE: Duration = Duration::from_secs(200);

/// A way of being of no use.
#[derive(Clone, Copy)]
enum Kind {
    Down,
    HangsUp,
    Silent,
    Greeting(u16),
    Login,
    Mail(u16),
}

impl Kind {
    /// Which words of the server's, or about it, stand on the attempt's page.
    fn reason(self) -> &'static str {
        match self {
            Self::Down => "refused",
            Self::HangsUp => "closed",
            Self::Silent => "did not answer",
            Self::Greeting(554) => "554",
            Self::Greeting(_) => "421",
            Self::Login => "535",
            Self::Mail(550) => "550",
            Self::Mail(_) => "451",
        }
    }

    fn name(self) -> String {
        match self {
            Self::Down => "down".into(),
            Self::HangsUp => "hangs up".into(),
            Self::Silent => "says nothing".into(),
            Self::Greeting(code) => format!("greets with {code}"),
            Self::Login => "refuses the login".into(),
            Self::Mail(code) => format!("answers MAIL with {code}"),
        }
    }

    /// By when the attempt waits, or has ended once the server is back.
    fn limit(self) -> Duration {
        if matches!(self, Self::Silent) { SILENCE } else { SECOND_HOLD }
    }

    async fn begin(self, stand: &mut Stand) {
        match self {
            Self::Down => return stand.stop_smtp().await,
            Self::HangsUp => stand.faults().set_refuse_connections(true),
            Self::Silent => stand.faults().set_never_greet(true),
            Self::Greeting(code) => stand.faults().set_greeting(code),
            Self::Login => stand.faults().set_refuse_logins(true),
            Self::Mail(code) => stand.faults().set_refuse_mail(Some(code)),
        }
        // A connection that is kept from before has had its greeting and its login.
        stand.hang_up().await;
    }

    async fn end(self, stand: &mut Stand) -> anyhow::Result<()> {
        match self {
            Self::Down => stand.start_smtp().await?,
            Self::HangsUp => stand.faults().set_refuse_connections(false),
            Self::Silent => stand.faults().set_never_greet(false),
            Self::Greeting(_) => stand.faults().set_greeting(220),
            Self::Login => stand.faults().set_refuse_logins(false),
            Self::Mail(_) => stand.faults().set_refuse_mail(None),
        }
        Ok(())
    }
}

pub async fn unusable(context: Context) -> anyhow::Result<()> {
    let short = [Kind::Down, Kind::Login, Kind::Mail(451)].as_slice();
    let rest = [Kind::HangsUp, Kind::Silent, Kind::Greeting(554), Kind::Greeting(421), Kind::Mail(550)];
    let kinds = context.choose(short.to_vec(), [short, &rest].concat());
    let mut stand = Stand::with_login(&context, Database::Shared).await?;
    let mut worker = stand.worker()?;
    for (number, kind) in kinds.into_iter().enumerate() {
        kind.begin(&mut stand).await;
        let began = Instant::now();
        let (owner, mailing) = stand.mailing_to(&format!("wait{number}"), RECIPIENTS).await?;
        let attempt = stand.attempt_of(mailing).await?;
        let first = held(&stand, attempt, kind.limit()).await?;
        let noticed = began.elapsed();
        check(&context, &stand, kind, attempt, &first).await?;
        let page = owner.browser.get(&format!("/attempts/{attempt}")).await;
        context.report.check(page.contains(kind.reason()), format!("{}: the attempt's page does not say so", kind.name()));
        if !context.short && kind.limit() == SECOND_HOLD {
            // The same words stay through the second hold; the first one is five seconds long.
            until("the second hold", SECOND_HOLD, async || Ok((began.elapsed() > Duration::from_secs(10)).then_some(()))).await?;
            let second = held(&stand, attempt, kind.limit()).await?;
            check(&context, &stand, kind, attempt, &second).await?;
        }
        kind.end(&mut stand).await?;
        let back = Instant::now();
        let ended = stand.finished(attempt, kind.limit()).await?;
        context.report.note(format!(
            "{}: it waits after {:.1} s, and is complete {:.1} s after the server's return",
            kind.name(),
            noticed.as_secs_f64(),
            back.elapsed().as_secs_f64()
        ));
        context.report.check(ended.held_reason.is_none(), format!("{}: it still says {:?}", kind.name(), ended.held_reason));
        stand.everybody_has_it(&context.report, attempt, 0).await?;
    }
    context.report.check(!worker.has_ended()?, "the worker ended");
    Ok(())
}

/// The attempt's figures once it waits.
async fn held(stand: &Stand, attempt: i64, limit: Duration) -> anyhow::Result<Figures> {
    until("the attempt to wait", limit, async || Ok(stand.figures(attempt).await?.filter(|figures| figures.held_reason.is_some()))).await
}

/// Nobody has failed, nobody's try is used up, and the page has the reason.
async fn check(context: &Context, stand: &Stand, kind: Kind, attempt: i64, figures: &Figures) -> anyhow::Result<()> {
    let reason = figures.held_reason.clone().unwrap_or_default();
    let waiting = usize::try_from(figures.waiting) == Ok(RECIPIENTS) && figures.status == "running" && figures.failed == 0;
    context.report.check(waiting, format!("{}: {figures:?}", kind.name()));
    context.report.check(reason.contains(kind.reason()), format!("{}: the reason is {reason:?}", kind.name()));
    let tries: i64 =
        sqlx::query_scalar("select sum(tries) from deliveries where attempt_id = $1").bind(attempt).fetch_one(&stand.db).await?;
    context.report.check(tries == 0, format!("{}: {tries} tries were used up", kind.name()));
    Ok(())
}

/// Conversations break off where they are. What was between dot and reply is unknown, and goes out again a minute later.
pub async fn down_in_the_middle(context: Context) -> anyhow::Result<()> {
    const MANY: usize = 2_000;
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    stand.slow_down(Duration::from_millis(2));
    stand.faults().set_dot_delay(Duration::from_millis(10));
    let (_, mailing) = stand.mailing_to("down", MANY).await?;
    let _worker = stand.worker()?;
    let attempt = stand.attempt_of(mailing).await?;
    stand.accepted(MANY / 4, Duration::from_secs(60)).await?;
    stand.stop_smtp().await;
    let figures = held(&stand, attempt, SECOND_HOLD).await?;
    report.note(format!("it waits with {:?}", figures.held_reason.unwrap_or_default()));
    let unknown = usize::try_from(figures.unknown)?;
    report.note(format!("{unknown} were between dot and reply"));
    report.check(unknown <= CONNECTIONS && figures.failed == 0, format!("{unknown} unknown, {} failed", figures.failed));
    stand.start_smtp().await?;
    stand.finished(attempt, Duration::from_secs(150)).await?;
    stand.everybody_has_it(report, attempt, CONNECTIONS).await?;
    Ok(())
}
