//! Every limit of the door, with its reason. They are no settings: nobody should have to know them. Tests bring their own.
//! All of them are counted by each process for itself.

use std::{num::NonZeroU32, time::Duration};

/// The bytes of a request's head: addresses and cookies of ours take less than two thousand.
pub const HEAD_BYTES: usize = 16 * 1024;
/// The lines of a request's head.
pub const HEAD_LINES: usize = 100;
/// The largest body any page of ours sends: a message's 512 KiB, three times as long when percent-encoded, twice over.
pub const BODY_BYTES: usize = 4 * 1024 * 1024;
/// The largest body of somebody who is not signed in, for whom there are small forms alone: many strangers at once must not
/// fill the memory.
pub const STRANGERS_BODY_BYTES: usize = 64 * 1024;
/// A file of recipients: some three hundred thousand lines.
pub const IMPORT_BYTES: usize = 16 * 1024 * 1024;
/// A file of recipients that is taken in while it comes: a million lines of eighty bytes. It takes no memory, but a connection all the time.
pub const STREAMED_IMPORT_BYTES: u64 = 80 * 1024 * 1024;
/// How long such a file may take to come, in all: at 1 Mbit/s. Until then its COPY keeps what is deleted meanwhile from being cleared up.
pub const STREAMED_IMPORT_PATIENCE: Duration = Duration::from_secs(11 * 60);
/// Such files that are taken in at the same time: each keeps one of Postgres's processes busy, and one connection.
pub const STREAMED_IMPORTS_AT_ONCE: usize = 2;
/// The files of a message, all together. Every connection holds the mail it is sending, and an attempt the one all of them are made of,
/// each a third longer when encoded and twice in memory while it goes out: with eight connections some 130 MB. Many servers refuse mails of more than 10 MB.
pub const ATTACHMENTS_BYTES: usize = 5 * 1024 * 1024;
/// The files of a message. Nobody looks through more than that.
pub const ATTACHMENTS_MAX: usize = 10;
/// A form with files of a message: beyond what is kept, so that whoever sends too much reads why beside the field.
pub const ATTACHMENTS_FORM_BYTES: usize = 4 * ATTACHMENTS_BYTES;
/// The content of a post: a book's chapter is some 60 KB.
pub const POST_CONTENT_BYTES: usize = 200 * 1024;
/// One picture of a post: twice what a good camera's JPEG takes.
pub const PICTURE_BYTES: usize = 10 * 1024 * 1024;
/// A form with pictures: beyond what is kept, so that whoever sends too much reads why beside the field.
pub const PICTURES_FORM_BYTES: usize = 4 * PICTURE_BYTES;
/// The pictures of a post. Nobody reads a post with more.
pub const PICTURES_MAX: usize = 50;
/// A side of a picture, in pixels, before it is decoded: a file of ten kilobytes can say that it has 50,000.
pub const PICTURE_SIDE: u32 = 10_000;
/// All pixels of a picture: more than all but a few cameras take.
pub const PICTURE_PIXELS: u64 = 40_000_000;
/// Bytes that a decoder may take for a picture: 40 million pixels of four bytes and some room. Of sixteen bits a colour it is fewer pixels.
pub const PICTURE_ALLOCATION: u64 = 192 * 1024 * 1024;
/// Pictures that are decoded at the same time; others wait for their turn. The largest takes 214 MB, and a progressive JPEG 363 MB.
pub const PICTURES_AT_ONCE: usize = 2;
/// What a form adds around the file it uploads.
pub const FORM_AROUND_FILE_BYTES: usize = 64 * 1024;
/// The addresses or accounts that one throttle keeps in mind (some ten megabytes); whoever has tried least is forgotten.
pub const THROTTLE_KEYS: usize = 100_000;
/// The hashings of passwords that wait for their turn: on two cores half a second's worth. More than that is a flood, and is
/// told to come again.
pub const PASSWORDS_WAITING: usize = 48;
/// Texts, files and pictures of users that are read at once, and how many wait for that; see `web::off_thread`.
pub const HEAVY_AT_ONCE: usize = 2;
pub const HEAVY_WAITING: usize = 64;
/// The webhooks of a user. Each is sent every event it asks for.
pub const WEBHOOKS_MAX: i64 = 10;
/// Mails an hour about where a user's webhooks lead. A program may change that fifty times a second, and such mails go ahead of mailings.
pub const WEBHOOK_MAILS: i64 = 10;
/// Events of single recipients that wait for one webhook; beyond that they are left out until fewer wait. Looked at every few seconds,
/// so it may be some more.
pub const WEBHOOK_WAITING: i64 = 50_000;
/// What is kept of what was sent to one webhook (some 30 MB), and for how many days.
pub const WEBHOOK_LOG: i64 = 50_000;
pub const WEBHOOK_LOG_DAYS: i32 = 30;
/// Webhooks that a process sends to at the same time; others wait for their turn.
pub const WEBHOOKS_AT_ONCE: usize = 32;
/// What is read of an answer; more of it ends the connection.
pub const WEBHOOK_ANSWER_BYTES: usize = 4 * 1024;
/// When whoever met a full queue or too many open streams should try again.
pub const COME_AGAIN: Duration = Duration::from_secs(5);

/// The limits that tests make shorter or wider.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once; others wait in the kernel until one of them ends.
    pub connections: usize,
    /// Connections at once from one address (IPv6: one /64) that is no trusted proxy; more of them are closed unheard.
    pub connections_of_one: usize,
    /// From the moment a connection may send a request until its head is there; so an idle connection lasts as long.
    pub head: Duration,
    /// For a request's body.
    pub body: Duration,
    /// From a request's head to the head of its answer.
    pub answer: Duration,
    /// The same for an import that is taken in while it comes: a million rows take a minute, on a slow disk some minutes, behind the time that
    /// they take to come.
    pub import: Duration,
    /// How long a reader may take nothing at all of what is written to them.
    pub write: Duration,
    /// How long open requests may take once the process should stop.
    pub grace: Duration,
    /// Live pages of one user at once. Browsers open six to one host over HTTP/1.1.
    pub streams_of_one: usize,
    /// How often a live page looks whether its viewer is still signed in.
    pub stream_check: Duration,
    /// Bodies above [`BODY_BYTES`] of one user at once.
    pub uploads_of_one: usize,
    /// The same of all users together: each is in memory as a whole, and about once more while it is taken apart.
    pub uploads: usize,
    /// From looking up a webhook's address to the end of its answer.
    pub webhook_answer: Duration,
    /// Waits before the second, third … try to send an event to a webhook. After the last one it has failed.
    pub webhook_waits: &'static [Duration],
    /// How often somebody may knock at a door.
    pub throttle: fn(Door) -> Allowances,
    /// How often a user may ask the API, with all tokens together: a minute's worth at once, fifty a second for ever. A program that sends
    /// more has a list in hand, for which there is the import.
    pub api: Allowance,
    /// Requests of a user to the API at once: each may take a connection to the database, and wait with it.
    pub api_at_once: usize,
}

/// What Standard Webhooks recommends: 75 hours in all.
const WEBHOOK_WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_of_one: 256,
            head: Duration::from_secs(15),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(60),
            import: STREAMED_IMPORT_PATIENCE + Duration::from_secs(15 * 60),
            write: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            streams_of_one: 20,
            stream_check: Duration::from_secs(5),
            uploads_of_one: 2,
            uploads: 8,
            webhook_answer: Duration::from_secs(10),
            webhook_waits: &WEBHOOK_WAITS,
            throttle: allowances,
            api_at_once: 10,
            api: Allowance { at_once: NonZeroU32::new(3000).unwrap_or(NonZeroU32::MIN), every: Duration::from_millis(20) },
        }
    }
}

/// What a stranger may try only so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    SignIn,
    /// A code of the second factor, after the right password.
    SecondFactor,
    Registration,
    /// The repeated mail that confirms an address.
    Confirmation,
    PasswordReset,
    /// The password of somebody who is signed in, asked for once more.
    ConfirmPassword,
    /// A user's wish for another address: it mails to whomever they name.
    EmailChange,
    /// The same, by the address that is named.
    NewAddress,
    /// A mail that somebody who is signed in sends at once, to see what the mail server says.
    TestMail,
    /// A post that somebody reads for the first time that day; what comes more often is shown and not counted.
    Reading,
}

impl Door {
    pub const ALL: [Self; 10] = [
        Self::SignIn,
        Self::SecondFactor,
        Self::Registration,
        Self::Confirmation,
        Self::PasswordReset,
        Self::ConfirmPassword,
        Self::EmailChange,
        Self::NewAddress,
        Self::TestMail,
        Self::Reading,
    ];
}

/// So many tries at once, and then another each time this has passed.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub at_once: NonZeroU32,
    pub every: Duration,
}

/// What one door allows.
#[derive(Debug, Clone, Copy)]
pub struct Allowances {
    /// To one address (IPv6: one /64), whichever accounts it names.
    pub client: Allowance,
    /// For one account, from whichever addresses.
    pub account: Allowance,
}

/// How often somebody may knock. Where a password or code is asked for, only wrong ones count (see `web::throttle::Pass`), so
/// an office behind one address signs in as often as it likes.
pub fn allowances(door: Door) -> Allowances {
    let (client, account) = match door {
        // 30 typing errors of an office at once; 8,640 guesses a day from an address, 1,440 at an account.
        Door::SignIn | Door::ConfirmPassword => (allowance(30, 10), allowance(10, 60)),
        // Three codes of a million are right at any moment: 288 tries a day make one in a thousand.
        Door::SecondFactor => (allowance(30, 10), allowance(10, 300)),
        // A class that registers together; a mailbox gets three mails and then one in ten minutes.
        Door::Registration => (allowance(30, 120), allowance(3, 600)),
        Door::Confirmation | Door::PasswordReset | Door::NewAddress => (allowance(15, 60), allowance(3, 600)),
        // Some slips of the pen, and not a stranger after the other.
        Door::EmailChange => (allowance(15, 60), allowance(5, 600)),
        // Whoever sets a mail server up tries again and again; nobody writes to the world with it.
        Door::TestMail => (allowance(30, 10), allowance(10, 30)),
        // An office behind one address, in which everybody reads; nobody has an account.
        Door::Reading => (allowance(100, 10), allowance(100, 10)),
    };
    Allowances { client, account }
}

const fn allowance(at_once: u32, seconds: u64) -> Allowance {
    // Zero would be none at all; the least is one.
    let at_once = match NonZeroU32::new(at_once) {
        Some(at_once) => at_once,
        None => NonZeroU32::MIN,
    };
    Allowance { at_once, every: Duration::from_secs(seconds) }
}
