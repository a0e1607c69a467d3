-- Personal tokens: what a program shows instead of signing in.
create table api_tokens (
  id            bigint generated always as identity constraint api_tokens_pkey primary key,
  user_id       bigint not null constraint api_tokens_user_id_fkey references users on delete cascade,
  -- What its owner calls it.
  name          text not null constraint api_tokens_name_length check (length(name) between 1 and 100),
  -- SHA-256 of the token: who reads this table cannot use it.
  token_hash    bytea not null constraint api_tokens_token_hash_key unique,
  scopes        text[] not null
                constraint api_tokens_scopes_check check (cardinality(scopes) > 0 and scopes <@ array['read', 'write', 'send']),
  -- One filling-in of the form makes one token, however often it is sent.
  submission_id uuid constraint api_tokens_submission_id_key unique,
  created_at    timestamptz not null default now(),
  -- It is worth nothing from then on. Revoking puts this forward, so that one comparison decides.
  expires_at    timestamptz not null,
  revoked_at    timestamptz,
  -- To the minute or so.
  last_used_at  timestamptz,
  constraint api_tokens_revoked_has_expired check (revoked_at is null or expires_at <= revoked_at)
);
create index api_tokens_user_id_idx on api_tokens (user_id, expires_at);
create index api_tokens_expires_at_idx on api_tokens (expires_at);
