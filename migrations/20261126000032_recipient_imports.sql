-- Files of recipients that are taken in: kept from the upload until they are in, so that what was recognised can be looked at first and
-- a worker can do the work; then what became of them.

create table recipient_imports (
  id             bigint generated always as identity constraint recipient_imports_pkey primary key,
  user_id        bigint not null constraint recipient_imports_user_id_fkey references users on delete cascade,
  -- As it was sent; null once it is in.
  content        bytea,
  file_name      text not null,
  -- What was chosen: which column is what, whether the first line names them, what becomes of those that exist. Null before that.
  choices        jsonb,
  -- How far it came: so many of the file's lines are done, so many there are.
  records_done   integer not null default 0,
  records        integer not null default 0,
  created        integer not null default 0,
  updated        integer not null default 0,
  skipped        integer not null default 0,
  bad            integer not null default 0,
  uploaded_at    timestamptz not null default now(),
  started_at     timestamptz,
  finished_at    timestamptz
);
create index recipient_imports_user_id_idx on recipient_imports (user_id, id desc);
create index recipient_imports_uploaded_at_idx on recipient_imports (uploaded_at);

-- Lines that could not be taken in.
create table recipient_import_problems (
  import_id bigint not null constraint recipient_import_problems_import_id_fkey references recipient_imports on delete cascade,
  line      bigint not null,
  -- What is wrong, as a word that pages put into sentences; and with what.
  problem   text not null,
  value     text not null,
  constraint recipient_import_problems_pkey primary key (import_id, line)
);
