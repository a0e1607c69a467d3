-- Users, their roles, sessions and single-use tokens.

create extension if not exists citext;
create extension if not exists pg_trgm;

create table users (
  id            bigint generated always as identity constraint users_pkey primary key,
  -- citext: an address differs from another by more than its case, or it is the same address.
  email         citext not null constraint users_email_key unique
                constraint users_email_length check (length(email) <= 254),
  full_name     text not null constraint users_full_name_length check (length(full_name) <= 200),
  -- A PHC string (argon2id); see users/password.rs.
  password_hash text not null,
  -- Null until the link in the verification mail was opened; only then does signing in work.
  verified_at   timestamptz,
  blocked_at    timestamptz,
  blocked_reason text,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now()
);

create table roles (
  name        text constraint roles_pkey primary key,
  description text not null
);

insert into roles (name, description) values
  ('manager', 'Views every mailing and the list of users, blocks users, disables mailings'),
  ('editor', 'Writes and publishes the blog'),
  ('admin', 'Creates, edits and deletes users, gives and takes roles');

create table user_roles (
  user_id    bigint not null constraint user_roles_user_id_fkey references users on delete cascade,
  role       text not null constraint user_roles_role_fkey references roles on delete restrict,
  granted_at timestamptz not null default now(),
  constraint user_roles_pkey primary key (user_id, role)
);

create table sessions (
  -- SHA-256 of the cookie's value: who reads this table cannot sign in with it.
  id_hash    bytea constraint sessions_pkey primary key,
  user_id    bigint constraint sessions_user_id_fkey references users on delete cascade,
  entries    jsonb not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_user_id_idx on sessions (user_id);
create index sessions_expires_at_idx on sessions (expires_at);

create table user_tokens (
  id            bigint generated always as identity constraint user_tokens_pkey primary key,
  user_id       bigint not null constraint user_tokens_user_id_fkey references users on delete cascade,
  purpose       text not null constraint user_tokens_purpose_check check (purpose in ('verification')),
  -- SHA-256 of the token in the mail; null until the mail is made.
  token_hash    bytea constraint user_tokens_token_hash_key unique,
  -- What was typed at this registration; it becomes the user's with the link, and no other registration's does.
  full_name     text,
  password_hash text,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null,
  used_at       timestamptz
);
create index user_tokens_user_id_idx on user_tokens (user_id, purpose, id);
create index user_tokens_expires_at_idx on user_tokens (expires_at);
