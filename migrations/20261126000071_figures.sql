-- What finished attempts came to, added up: a year of a user's mail is read from a few hundred rows, and no page counts
-- deliveries. An attempt is added once, when it is over (`tallied_at`), by housekeeping; what is not added yet is read from
-- its own row. So sending writes nothing here, no two workers meet at a user's row, and the sum of both is exact.
--
-- The moments are starts of attempts, down to the quarter of an hour: no time zone's midnight lies anywhere else.
-- What was sent stays sent when its mailing is deleted.
create table figures (
  user_id  bigint not null constraint figures_user_id_fkey references users on delete cascade,
  at       timestamptz not null,
  attempts bigint not null,
  sent     bigint not null,
  failed   bigint not null,
  unknown  bigint not null,
  skipped  bigint not null,
  -- How long the attempts took, together.
  seconds  double precision not null,
  constraint figures_pkey primary key (user_id, at)
);

-- All of a user's, of all times.
create table figure_totals (
  user_id  bigint constraint figure_totals_pkey primary key constraint figure_totals_user_id_fkey references users on delete cascade,
  attempts bigint not null,
  sent     bigint not null
);

-- Why deliveries were not sent, and in which words the mail server said so, without addresses and numbers of queues.
create table answers (
  user_id    bigint not null constraint answers_user_id_fkey references users on delete cascade,
  at         timestamptz not null,
  cause      text not null constraint answers_cause_check check (cause in ('bad_address', 'refused', 'put_off', 'no_answer', 'unknown', 'skipped')),
  -- 0: no reply.
  code       smallint not null,
  text       text not null,
  deliveries bigint not null,
  constraint answers_pkey primary key (user_id, at, cause, code, text)
);

alter table attempts add column tallied_at timestamptz;
-- What runs, and what is over and not added up yet.
create index attempts_untallied_idx on attempts (user_id, id desc) where tallied_at is null;
create index attempts_over_idx on attempts (id) where tallied_at is null and status <> 'running';
-- What went wrong, among thousands that went well.
create index attempts_unlucky_idx on attempts (user_id, started_at desc) where status in ('partial', 'failed');
-- A mailing's or message's attempts of some weeks.
create index attempts_mailing_id_started_at_idx on attempts (mailing_id, started_at);
create index attempts_message_id_started_at_idx on attempts (message_id, started_at);
drop index attempts_message_id_idx;

-- What goes out next, and what a manager has stopped.
create index mailings_user_id_next_run_at_idx on mailings (user_id, next_run_at) where next_run_at is not null;
create index mailings_disabled_idx on mailings (user_id, id desc) where disabled_at is not null;
create index mailings_user_id_status_idx on mailings (user_id, status);
