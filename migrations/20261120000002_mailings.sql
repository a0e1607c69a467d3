-- Recipients, messages and mailings. A row's `version` counts its changes, so that the second of two
-- tabs is told instead of overwriting; `submission_id` comes with the form, so that a double click creates one row.

create table recipients (
  id            bigint generated always as identity constraint recipients_pkey primary key,
  user_id       bigint not null constraint recipients_user_id_fkey references users on delete cascade,
  email         citext not null constraint recipients_email_length check (length(email) <= 254),
  full_name     text not null constraint recipients_full_name_length check (length(full_name) <= 200),
  comment       text not null default '' constraint recipients_comment_length check (length(comment) <= 2000),
  -- Set when a mail server says that the address does not exist; later attempts skip it.
  undeliverable_at     timestamptz,
  undeliverable_reason text,
  submission_id uuid not null default gen_random_uuid(),
  version       integer not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  search        text not null generated always as (lower(email::text || ' ' || full_name || ' ' || comment)) stored,
  constraint recipients_user_id_email_key unique (user_id, email),
  constraint recipients_user_id_submission_id_key unique (user_id, submission_id),
  -- The target of mailing_recipients' foreign key: a mailing cannot hold another user's recipient.
  constraint recipients_id_user_id_key unique (id, user_id)
);
create index recipients_user_id_id_idx on recipients (user_id, id desc);
create index recipients_search_idx on recipients using gin (search gin_trgm_ops);

create table messages (
  id            bigint generated always as identity constraint messages_pkey primary key,
  user_id       bigint not null constraint messages_user_id_fkey references users on delete cascade,
  subject       text not null constraint messages_subject_length check (length(subject) <= 250),
  body          text not null constraint messages_body_length check (octet_length(body) <= 524288),
  submission_id uuid not null default gen_random_uuid(),
  version       integer not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  constraint messages_user_id_submission_id_key unique (user_id, submission_id),
  constraint messages_id_user_id_key unique (id, user_id)
);
create index messages_user_id_id_idx on messages (user_id, id desc);
create index messages_subject_search_idx on messages using gin (lower(subject) gin_trgm_ops);

create table mailings (
  id             bigint generated always as identity constraint mailings_pkey primary key,
  user_id        bigint not null constraint mailings_user_id_fkey references users on delete cascade,
  name           text not null constraint mailings_name_length check (length(name) <= 200),
  message_id     bigint not null,
  -- True: everybody the owner has at the moment of a run. False: those in mailing_recipients.
  all_recipients boolean not null,
  starts_at      timestamptz not null,
  ends_at        timestamptz not null,
  period         text not null constraint mailings_period_check check (period in ('once', 'daily', 'weekly', 'monthly')),
  time_zone      text not null,
  status         text not null default 'created' constraint mailings_status_check check (status in ('created', 'running', 'completed')),
  paused_at      timestamptz,
  disabled_at    timestamptz,
  disabled_reason text,
  -- Whether a mail goes out again when the connection broke after its last byte and nobody knows if it was taken.
  resend_unknown boolean not null default true,
  -- The next scheduled moment; null when none is left. The job `mailing:ID` runs at it.
  next_run_at    timestamptz,
  submission_id  uuid not null default gen_random_uuid(),
  version        integer not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  constraint mailings_end_after_start check (ends_at > starts_at),
  constraint mailings_user_id_submission_id_key unique (user_id, submission_id),
  constraint mailings_id_user_id_key unique (id, user_id),
  -- (message_id, user_id): only one's own message (M4). A message in use is not deleted. Deferrable: who deletes a
  -- user says `set constraints all deferred` first, because messages and recipients may go before the mailings that go
  -- with them.
  constraint mailings_message_id_fkey foreign key (message_id, user_id) references messages (id, user_id)
    on delete no action deferrable
);
create index mailings_user_id_id_idx on mailings (user_id, id desc);
create index mailings_message_id_idx on mailings (message_id);
create index mailings_next_run_at_idx on mailings (next_run_at) where next_run_at is not null;
create index mailings_name_search_idx on mailings using gin (lower(name) gin_trgm_ops);

create table mailing_recipients (
  mailing_id   bigint not null,
  recipient_id bigint not null,
  user_id      bigint not null,
  constraint mailing_recipients_pkey primary key (mailing_id, recipient_id),
  constraint mailing_recipients_mailing_id_fkey foreign key (mailing_id, user_id) references mailings (id, user_id) on delete cascade,
  constraint mailing_recipients_recipient_id_fkey foreign key (recipient_id, user_id) references recipients (id, user_id)
    on delete no action deferrable
);
create index mailing_recipients_recipient_id_idx on mailing_recipients (recipient_id);
