-- An attempt that sends another one's message to those who did not get it.
alter table attempts
  -- The attempt whose message it is; one that repeats a repetition names the first one too.
  add column retry_of bigint constraint attempts_retry_of_fkey references attempts on delete cascade,
  drop constraint attempts_trigger_check,
  add constraint attempts_trigger_check check (trigger in ('schedule', 'manual', 'retry'));
create index attempts_retry_of_idx on attempts (retry_of) where retry_of is not null;

-- SEND_RATE's one row: from when on the next message may go out, over all workers.
create table pace (
  id      boolean not null default true constraint pace_pkey primary key constraint pace_one_row check (id),
  free_at timestamptz not null
);
insert into pace (free_at) values (now());
