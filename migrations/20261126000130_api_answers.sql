-- What the API answered to a request that counts once, under the key that the client gave it (the header `Idempotency-Key`). Written in the
-- transaction that does what was asked: no answer without the deed, and no deed twice.

create table api_answers (
  -- No foreign key: it would take the user's row before the row of `roles`, which comes first wherever both are taken. Housekeeping looks
  -- whether there still is such a user.
  user_id     bigint not null,
  key         text not null constraint api_answers_key_length check (length(key) between 1 and 255),
  -- SHA-256 over what was asked: the same key for something else is a mistake.
  fingerprint bytea not null,
  -- Null only inside the transaction that is making the answer.
  status      smallint,
  location    text,
  etag        text,
  body        bytea,
  created_at  timestamptz not null default now(),
  constraint api_answers_pkey primary key (user_id, key)
);
create index api_answers_created_at_idx on api_answers (created_at);
