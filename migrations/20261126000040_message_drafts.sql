-- What somebody is writing and has not saved: one a message, and one for a message that is not there yet.

create table message_drafts (
  user_id         bigint not null constraint message_drafts_user_id_fkey references users on delete cascade,
  -- Null: of a new message.
  message_id      bigint,
  subject         text not null constraint message_drafts_subject_length check (octet_length(subject) <= 65536),
  body            text not null constraint message_drafts_body_length check (octet_length(body) <= 2097152),
  -- The message's version that the draft was begun from.
  message_version integer not null,
  -- Counts what was kept, so that the second of two tabs is told.
  version         integer not null default 1,
  saved_at        timestamptz not null default now(),
  constraint message_drafts_user_id_message_id_key unique nulls not distinct (user_id, message_id),
  constraint message_drafts_message_id_fkey foreign key (message_id, user_id) references messages (id, user_id) on delete cascade
);
create index message_drafts_message_id_idx on message_drafts (message_id);
create index message_drafts_saved_at_idx on message_drafts (saved_at);
