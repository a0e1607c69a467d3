-- Deliveries are claimed, leased and released by the slice and not one by one: a delivery is written twice in its life,
-- when the attempt starts and when its outcome is known.

create table slices (
  attempt_id     bigint not null,
  number         integer not null,
  -- The deliveries it consists of, by their numbers within the attempt, both inclusive.
  first_delivery integer not null,
  last_delivery  integer not null,
  -- From when on a worker may claim it: the start, its earliest retry, or the end of the present claim's lease.
  -- Null: every delivery of it is final. One column for all three, so that an expired lease needs no sweeper.
  claimable_at   timestamptz,
  -- Who holds the lease, and since when; an outcome counts only from the holder, so that a stalled worker's comes to nothing.
  claim          uuid,
  claimed_at     timestamptz,
  -- How many of its deliveries ended so: where to look for them, without an index that every delivery would pay for.
  failed         integer not null default 0,
  unknown        integer not null default 0,
  skipped        integer not null default 0,
  constraint slices_pkey primary key (attempt_id, number)
) with (fillfactor = 50);
create index slices_claimable_idx on slices (attempt_id, claimable_at, number) where claimable_at is not null;

-- The new ledger: numbered within its attempt; no column that changes is in an index, and half of every page is left
-- free, so that settling an outcome is a heap-only update.
create temporary table kept on commit drop as
  select d.*, (row_number() over (partition by attempt_id order by id))::integer as number from deliveries d;
drop table deliveries;
create table deliveries (
  attempt_id   bigint not null,
  number       integer not null,
  -- As it was at the attempt's start, without a foreign key: a recipient may be deleted, the record of what was sent to
  -- whom stays. Ids are never used again.
  recipient_id bigint,
  email        text not null,
  full_name    text not null,
  state        text not null constraint deliveries_state_check check (state in ('waiting', 'sent', 'failed', 'unknown', 'skipped')),
  tries        smallint not null default 0,
  -- When it is tried again; null: now if it is waiting, else never.
  again_at     timestamptz,
  smtp_code    smallint,
  smtp_text    text,
  settled_at   timestamptz,
  constraint deliveries_pkey primary key (attempt_id, number),
  -- Its order serves a recipient's own history.
  constraint deliveries_recipient_id_attempt_id_key unique (recipient_id, attempt_id)
) with (fillfactor = 40);

insert into deliveries (attempt_id, number, recipient_id, email, full_name, state, tries, again_at, smtp_code, smtp_text, settled_at)
select attempt_id, number, recipient_id, email, full_name, state, tries,
       case when tries > 0 then claimable_at end, smtp_code, smtp_text, settled_at
from kept;

insert into slices (attempt_id, number, first_delivery, last_delivery, claimable_at, failed, unknown, skipped)
select attempt_id, (number - 1) / 500, min(number), max(number), min(claimable_at),
       count(*) filter (where state = 'failed'), count(*) filter (where state = 'unknown'), count(*) filter (where state = 'skipped')
from kept group by attempt_id, (number - 1) / 500;

-- Two foreign keys a delivery would make a million of them take 8.4 s instead of 2.8 s; and on a young database their
-- checks go by plans that were made when the tables were empty.
create function delete_ledger_of_attempt() returns trigger language plpgsql as $$
begin
  delete from slices where attempt_id = old.id;
  delete from deliveries where attempt_id = old.id;
  return null;
end $$;
create trigger attempts_delete_ledger after delete on attempts for each row execute function delete_ledger_of_attempt();

-- An attempt's counts change with every batch: heap-only updates need room on its page.
alter table attempts set (fillfactor = 50);
create index attempts_mailing_id_running_idx on attempts (mailing_id) where status = 'running';

-- Attempts had jobs of their own before; now the slices are what workers look at.
do $$
begin
  if to_regclass('graphile_worker.jobs') is not null then
    perform graphile_worker.remove_job(key) from graphile_worker.jobs where task_identifier = 'deliver' and key is not null;
  end if;
end $$;
