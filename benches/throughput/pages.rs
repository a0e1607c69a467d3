//! What readers of pages notice of something else that goes on.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::{
    browser::Browser,
    report::{Series, Unit::Milliseconds, percentile},
};

/// What a page of a list may take at the 99th percentile, in milliseconds.
pub const PAGE_MUST: f64 = 50.0;
pub const PAGES: [&str; 4] = ["/mailings", "/recipients", "/attempts", "/"];
/// Readers, each of whom rests between two pages.
const READERS: usize = 2;
const REST: Duration = Duration::from_millis(40);

/// The three numbers that a round's pages come to.
pub struct Pages {
    pub middle: Series,
    pub slow: Series,
    pub slowest: Series,
    pub count: Vec<f64>,
}

impl Pages {
    pub fn new(name: &str) -> Self {
        let series = || Series::new(name, Milliseconds);
        Self { middle: series(), slow: series(), slowest: series(), count: Vec::new() }
    }

    pub fn push(&mut self, milliseconds: &[f64]) {
        self.middle.push(percentile(milliseconds, 0.5));
        self.slow.push(percentile(milliseconds, 0.99));
        self.slowest.push(percentile(milliseconds, 1.0));
        self.count.push(milliseconds.len() as f64);
    }
}

/// What each of the pages took, in milliseconds, until `meanwhile` is over; and what that came to.
pub async fn read_pages<T>(browser: &Browser, pages: &[&str], meanwhile: impl Future<Output = T>) -> anyhow::Result<(Vec<f64>, T)> {
    let stop = CancellationToken::new();
    let read = |first: usize| {
        let stop = stop.clone();
        async move {
            let mut milliseconds = Vec::new();
            for path in pages.iter().cycle().skip(first) {
                if stop.is_cancelled() {
                    break;
                }
                let began = Instant::now();
                browser.get(path).await?;
                milliseconds.push(began.elapsed().as_secs_f64() * 1000.0);
                tokio::time::sleep(REST).await;
            }
            anyhow::Ok(milliseconds)
        }
    };
    let readers = futures_util::future::try_join_all((0..READERS).map(|reader| read(reader * 2)));
    let meanwhile = async {
        let result = meanwhile.await;
        stop.cancel();
        result
    };
    let (readers, result) = tokio::join!(readers, meanwhile);
    Ok((readers?.concat(), result))
}
