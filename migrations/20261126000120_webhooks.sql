-- Addresses of users' own programs that are told what happens, and what was sent there.

create table webhooks (
  id            bigint generated always as identity constraint webhooks_pkey primary key,
  user_id       bigint not null constraint webhooks_user_id_fkey references users on delete cascade,
  url           text not null,
  events        text[] not null constraint webhooks_events_check check (cardinality(events) > 0),
  -- What requests are signed with, sealed under a key derived from SECRET_KEY.
  secret        bytea not null,
  submission_id uuid not null default gen_random_uuid(),
  version       integer not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  -- Requests in a row that have failed, and since when; a success ends it.
  failures      integer not null default 0,
  failing_since timestamptz,
  -- Nothing is sent before: the receiver is not well.
  rests_until   timestamptz,
  disabled_at   timestamptz,
  disabled_why  text constraint webhooks_disabled_why_check check (disabled_why in ('owner', 'failing', 'gone')),
  -- So much waits that events of single recipients are left out.
  overflows     boolean not null default false,
  -- Who sends at present, until when at the latest.
  claim         uuid,
  claimed_until timestamptz,
  constraint webhooks_submission_id_key unique (user_id, submission_id),
  constraint webhooks_disabled_check check ((disabled_at is null) = (disabled_why is null))
);
create index webhooks_user_id_idx on webhooks (user_id, id);

create table webhook_deliveries (
  id         bigint generated always as identity constraint webhook_deliveries_pkey primary key,
  webhook_id bigint not null constraint webhook_deliveries_webhook_id_fkey references webhooks on delete cascade,
  -- The header webhook-id: the same each time this is sent.
  message_id uuid not null default gen_random_uuid(),
  event      text not null,
  -- JSON, byte for byte as it is sent and signed.
  payload    text not null,
  state      text not null default 'waiting' constraint webhook_deliveries_state_check check (state in ('waiting', 'sent', 'failed')),
  tries      smallint not null default 0,
  -- When it is to be sent; null once nothing more is to be done.
  again_at   timestamptz default now(),
  created_at timestamptz not null default now(),
  -- Of the last try: its moment, the answer's status and beginning, or what went wrong, as a word that pages put into sentences.
  tried_at   timestamptz,
  status     smallint,
  answer     text,
  failure    text,
  constraint webhook_deliveries_again_at_check check ((again_at is not null) = (state = 'waiting'))
);
create index webhook_deliveries_webhook_id_idx on webhook_deliveries (webhook_id, id desc);
create index webhook_deliveries_again_at_idx on webhook_deliveries (webhook_id, again_at, id) where again_at is not null;
