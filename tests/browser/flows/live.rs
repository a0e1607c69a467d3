//! A mailing that goes out while somebody watches.

use serde_json::json;

use crate::{browser::Browser, support::TestApp};

/// Adds up how far things have jumped, as browsers measure it (layout shift; below 0.1 is good by Google's Core Web Vitals).
const WATCH_SHIFTS: &str = "
    window.shifted = 0;
    window.jumps = [];
    const place = ({ node, previousRect, currentRect }) =>
      `${node?.parentElement?.className} > ${node?.nodeName}.${node?.className} from ${previousRect.y} to ${currentRect.y}`;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        window.shifted += entry.value;
        window.jumps.push(`${entry.value}: ${entry.sources.map(place).join(', ')}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });";

#[tokio::test]
async fn a_live_page_of_two_thousand_deliveries_moves_by_itself_and_nothing_jumps() {
    let mut app = TestApp::configured(crate::support::quick(), |config| config.send_rate = Some(400.0)).await;
    let (user, person) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 2_000).await;
    // One that fails shows beside those that do not.
    app.recipients(user, &["bad-550@example.org"]).await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.on_every_page(WATCH_SHIFTS).await;
    let mailing = app.due_mailing(user).await;
    app.start_worker();
    let attempt = app.attempt_of(mailing).await;
    browser.goto(&format!("/attempts/{attempt}")).await;
    browser.script("window.same_page = true", json!([])).await;

    // Whatever has the focus keeps it while the page moves.
    browser.script("found('main input[type=search], main input[name=q]')?.focus()", json!([])).await;
    let focused = browser.focused().await;
    let numbers = "return (found('#live')?.innerText.match(/[\\d,]+/g) ?? []).map((one) => Number(one.replaceAll(',', '')))";
    let first = browser.script(numbers, json!([])).await;
    browser.holds("the figures move", &format!("return JSON.stringify((() => {{ {numbers} }})()) !== '{first}'")).await;
    assert_eq!(browser.focused().await, focused);
    browser.holds("newest deliveries", "return found(\"#live [id^='newest-']\")").await;

    crate::support::until("most of them", || async { (app.figures(attempt).await?.sent > 1_500).then_some(()) }).await;
    let (shifted, jumps) = shifts(&browser).await;
    assert!(shifted < 0.02, "things jumped by {shifted}:\n{jumps}");
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.failed), (2_000, 1), "{figures:?}");
    browser.holds("the end", "return !found('#live').innerText.includes('running')").await;
    browser.reads("2,000").await;
    assert_eq!(browser.script("return window.same_page", json!([])).await, json!(true), "without loading the page again");
    // Then the result takes the place of what moved, once.
    let (shifted, jumps) = shifts(&browser).await;
    assert!(shifted < 0.1, "at the end things jumped by {shifted}:\n{jumps}");
    browser.has_nothing_to_complain().await;
}

async fn shifts(browser: &Browser) -> (f64, String) {
    let found = browser.script("return [window.shifted, window.jumps.join('\\n')]", json!([])).await;
    (found[0].as_f64().unwrap(), found[1].as_str().unwrap().to_owned())
}
