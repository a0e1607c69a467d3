-- How often all sessions of a user were ended. A session carries the number of its sign-in's beginning, so that one whose
-- sign-in was under way meanwhile, with the password that was changed, is dead as well. No row: never.
create table session_epochs (
  user_id bigint constraint session_epochs_pkey primary key constraint session_epochs_user_id_fkey references users on delete cascade,
  epoch   integer not null
);
create index sessions_user_id_seen_at_idx on sessions (user_id, seen_at);
