-- What mail servers said to those who did not get an attempt's mail, counted.

-- A reply without what differs from one recipient to the next: addresses, and the long numbers that servers give their
-- queues and conversations. Replies that have the rest in common are one answer.
create function answer_of(reply text) returns text language sql immutable strict parallel safe return
  regexp_replace(regexp_replace(reply, '[^ ]*@[^ ]*', '…', 'g'), '\m(?=[a-z0-9]*[0-9])[a-z0-9]{8,}\M', '…', 'gi');

-- Written once, when an attempt has closed: to count a million replies takes seconds. The most frequent ones alone.
create table attempt_answers (
  attempt_id bigint not null constraint attempt_answers_attempt_id_fkey references attempts on delete cascade,
  place      smallint not null,
  state      text not null constraint attempt_answers_state_check check (state in ('failed', 'unknown', 'skipped')),
  smtp_code  smallint,
  answer     text not null,
  deliveries integer not null,
  constraint attempt_answers_pkey primary key (attempt_id, place)
);
