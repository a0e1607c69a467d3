-- Files that go with a message's mails. A row never changes but for its place: taken off its message (or left by one that was deleted) it
-- stays for the attempts that name it, until housekeeping finds that none needs it.

create table attachments (
  id           bigint generated always as identity constraint attachments_pkey primary key,
  user_id      bigint not null constraint attachments_user_id_fkey references users on delete cascade,
  message_id   bigint constraint attachments_message_id_fkey references messages on delete set null,
  name         text not null,
  content_type text not null,
  -- Bytes, as uploaded.
  size         integer not null constraint attachments_size_check check (size = octet_length(content) and size > 0),
  content      bytea not null,
  created_at   timestamptz not null default now(),
  -- When housekeeping first found it without a message.
  left_at      timestamptz
);
create index attachments_message_id_idx on attachments (message_id, id);
create index attachments_user_id_idx on attachments (user_id);
create index attachments_left_idx on attachments (id) where message_id is null;
-- Mostly compressed already: what Postgres would try for nothing.
alter table attachments alter column content set storage external;

-- The files as they were at the start, like subject and body.
alter table attempts add column attachment_ids bigint[] not null default '{}';
create index attempts_attachment_ids_idx on attempts using gin (attachment_ids) where attachment_ids <> '{}';
