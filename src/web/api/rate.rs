//! How often a user may ask, with all tokens together, and what the answer says of it (draft-ietf-httpapi-ratelimit-headers).

use std::time::Duration;

use poem::{Response, http::HeaderName};

use crate::{
    error::Wait,
    limits::Allowance,
    web::throttle::{Counted, Meter},
};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// The counts of this process.
#[derive(Debug)]
pub struct Rates {
    meter: Meter<i64>,
    allowance: Allowance,
}

/// How far somebody has come with what is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    allowance: Allowance,
    /// Requests that are left at once.
    left: u32,
}

impl Rates {
    pub fn new(allowance: Allowance) -> Self {
        Self { meter: Meter::new(allowance), allowance }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// It is one too many: when the next may come.
    pub fn count(&self, user_id: i64) -> Result<Standing, (Standing, Wait)> {
        match self.meter.count(&user_id) {
            Ok(Counted { left }) => Ok(Standing { allowance: self.allowance, left }),
            Err(wait) => Err((Standing { allowance: self.allowance, left: 0 }, wait)),
        }
    }
}

impl Standing {
    /// Says so in the answer's headers.
    pub fn tell(self, response: &mut Response) {
        let quota = self.allowance.at_once.get();
        let window = seconds(self.allowance.every * quota);
        let reset = seconds(self.allowance.every * quota.saturating_sub(self.left));
        let headers = response.headers_mut();
        // Digits and names are a header's value.
        if let Ok(policy) = format!("\"user\";q={quota};w={window}").parse() {
            headers.insert(POLICY, policy);
        }
        if let Ok(left) = format!("\"user\";r={};t={reset}", self.left).parse() {
            headers.insert(LEFT, left);
        }
    }
}

fn seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}
