//! Every case, with its name, its time, and whether CI's short form has it.

mod changes;
mod clock;
mod database;
mod disk;
mod fairness;
mod killed;
mod pressure;
mod recipients;
mod server;
mod stalled;
mod stopping;

use std::pin::Pin;

use crate::context::Context;

pub struct Case {
    /// A sentence.
    pub name: &'static str,
    /// Seconds after which the short form has failed; none: it is not in it.
    pub short: Option<u64>,
    /// Seconds after which the long form has failed.
    pub long: u64,
    /// Whether it may run beside others: it waits most of its time, and measures nothing that they disturb.
    pub is_patient: bool,
    pub run: fn(Context) -> Running,
}

/// Stays on the thread it is made on.
type Running = Pin<Box<dyn Future<Output = anyhow::Result<()>>>>;

pub const CASES: &[Case] = &[
    Case {
        name: "a small mailing that falls due beside a large one is out within seconds",
        short: Some(60),
        long: 180,
        is_patient: false,
        run: |context| Box::pin(fairness::small_beside_large(context)),
    },
    Case {
        name: "a worker told to stop finishes what is on the wire, and the next one goes on at once",
        short: Some(60),
        long: 120,
        is_patient: false,
        run: |context| Box::pin(stopping::terminated(context)),
    },
    Case {
        name: "a worker told to stop while a server is silent ends within its grace",
        short: Some(120),
        long: 120,
        is_patient: true,
        run: |context| Box::pin(stopping::terminated_beside_silence(context)),
    },
    Case {
        name: "workers of one data folder are killed at random, and nobody is lost or sent to again beyond one a connection",
        short: Some(120),
        long: 600,
        is_patient: false,
        run: |context| Box::pin(killed::on_one_data_folder(context)),
    },
    Case {
        name: "workers on machines of their own are killed at random, and nobody is lost",
        short: None,
        long: 600,
        is_patient: false,
        run: |context| Box::pin(killed::on_machines_of_their_own(context)),
    },
    Case {
        name: "the only worker is killed, and a fresh one takes over",
        short: Some(90),
        long: 300,
        is_patient: true,
        run: |context| Box::pin(killed::the_only_one(context)),
    },
    Case {
        name: "workers are killed, and a mailing that repeats no doubtful mail keeps to it",
        short: Some(120),
        long: 300,
        is_patient: true,
        run: |context| Box::pin(killed::of_a_mailing_that_repeats_nothing(context)),
    },
    Case {
        name: "everything in one process is killed with its Postgres and started anew",
        short: Some(120),
        long: 400,
        is_patient: true,
        run: |context| Box::pin(database::all_in_one_killed(context)),
    },
    Case {
        name: "web side, worker and Postgres are killed together and started anew",
        short: Some(120),
        long: 400,
        is_patient: true,
        run: |context| Box::pin(database::everything_killed(context)),
    },
    Case {
        name: "Postgres is restarted under running workers",
        short: Some(90),
        long: 300,
        is_patient: true,
        run: |context| Box::pin(database::restarted(context)),
    },
    Case {
        name: "Postgres is away under a running worker",
        short: Some(90),
        long: 300,
        is_patient: true,
        run: |context| Box::pin(database::away(context)),
    },
    Case {
        name: "Postgres is away for longer than the leases under two workers",
        short: None,
        long: 300,
        is_patient: true,
        run: |context| Box::pin(database::away_for_long(context)),
    },
    Case {
        name: "every backend of Postgres is terminated, again and again",
        short: Some(90),
        long: 300,
        is_patient: true,
        run: |context| Box::pin(database::backends_terminated(context)),
    },
    Case {
        name: "a worker stopped past its lease and continued sends nothing of what it has lost",
        short: Some(120),
        long: 300,
        is_patient: true,
        run: |context| Box::pin(stalled::past_its_lease(context)),
    },
    Case {
        name: "a worker stopped within a transaction keeps nobody else waiting",
        short: Some(120),
        long: 300,
        is_patient: true,
        run: |context| Box::pin(stalled::within_a_transaction(context)),
    },
    Case {
        name: "recipients whose server misbehaves hold up nobody else",
        short: Some(180),
        long: 400,
        is_patient: false,
        run: |context| Box::pin(recipients::each_with_a_fault(context)),
    },
    Case {
        name: "a mail server that cannot be used lets the attempt wait and costs nobody a try",
        short: Some(120),
        long: 900,
        is_patient: true,
        run: |context| Box::pin(server::unusable(context)),
    },
    Case {
        name: "a mail server that goes down in mid-attempt and comes back loses nobody",
        short: None,
        long: 300,
        is_patient: true,
        run: |context| Box::pin(server::down_in_the_middle(context)),
    },
    Case {
        name: "the data folder's disk is full, and nothing goes out that is not noted",
        short: Some(90),
        long: 180,
        is_patient: true,
        run: |context| Box::pin(disk::full(context)),
    },
    Case {
        name: "what is edited, deleted, paused, disabled, blocked or stopped in mid-attempt has its decided result",
        short: Some(120),
        long: 600,
        is_patient: true,
        run: |context| Box::pin(changes::in_the_middle(context)),
    },
    Case {
        name: "a worker's clock jumps an hour ahead and back",
        short: None,
        long: 300,
        is_patient: true,
        run: |context| Box::pin(clock::of_a_worker(context)),
    },
    Case {
        name: "the clock of the whole machine, Postgres's too, jumps an hour ahead and back",
        short: None,
        long: 300,
        is_patient: true,
        run: |context| Box::pin(clock::of_the_machine(context)),
    },
    Case {
        name: "a worker that runs out of file descriptors loses nobody",
        short: Some(90),
        long: 180,
        is_patient: true,
        run: |context| Box::pin(pressure::few_descriptors(context)),
    },
];
