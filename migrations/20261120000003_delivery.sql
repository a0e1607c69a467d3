-- The ledger: one attempt a run of a mailing, one delivery a recipient within it.

create table attempts (
  id            bigint generated always as identity constraint attempts_pkey primary key,
  mailing_id    bigint not null,
  user_id       bigint not null,
  -- The scheduled moment; for a start by hand the moment of the click.
  scheduled_at  timestamptz not null,
  trigger       text not null constraint attempts_trigger_check check (trigger in ('schedule', 'manual')),
  -- running until the last delivery is final; then succeeded (everybody got it), partial, or failed (nobody did).
  status        text not null default 'running' constraint attempts_status_check check (status in ('running', 'succeeded', 'partial', 'failed')),
  started_at    timestamptz not null default now(),
  finished_at   timestamptz,
  -- What is sent, as it was at the start: an edit in mid-attempt does not split the recipients in two.
  message_id    bigint constraint attempts_message_id_fkey references messages on delete set null,
  subject       text not null,
  body          text not null,
  -- total = sent + failed + unknown + skipped + waiting, and waiting is what the others leave: it cannot disagree.
  total         integer not null default 0,
  sent          integer not null default 0,
  failed        integer not null default 0,
  unknown       integer not null default 0,
  skipped       integer not null default 0,
  waiting       integer not null generated always as (total - sent - failed - unknown - skipped) stored
                constraint attempts_waiting_not_negative check (waiting >= 0),
  last_reply    text,
  -- Why nothing goes out at the moment (server down, wrong password); null while it does.
  held_reason   text,
  held_until    timestamptz,
  held_count    integer not null default 0,
  submission_id uuid not null default gen_random_uuid(),
  constraint attempts_mailing_id_fkey foreign key (mailing_id, user_id) references mailings (id, user_id) on delete cascade,
  constraint attempts_mailing_id_scheduled_at_key unique (mailing_id, scheduled_at),
  constraint attempts_mailing_id_submission_id_key unique (mailing_id, submission_id)
);
create index attempts_user_id_id_idx on attempts (user_id, id desc);
create index attempts_mailing_id_id_idx on attempts (mailing_id, id desc);
create index attempts_message_id_idx on attempts (message_id);
create index attempts_running_idx on attempts (id) where status = 'running';

create table deliveries (
  id           bigint generated always as identity constraint deliveries_pkey primary key,
  attempt_id   bigint not null constraint deliveries_attempt_id_fkey references attempts on delete cascade,
  -- Null once the recipient was deleted; the record of what was sent to whom stays.
  recipient_id bigint constraint deliveries_recipient_id_fkey references recipients on delete set null,
  email        text not null,
  full_name    text not null,
  state        text not null constraint deliveries_state_check check (state in ('waiting', 'sent', 'failed', 'unknown', 'skipped')),
  tries        smallint not null default 0,
  -- From when on a worker may claim it: the start, a retry's moment, or the end of the present claim's lease.
  -- Null: final. One column for all three, so that an expired lease needs no sweeper.
  claimable_at timestamptz,
  -- Who holds the lease; an outcome counts only from the holder, so that a stalled worker's comes to nothing.
  claim        uuid,
  smtp_code    smallint,
  smtp_text    text,
  settled_at   timestamptz,
  constraint deliveries_attempt_id_recipient_id_key unique (attempt_id, recipient_id)
);
create index deliveries_attempt_id_id_idx on deliveries (attempt_id, id);
create index deliveries_attempt_id_state_id_idx on deliveries (attempt_id, state, id);
create index deliveries_claimable_idx on deliveries (attempt_id, claimable_at, id) where claimable_at is not null;
create index deliveries_recipient_id_idx on deliveries (recipient_id);

-- What the built-in mail catcher received, for /dev/inbox; empty where SMTP_URL names a real server.
create table caught_mails (
  id          bigint generated always as identity constraint caught_mails_pkey primary key,
  received_at timestamptz not null default now(),
  sender      text not null,
  recipient   text not null,
  subject     text not null,
  source      bytea not null
);
