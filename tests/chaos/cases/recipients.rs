//! Recipients whose part of the conversation goes wrong, among many with whom it does not.

use std::time::{Duration, Instant};

use crate::{
    context::Context,
    stand::{Database, Owner, Stand, until},
};

const HEALTHY: usize = 800;
const HEALTHY_PREFIX: &str = "reader";
/// Of each kind. Fewer than connections: a server that never answers holds the one it is asked on for a minute, twice.
const EACH: usize = 3;
/// Everybody else has their mail by then, although some conversations are given up after minutes only, and one connection
/// is all that is left.
const HEALTHY_LIMIT: Duration = Duration::from_secs(45);
/// A minute's silence, a second one on a new connection, and some time to say so.
const FIRST_ROUND: Duration = Duration::from_secs(180);

/// Everybody who was answered is on record within this after the healthy ones.
const ANSWERED: Duration = Duration::from_secs(20);

/// What the first round makes of a fault.
struct Expected {
    fault: &'static str,
    states: &'static [&'static str],
    code: Option<i16>,
    /// Whether the recipient is marked as undeliverable.
    is_marked: bool,
    /// How many mails the server has taken.
    accepted: usize,
    /// Whether the second round, a minute later, delivers it.
    is_sent_later: bool,
}

impl Expected {
    /// Whether the server has said anything about this recipient: what the others' silence means is known at the end.
    fn is_answered(&self) -> bool {
        self.code.is_some() || self.accepted > 0
    }

    fn prefix(&self) -> String {
        format!("{}.", self.fault)
    }
}

const fn ends(fault: &'static str, state: &'static [&'static str], code: i16) -> Expected {
    Expected { fault, states: state, code: Some(code), is_marked: false, accepted: 0, is_sent_later: false }
}

const fn waits(fault: &'static str, code: Option<i16>, is_sent_later: bool) -> Expected {
    Expected { fault, states: &["waiting"], code, is_marked: false, accepted: 0, is_sent_later }
}

const FAULTS: &[Expected] = &[
    Expected { is_marked: true, ..ends("bad-550", &["failed"], 550) },
    Expected { is_marked: true, ..ends("354", &["failed"], 550) },
    ends("policy", &["failed"], 550),
    ends("spam-554", &["failed"], 554),
    ends("toobig-552", &["failed"], 552),
    Expected { accepted: 1, ..ends("byte", &["sent"], 250) },
    Expected { accepted: 1, ..ends("slow-dot", &["sent"], 250) },
    Expected { accepted: 1, ..ends("drop-before-dot", &["sent"], 250) },
    waits("full-452", Some(452), false),
    waits("grey-450", Some(450), true),
    waits("421", None, true),
    waits("always-421", None, false),
    waits("nonsense", None, false),
    waits("huge", None, false),
    // A small message is on the wire with its dot before anybody sees that the server has hung up.
    Expected { states: &["unknown", "waiting"], ..waits("drop-in-body", None, true) },
    Expected { states: &["unknown"], accepted: 1, ..waits("drop-after-dot", None, true) },
];

/// Nobody answers, so nothing is known of them before their minutes are over.
const MUTE: Expected = waits("mute", None, false);

pub async fn each_with_a_fault(context: Context) -> anyhow::Result<()> {
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    // Slow enough that nobody can be through with everybody before the silence begins to matter.
    stand.slow_down(Duration::from_millis(8));
    let owner = stand.owner("odd").await?;
    // The odd ones first: whoever waits for them would let everybody else wait.
    let emails: Vec<String> = FAULTS.iter().chain([&MUTE]).flat_map(addresses).collect();
    owner.recipients(&stand, &emails).await?;
    owner.readers(&stand, HEALTHY).await?;
    let mailing = owner.due_mailing(&stand).await?;
    let mut worker = stand.worker()?;
    let attempt = stand.attempt_of(mailing).await?;

    let began = Instant::now();
    let is_healthy = |to: &str| to.starts_with(HEALTHY_PREFIX);
    let everybody = until("the healthy ones' mails", HEALTHY_LIMIT * 5, async || {
        Ok((stand.mails.count(|mail| is_healthy(&mail.to)) >= HEALTHY).then_some(()))
    });
    let all_came = everybody.await;
    report.note(format!("{} of {HEALTHY} healthy ones accepted", stand.mails.count(|mail| is_healthy(&mail.to))));
    report.within("until every healthy one was accepted", began.elapsed(), HEALTHY_LIMIT);
    all_came?;

    let (answered, put_off): (Vec<&Expected>, Vec<&Expected>) = FAULTS.iter().chain([&MUTE]).partition(|expected| expected.is_answered());
    first_round(&context, &stand, &owner, attempt, &answered, ANSWERED).await?;
    let ledger = stand.ledger(attempt).await?;
    let odd: Vec<_> = ledger.of(HEALTHY_PREFIX).filter(|reader| reader.state != "sent" || ledger.accepted(&reader.email) != 1).collect();
    report.check(odd.is_empty(), format!("{} healthy ones are not sent to once, such as {:?}", odd.len(), odd.first()));
    if !context.short {
        first_round(&context, &stand, &owner, attempt, &put_off, FIRST_ROUND).await?;
        second_round(&context, &stand, attempt).await?;
    }
    worker.kill()?;
    // Taken by a server that did not say so: sent again, as the same mail to whoever looks at its Message-ID.
    report.tally(stand.ledger(attempt).await?.tally(), EACH);
    Ok(())
}

fn addresses(expected: &Expected) -> Vec<String> {
    (1..=EACH).map(|number| format!("{}.{number}@example.org", expected.fault)).collect()
}

/// Waits until each of these has had a try, and looks at what became of it.
async fn first_round(
    context: &Context,
    stand: &Stand,
    owner: &Owner,
    attempt: i64,
    asked: &[&Expected],
    limit: Duration,
) -> anyhow::Result<()> {
    let report = &context.report;
    let over = until("the first round", limit, async || {
        let ledger = stand.ledger(attempt).await?;
        let is_over = ledger.of(HEALTHY_PREFIX).all(|delivery| delivery.state != "waiting")
            && asked.iter().all(|expected| ledger.of(&expected.prefix()).all(|delivery| delivery.tries > 0));
        Ok(is_over.then_some(()))
    });
    report.check(over.await.is_ok(), format!("the first round is not over {limit:?} after the healthy ones"));
    let ledger = stand.ledger(attempt).await?;
    ledger.adds_up(report);
    for expected in asked {
        for delivery in ledger.of(&expected.prefix()) {
            let accepted = ledger.accepted(&delivery.email);
            let is_expected = expected.states.contains(&delivery.state.as_str())
                && delivery.smtp_code == expected.code
                && accepted == expected.accepted
                && delivery.tries == 1;
            // By the time that the silent ones are given up others have had their second round.
            let is_later = delivery.tries > 1 && (expected.is_sent_later || delivery.state == "waiting");
            report.check(is_expected || is_later, format!("{delivery:?}, accepted {accepted} times"));
            let query = "select undeliverable_at is not null from recipients where user_id = $1 and email = $2::text::citext";
            let is_marked: bool = sqlx::query_scalar(query).bind(owner.id).bind(&delivery.email).fetch_one(&stand.db).await?;
            report.check(is_marked == expected.is_marked, format!("{}: marked as undeliverable: {is_marked}", delivery.email));
        }
    }
    Ok(())
}

/// A minute later: what was put off once is sent now, and what may have arrived goes out as the same mail again.
async fn second_round(context: &Context, stand: &Stand, attempt: i64) -> anyhow::Result<()> {
    let report = &context.report;
    let later: Vec<&Expected> = FAULTS.iter().filter(|expected| expected.is_sent_later).collect();
    until("the second round", FIRST_ROUND, async || {
        let ledger = stand.ledger(attempt).await?;
        let is_over = later.iter().all(|expected| ledger.of(&expected.prefix()).all(|delivery| delivery.state == "sent"));
        Ok(is_over.then_some(()))
    })
    .await?;
    let ledger = stand.ledger(attempt).await?;
    ledger.adds_up(report);
    for expected in later {
        for email in addresses(expected) {
            let ids: Vec<Option<String>> = stand.mails.all(|mail| mail.to == email).iter().map(|mail| mail.header("Message-ID")).collect();
            let is_same = ids.first().is_some_and(|first| first.is_some() && ids.iter().all(|id| id == first));
            report.check(is_same && ids.len() == expected.accepted + 1, format!("{email}: {ids:?}"));
        }
    }
    Ok(())
}
