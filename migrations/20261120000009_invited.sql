-- Accounts that an administrator has made: no stranger's registration has a say in them.

-- When an administrator has last sent an invitation; null: registered by themselves. Until the address is confirmed, no
-- registration's password or name counts for an account that was invited.
alter table users add column invited_at timestamptz;

-- Housekeeping looks for registrations that nobody has confirmed.
create index users_unverified_idx on users (created_at) where verified_at is null;
