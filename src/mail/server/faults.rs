//! Misbehaviour on request, for the tests: by recipient, or of the server as a whole.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What goes wrong, all of it to be changed while the server runs.
///
/// With `by_address` the local part of a recipient's address says what befalls it; whatever follows its first `.`
/// or `+` is free, so that one test can have many: `bad-550.17@example.org`.
///
/// | address | what the server does |
/// |---|---|
/// | `bad-550@` | 550 5.1.1 at RCPT |
/// | `policy@` | 550 5.7.1 at RCPT |
/// | `spam-554@` | 554 5.7.1 at the dot |
/// | `grey-450@`, `grey-450-3@` | 450 4.2.0 at RCPT once, three times, then accepts |
/// | `full-452@` | 452 4.2.2 at RCPT |
/// | `toobig-552@` | 552 5.3.4 at RCPT |
/// | `drop-before-dot@` | closes at DATA without a reply the first time |
/// | `drop-in-body@` | says 354 and closes after the first bytes of the message, the first time |
/// | `drop-after-dot@` | takes the message and closes without a reply the first time |
/// | `slow-dot@` | waits (`set_slow_dot`, 2 s) before the reply to the dot |
/// | `421@` | 421 4.7.0 at RCPT and closes, the first time |
/// | `always-421@` | 421 4.7.0 at RCPT and closes, every time |
/// | `mute@` | never replies to RCPT |
/// | `nonsense@` | replies garbage to RCPT |
/// | `byte@` | replies one byte at a time from RCPT on |
/// | `354@` | 550 5.1.1 at RCPT, yet 354 to DATA |
/// | `huge@` | a reply of 10 MB to RCPT |
#[derive(Debug)]
pub struct Faults {
    by_address: AtomicBool,
    refuse_connections: AtomicBool,
    never_greet: AtomicBool,
    greeting: AtomicU16,
    refuse_logins: AtomicBool,
    refuse_mail: AtomicU16,
    command_delay: AtomicU64,
    slow_dot: AtomicU64,
    dot_delay: AtomicU64,
    /// How often each address has met its fault.
    met: Mutex<HashMap<String, u32>>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            by_address: AtomicBool::new(false),
            refuse_connections: AtomicBool::new(false),
            never_greet: AtomicBool::new(false),
            greeting: AtomicU16::new(220),
            refuse_logins: AtomicBool::new(false),
            refuse_mail: AtomicU16::new(0),
            command_delay: AtomicU64::new(0),
            slow_dot: AtomicU64::new(2_000),
            dot_delay: AtomicU64::new(0),
            met: Mutex::default(),
        }
    }
}

/// What befalls one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Refuse(&'static str),
    RefuseAtDot,
    DropAtData,
    DropInBody,
    DropAfterDot,
    SlowDot,
    Close421,
    Mute,
    Nonsense,
    ByteByByte,
    DataDespiteRefusal,
    Huge,
}

impl Faults {
    /// Faults by recipient, as the tests use them.
    pub fn by_address() -> Self {
        Self { by_address: AtomicBool::new(true), ..Self::default() }
    }

    pub fn set_by_address(&self, on: bool) {
        self.by_address.store(on, Relaxed);
    }

    /// Accepts connections and closes them at once.
    pub fn set_refuse_connections(&self, on: bool) {
        self.refuse_connections.store(on, Relaxed);
    }

    /// Accepts connections and says nothing on them.
    pub fn set_never_greet(&self, on: bool) {
        self.never_greet.store(on, Relaxed);
    }

    /// Greets with this code, such as 421 or 554, and closes; 220 is the normal greeting.
    pub fn set_greeting(&self, code: u16) {
        self.greeting.store(code, Relaxed);
    }

    /// Answers every login with 535.
    pub fn set_refuse_logins(&self, on: bool) {
        self.refuse_logins.store(on, Relaxed);
    }

    /// Answers every MAIL with this code, such as 550 or 451.
    pub fn set_refuse_mail(&self, code: Option<u16>) {
        self.refuse_mail.store(code.unwrap_or(0), Relaxed);
    }

    /// Waits this long before executing each command.
    pub fn set_command_delay(&self, delay: Duration) {
        self.command_delay.store(milliseconds(delay), Relaxed);
    }

    /// How long `slow-dot@` waits.
    pub fn set_slow_dot(&self, delay: Duration) {
        self.slow_dot.store(milliseconds(delay), Relaxed);
    }

    /// Waits this long between taking a message and saying so: a client that dies meanwhile never hears of it.
    pub fn set_dot_delay(&self, delay: Duration) {
        self.dot_delay.store(milliseconds(delay), Relaxed);
    }

    pub(super) fn refuses_connections(&self) -> bool {
        self.refuse_connections.load(Relaxed)
    }

    pub(super) fn never_greets(&self) -> bool {
        self.never_greet.load(Relaxed)
    }

    pub(super) fn greeting(&self) -> u16 {
        self.greeting.load(Relaxed)
    }

    pub(super) fn refuses_logins(&self) -> bool {
        self.refuse_logins.load(Relaxed)
    }

    pub(super) fn refuses_mail(&self) -> Option<u16> {
        Some(self.refuse_mail.load(Relaxed)).filter(|&code| code != 0)
    }

    pub(super) fn command_delay(&self) -> Duration {
        Duration::from_millis(self.command_delay.load(Relaxed))
    }

    pub(super) fn slow_dot(&self) -> Duration {
        Duration::from_millis(self.slow_dot.load(Relaxed))
    }

    pub(super) fn dot_delay(&self) -> Duration {
        Duration::from_millis(self.dot_delay.load(Relaxed))
    }

    /// The fault this recipient meets now, if any.
    pub(super) fn of(&self, address: &str) -> Option<Fault> {
        if !self.by_address.load(Relaxed) {
            return None;
        }
        let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
        let name = local.split(['.', '+']).next().unwrap_or(local);
        if let Some(times) = name.strip_prefix("grey-450") {
            let times = times.strip_prefix('-').and_then(|times| times.parse().ok()).unwrap_or(1);
            return self.meets(address, times).then_some(Fault::Refuse("450 4.2.0 greylisted, come back later\r\n"));
        }
        let (fault, only_once) = match name {
            "bad-550" => (Fault::Refuse("550 5.1.1 no such user here\r\n"), false),
            "policy" => (Fault::Refuse("550 5.7.1 refused by policy\r\n"), false),
            "full-452" => (Fault::Refuse("452 4.2.2 mailbox full\r\n"), false),
            "toobig-552" => (Fault::Refuse("552 5.3.4 message too big for system\r\n"), false),
            "spam-554" => (Fault::RefuseAtDot, false),
            "drop-before-dot" => (Fault::DropAtData, true),
            "drop-in-body" => (Fault::DropInBody, true),
            "drop-after-dot" => (Fault::DropAfterDot, true),
            "slow-dot" => (Fault::SlowDot, false),
            "421" => (Fault::Close421, true),
            "always-421" => (Fault::Close421, false),
            "mute" => (Fault::Mute, false),
            "nonsense" => (Fault::Nonsense, false),
            "byte" => (Fault::ByteByByte, false),
            "354" => (Fault::DataDespiteRefusal, false),
            "huge" => (Fault::Huge, false),
            _ => return None,
        };
        (!only_once || self.meets(address, 1)).then_some(fault)
    }

    /// Counts a meeting; true for the first `times` of them.
    fn meets(&self, address: &str, times: u32) -> bool {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let count = met.entry(address.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count <= times
    }
}

fn milliseconds(delay: Duration) -> u64 {
    u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)
}
