-- Recipients come in by the million. What costs most of that is keeping indexes, so:

-- A submission's id names one filling-in of a form; what was imported is of none. A random one for each cost a quarter of an
-- import's time, in an index whose every page was in use at once.
alter table recipients alter column submission_id drop not null, alter column submission_id drop default;
alter table recipients drop constraint recipients_user_id_submission_id_key;
create unique index recipients_user_id_submission_id_key on recipients (user_id, submission_id) where submission_id is not null;

-- One address of a user is one in small letters. They are compared as bytes: citext makes small letters of both sides at each of the twenty
-- comparisons that finding a place in an index of a million takes, and the order of C is that of these addresses anyway.
alter table recipients drop constraint recipients_user_id_email_key;
create unique index recipients_user_id_email_key on recipients (user_id, lower(email::text) collate "C");
drop index recipients_address_idx;
create index recipients_address_idx on recipients (lower(email::text) collate "C") include (email);

-- Empty for ever: the shape of the temporary tables of this name that imports fill with COPY, which stand before it while they last. So
-- what is asked of those is checked when the program is compiled.
create table recipient_staging (
  -- The row's line in the file; of rows with the same address the last one counts.
  line      bigint not null,
  email     citext not null,
  full_name text not null,
  comment   text not null,
  key       text collate "C" not null generated always as (lower(email::text)) stored
);
