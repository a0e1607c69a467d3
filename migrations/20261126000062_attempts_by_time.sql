-- The list of attempts of the last days.
create index attempts_user_id_started_at_idx on attempts (user_id, started_at);
