//! How often somebody may knock: by the client's address and by the account that is named, whether or not there is such an
//! account. Counted by each process for itself.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::{NoOpMiddleware, RateLimitingMiddleware, StateInformationMiddleware},
    nanos::Nanos,
    state::{StateStore, keyed::ShrinkableKeyedStateStore},
};
use sha2::{Digest, Sha256};

use super::client::ClientAddress;
use crate::{
    error::Wait,
    limits::{Allowance, Allowances, Door, THROTTLE_KEYS},
};

/// An account as it was named, in its hash: a stranger's typing is nothing to keep.
type AccountKey = [u8; 32];

/// The counts of this process.
#[derive(Debug)]
pub struct Throttle {
    doors: Vec<(Door, Limiter<IpAddr>, Limiter<AccountKey>)>,
}

/// A try that was let in. It is given back when it is dropped, so that neither the right password nor a failure of ours costs
/// one; the wrong password [counts](Self::counts).
#[must_use = "a try that is not looked at is given back"]
#[derive(Debug)]
pub struct Pass<'a> {
    throttle: &'a Throttle,
    door: Door,
    client: IpAddr,
    account: AccountKey,
    counts: bool,
}

impl Pass<'_> {
    /// For the wrong password or code.
    pub fn counts(mut self) {
        self.counts = true;
    }
}

impl Drop for Pass<'_> {
    /// Takes back this one try and forgives no other.
    fn drop(&mut self) {
        if !self.counts
            && let Some((_, clients, accounts)) = self.throttle.of(self.door)
        {
            clients.give_back(&self.client);
            accounts.give_back(&self.account);
        }
    }
}

impl Throttle {
    pub fn new(allowances: fn(Door) -> Allowances) -> Self {
        let door = |door| {
            let Allowances { client, account } = allowances(door);
            (door, Limiter::new(client), Limiter::new(account))
        };
        Self { doors: Door::ALL.map(door).into() }
    }

    /// Lets somebody try a password or code, and counts it before anything is done: many at once are no way around. The
    /// account is what was typed, with or without an account of that name.
    ///
    /// # Errors
    /// How long to wait.
    pub fn enter(&self, door: Door, client: ClientAddress, account: &str) -> Result<Pass<'_>, Wait> {
        let (client, account) = (client.neighbourhood(), Sha256::digest(account.trim().to_lowercase()).into());
        if let Some((_, clients, accounts)) = self.of(door) {
            // Whoever is refused by their own address does not use up the tries of an account.
            clients.enter(&client)?;
            accounts.enter(&account)?;
        }
        Ok(Pass { throttle: self, door, client, account, counts: false })
    }

    /// As [`enter`](Self::enter), for what counts whatever becomes of it: a mail to whoever is named.
    ///
    /// # Errors
    /// How long to wait.
    pub fn count(&self, door: Door, client: ClientAddress, account: &str) -> Result<(), Wait> {
        self.enter(door, client, account).map(Pass::counts)
    }

    /// As [`count`](Self::count), where no account is named.
    ///
    /// # Errors
    /// How long to wait.
    pub fn count_client(&self, door: Door, client: ClientAddress) -> Result<(), Wait> {
        self.of(door).map_or(Ok(()), |(_, clients, _)| clients.enter(&client.neighbourhood()))
    }

    fn of(&self, door: Door) -> Option<&(Door, Limiter<IpAddr>, Limiter<AccountKey>)> {
        self.doors.iter().find(|(here, ..)| *here == door)
    }
}

/// Counts what may be done so often, and says how much of it is left.
#[derive(Debug)]
pub struct Meter<K: Copy + Eq + Hash>(Limiter<K, StateInformationMiddleware>);

/// What was counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// How many more there may be at once.
    pub left: u32,
}

impl<K: Copy + Eq + Hash> Meter<K> {
    pub fn new(allowance: Allowance) -> Self {
        Self(Limiter::new(allowance))
    }

    /// # Errors
    /// It is one too many: how long to wait.
    pub fn count(&self, key: &K) -> Result<Counted, Wait> {
        self.0.enter(key).map(|state| Counted { left: state.remaining_burst_capacity() })
    }
}

/// The generic cell rate algorithm for each key, over a table that does not grow without end.
#[derive(Debug)]
struct Limiter<K: Copy + Eq + Hash, M: RateLimitingMiddleware<Moment> = NoOpMiddleware<Moment>> {
    limiter: RateLimiter<K, Table<K>, DefaultClock, M>,
    table: Table<K>,
    every: Nanos,
}

type Moment = <DefaultClock as Clock>::Instant;

impl<K, M> Limiter<K, M>
where
    K: Copy + Eq + Hash,
    M: RateLimitingMiddleware<Moment, NegativeOutcome = NotUntil<Moment>>,
{
    fn new(allowance: Allowance) -> Self {
        let table = Table::default();
        // "Every zero seconds" is no quota; as many a second as at once stand in for it.
        let quota = Quota::with_period(allowance.every).unwrap_or(Quota::per_second(allowance.at_once)).allow_burst(allowance.at_once);
        let every = quota.replenish_interval().into();
        // By way of the middleware that says nothing, which is the one that can be made.
        let limiter = RateLimiter::<_, _, _, NoOpMiddleware<Moment>>::new(quota, table.clone(), DefaultClock::default());
        Self { limiter: limiter.with_middleware(), table, every }
    }

    fn enter(&self, key: &K) -> Result<M::PositiveOutcome, Wait> {
        if self.table.is_full() {
            // Whoever may do everything again needs no row; if that is not enough, those who have tried least go.
            self.limiter.retain_recent();
            self.table.make_room();
        }
        self.limiter.check_key(key).map_err(|refusal| Wait(refusal.wait_time_from(self.limiter.clock().now())))
    }

    fn give_back(&self, key: &K) {
        if let Some(until) = self.table.lock().rows.get_mut(key) {
            *until = until.saturating_sub(self.every);
        }
    }
}

/// For each key the moment up to which its tries are used up (the algorithm's theoretical arrival time).
#[derive(Debug)]
struct Table<K>(Arc<Mutex<Rows<K>>>);

#[derive(Debug)]
struct Rows<K> {
    rows: HashMap<K, Nanos>,
    /// Where it is swept next: at twice of what the last sweep left.
    sweep_at: usize,
}

const SWEEP_AT_LEAST: usize = 1024;

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Rows { rows: HashMap::new(), sweep_at: SWEEP_AT_LEAST })))
    }
}

impl<K> Clone for Table<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash> Table<K> {
    fn lock(&self) -> MutexGuard<'_, Rows<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_full(&self) -> bool {
        let table = self.lock();
        table.rows.len() >= table.sweep_at
    }

    /// Drops the half with the earliest moments where a sweep has left too many.
    fn make_room(&self) {
        let mut table = self.lock();
        if table.rows.len() >= THROTTLE_KEYS {
            let mut moments: Vec<Nanos> = table.rows.values().copied().collect();
            let half = moments.len() / 2;
            let (_, middle, _) = moments.select_nth_unstable(half);
            let middle = *middle;
            table.rows.retain(|_, until| *until > middle);
        }
        let roomy = (table.rows.len() * 2).clamp(SWEEP_AT_LEAST, THROTTLE_KEYS);
        table.rows.shrink_to(roomy);
        table.sweep_at = roomy;
    }
}

impl<K: Copy + Eq + Hash> StateStore for Table<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut table = self.lock();
        let (outcome, until) = measure(table.rows.get(key).copied())?;
        table.rows.insert(*key, until);
        Ok(outcome)
    }
}

impl<K: Copy + Eq + Hash> ShrinkableKeyedStateStore<K> for Table<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.lock().rows.retain(|_, until| *until > drop_below);
    }

    fn len(&self) -> usize {
        self.lock().rows.len()
    }

    fn is_empty(&self) -> bool {
        self.lock().rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, num::NonZeroU32, time::Duration};

    use super::*;

    fn client(number: u32) -> ClientAddress {
        ClientAddress(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    fn limiter(at_once: u32, every: Duration) -> Limiter<u32> {
        Limiter::new(Allowance { at_once: NonZeroU32::new(at_once).unwrap(), every })
    }

    #[test]
    fn an_account_is_the_same_in_capitals_and_its_tries_are_not_used_up_by_an_address_that_is_refused() {
        let throttle = Throttle::new(crate::limits::allowances);
        let account = |number: u32| format!("user{number}@example.org");
        // One address at many accounts: 30, and then it has to wait.
        for number in 0..30 {
            throttle.count(Door::SignIn, client(1), &account(number)).unwrap();
        }
        for _ in 0..100 {
            assert!(throttle.enter(Door::SignIn, client(1), "una@example.org").is_err());
        }
        // Many addresses at one account: 10.
        for number in 0..10 {
            let name = if number % 2 == 0 { " Una@Example.org" } else { "una@example.org " };
            throttle.count(Door::SignIn, client(100 + number), name).unwrap();
        }
        let wait = throttle.enter(Door::SignIn, client(200), "una@example.org").unwrap_err();
        assert!((50..=60).contains(&wait.seconds()), "{wait:?}");
        // Neither stands in the way of another door.
        assert!(throttle.enter(Door::PasswordReset, client(1), "una@example.org").is_ok());
    }

    #[test]
    fn what_is_given_back_does_not_count_and_forgives_nothing_else() {
        let throttle = Throttle::new(crate::limits::allowances);
        for _ in 0..9 {
            throttle.count(Door::SignIn, client(1), "una@example.org").unwrap();
        }
        for _ in 0..100 {
            // Right, or come to nothing: the client has gone, or we have failed.
            drop(throttle.enter(Door::SignIn, client(1), "una@example.org").unwrap());
        }
        let at_once: Vec<Pass<'_>> = std::iter::from_fn(|| throttle.enter(Door::SignIn, client(1), "una@example.org").ok()).collect();
        assert_eq!(at_once.len(), 1, "each counts as long as it is looked at");
        drop(at_once);
        throttle.count(Door::SignIn, client(1), "una@example.org").unwrap();
        assert!(throttle.enter(Door::SignIn, client(1), "una@example.org").is_err());
    }

    #[test]
    fn the_table_is_bounded_and_forgets_those_who_tried_least() {
        let limiter = limiter(10, Duration::from_secs(3600));
        for _ in 0..5 {
            limiter.enter(&0).unwrap();
        }
        for key in 1..=250_000 {
            limiter.enter(&key).unwrap();
        }
        assert!(limiter.table.len() <= THROTTLE_KEYS, "{}", limiter.table.len());
        // The one with five tries still has five left, and no more.
        for _ in 0..5 {
            limiter.enter(&0).unwrap();
        }
        assert!(limiter.enter(&0).is_err());
    }

    #[test]
    fn whoever_may_do_everything_again_is_swept_away() {
        let limiter = limiter(1, Duration::from_nanos(1));
        for key in 0..50_000 {
            limiter.enter(&key).unwrap();
        }
        assert!(limiter.table.len() <= SWEEP_AT_LEAST, "{}", limiter.table.len());
    }
}
