-- Accounts that are open to the internet: profiles, sessions that can be seen and ended, two-factor sign-in, roles with
-- their rights, and a record of what managers and administrators did.

alter table users
  -- Null: as the browser asks.
  add column locale text constraint users_locale_check check (locale in ('en', 'ru')),
  -- An IANA name; null: not chosen yet.
  add column time_zone text,
  add column last_signed_in_at timestamptz,
  -- The account is on its way out: blocked for everything, its rows are deleted by a job.
  add column deleting_at timestamptz,
  -- RFC 6238's shared secret, sealed under SECRET_KEY; until `totp_enabled_at` it is only being set up.
  add column totp_secret bytea,
  add column totp_enabled_at timestamptz,
  -- The time step of the last code that was taken: each is good once (RFC 6238, section 5.2).
  add column totp_last_step bigint,
  add column search text not null generated always as (lower(email::text || ' ' || full_name)) stored,
  add constraint users_totp_enabled_has_secret check (totp_enabled_at is null or totp_secret is not null);
create index users_search_idx on users using gin (search gin_trgm_ops);

-- One-time codes for whoever has lost the second factor.
create table recovery_codes (
  user_id   bigint not null constraint recovery_codes_user_id_fkey references users on delete cascade,
  -- SHA-256; a code has 80 random bits, so there is no dictionary of them.
  code_hash bytea not null,
  used_at   timestamptz,
  constraint recovery_codes_pkey primary key (user_id, code_hash)
);

alter table sessions
  -- What a session is called in an address; its cookie's hash is nobody's business.
  add column id bigint not null generated always as identity constraint sessions_id_key unique,
  add column seen_at timestamptz not null default now(),
  -- However much it is used, it ends then.
  add column ends_at timestamptz not null default now() + interval '30 days',
  -- Set by a change of rights: the next request goes on under a new cookie.
  add column rotate boolean not null default false;

-- A request for an address without an account leaves the same row and takes the same time; it belongs to nobody.
alter table user_tokens
  alter column user_id drop not null,
  add column new_email citext constraint user_tokens_new_email_length check (length(new_email) <= 254),
  drop constraint user_tokens_purpose_check,
  add constraint user_tokens_purpose_check check (purpose in ('verification', 'password_reset', 'email_change'));

-- Filled from seeds/roles.sql at every start; what the code goes by is users/rights.rs, and a test compares the two.
create table rights (
  name        text constraint rights_pkey primary key,
  description text not null
);
create table role_rights (
  role       text not null constraint role_rights_role_fkey references roles on delete cascade,
  right_name text not null constraint role_rights_right_name_fkey references rights on delete cascade,
  constraint role_rights_pkey primary key (role, right_name)
);

-- What managers and administrators did. Names stand beside the ids and nothing refers to them: the record outlives accounts.
create table audit_entries (
  id           bigint generated always as identity constraint audit_entries_pkey primary key,
  done_at      timestamptz not null default now(),
  -- Null: from the shell.
  actor_id     bigint,
  actor        text not null,
  action       text not null,
  subject_kind text not null constraint audit_entries_subject_kind_check check (subject_kind in ('user', 'mailing')),
  subject_id   bigint not null,
  subject      text not null,
  reason       text not null default '' constraint audit_entries_reason_length check (length(reason) <= 500),
  -- What was changed, in words.
  details      text not null default ''
);
create index audit_entries_subject_idx on audit_entries (subject_kind, subject_id, id desc);
