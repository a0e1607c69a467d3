-- What one's own account needs: a count of the codes tried at a sign-in, and addresses that are owed a last mail.

-- Tries at something that this session may try a few times. Counted before the try is looked at: sent at once, many
-- tries are as many.
alter table sessions add column tries integer not null default 0;

-- Addresses that no account has any more and that are told so: the old one of a change, that of a deleted account. The
-- row goes with the mail, and the queue holds no address.
create table former_addresses (
  id         bigint generated always as identity constraint former_addresses_pkey primary key,
  email      citext not null constraint former_addresses_email_length check (length(email) <= 254),
  full_name  text not null constraint former_addresses_full_name_length check (length(full_name) <= 200),
  created_at timestamptz not null default now()
);
