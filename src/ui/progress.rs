//! How far an attempt is, every delivery counted exactly once: the five numbers add up to the total.

use maud::{Markup, html};

use crate::t;

/// Deliveries of one attempt by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub sent: u64,
    pub failed: u64,
    /// Handed over, but the server's answer was lost.
    pub unknown: u64,
    pub skipped: u64,
    pub waiting: u64,
}

/// The bar's width in its own units; browsers stretch it to the room there is.
const WIDTH: u64 = 1000;

impl Progress {
    /// All deliveries of the attempt.
    pub fn total(&self) -> u64 {
        self.sent + self.failed + self.unknown + self.skipped + self.waiting
    }

    /// Style class and number of each part, in the order they are drawn.
    fn parts(&self) -> [(&'static str, u64); 5] {
        [
            ("progress-sent", self.sent),
            ("progress-failed", self.failed),
            ("progress-unknown", self.unknown),
            ("progress-skipped", self.skipped),
            ("progress-waiting", self.waiting),
        ]
    }

    /// Each part that there is to tell of in words: "3 failed".
    fn told(&self) -> Vec<String> {
        let [sent, failed, unknown, skipped, waiting] = self.parts();
        let told = [
            (sent, t!("ui-progress-sent", count = sent.1)),
            (failed, t!("ui-progress-failed", count = failed.1)),
            (unknown, t!("ui-progress-unknown", count = unknown.1)),
            (skipped, t!("ui-progress-skipped", count = skipped.1)),
            (waiting, t!("ui-progress-waiting", count = waiting.1)),
        ];
        let is_told = |class: &str, count: u64| count > 0 || class == "progress-sent";
        told.into_iter().filter(|((class, count), _)| is_told(class, *count)).map(|(_, words)| words).collect()
    }

    /// The whole in words: "1,200 recipients: 900 sent, 3 failed, 297 waiting".
    pub fn words(&self) -> String {
        t!("ui-progress-words", recipients = t!("common-recipients", count = self.total()), parts = self.told().join(", "))
    }
}

/// The bar alone, for a table's row.
pub fn progress_bar(progress: &Progress) -> Markup {
    let mut left = 0;
    // Rounding the running sum, not each width, leaves no gap at the end.
    let mut edge = 0;
    let segments = progress.parts().map(|(class, count)| {
        let start = edge;
        left += count;
        edge = (u128::from(left) * u128::from(WIDTH) / u128::from(progress.total().max(1))) as u64;
        (class, start, edge - start)
    });
    html! {
        svg .progress-segments viewBox={ "0 0 " (WIDTH) " 10" } preserveAspectRatio="none" role="img"
            aria-label=(progress.words()) {
            rect .progress-waiting x="0" y="0" width=(WIDTH) height="10" {}
            @for (class, start, width) in segments {
                rect class=(class) x=(start) y="0" width=(width) height="10" {}
            }
        }
    }
}

/// The square in the colour of a part of the bar: `sent`, `failed`, `unknown`, `skipped` or `waiting`.
pub fn mark(part: &str) -> Markup {
    html! {
        svg .progress-mark viewBox="0 0 10 10" aria-hidden="true" {
            rect class={ "progress-" (part) } width="10" height="10" rx="2" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_add_up_to_the_total() {
        let progress = Progress { sent: 1200, failed: 3, unknown: 0, skipped: 1, waiting: 0 };
        assert_eq!(progress.words(), "1,204 recipients: 1,200 sent, 3 failed, 1 skipped");
    }

    #[test]
    fn an_attempt_without_recipients_draws_an_empty_bar() {
        let markup = progress_bar(&Progress::default()).into_string();
        assert!(markup.contains("0 recipients: 0 sent"), "{markup}");
    }

    #[test]
    fn segments_fill_the_bar_without_a_gap() {
        let markup = progress_bar(&Progress { sent: 1, failed: 1, unknown: 1, ..Progress::default() }).into_string();
        for segment in [
            r#"class="progress-sent" x="0" y="0" width="333""#,
            r#"class="progress-failed" x="333" y="0" width="333""#,
            r#"class="progress-unknown" x="666" y="0" width="334""#,
        ] {
            assert!(markup.contains(segment), "{segment} in {markup}");
        }
    }
}
