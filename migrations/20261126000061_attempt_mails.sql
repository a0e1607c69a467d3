-- A mail to the owner when an attempt needs a look.
alter table users
  add column notify text not null default 'problems' constraint users_notify_check check (notify in ('never', 'problems', 'always'));
alter table attempts
  -- Since when the mail server has taken nothing; null while it does.
  add column held_since timestamptz,
  -- The owner is told once, at the most.
  add column told_at timestamptz;
