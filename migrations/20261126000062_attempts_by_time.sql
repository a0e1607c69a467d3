-- The list of attempts of the last days.
create index attempts_user_id_started_at_idx on attempts (user_id, started_at);
-- Those in one status, among all the others; with what else is asked of them, so that the index alone answers.
create index attempts_user_id_status_id_idx on attempts (user_id, status, id desc) include (mailing_id);
