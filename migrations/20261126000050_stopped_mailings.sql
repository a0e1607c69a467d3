-- A mailing that its owner has ended for good: it has no further run, and what a running attempt has not sent yet is
-- skipped by the workers.
alter table mailings add column stopped_at timestamptz;
alter table mailings add constraint mailings_stopped_has_no_run check (stopped_at is null or next_run_at is null);
