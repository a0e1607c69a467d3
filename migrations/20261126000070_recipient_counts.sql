-- How many recipients a user has, without a million rows being counted for every page that says it. Each statement that
-- adds or removes some notes by how many; the number is the sum of the notes, exact in every transaction's own view.
-- Notes instead of one row that is changed: nobody waits for anybody. Housekeeping puts a user's notes together. Without a
-- foreign key: what goes with a user is noted too, and comes to nothing.
create table recipient_counts (
  user_id bigint not null,
  change  bigint not null
);
create index recipient_counts_user_id_idx on recipient_counts (user_id) include (change);

create function note_recipients() returns trigger language plpgsql as $$
begin
  insert into recipient_counts (user_id, change)
  select user_id, case tg_op when 'INSERT' then count(*) else -count(*) end from changed group by user_id;
  return null;
end $$;
create trigger recipients_note_inserted after insert on recipients referencing new table as changed
  for each statement execute function note_recipients();
create trigger recipients_note_deleted after delete on recipients referencing old table as changed
  for each statement execute function note_recipients();

insert into recipient_counts (user_id, change) select user_id, count(*) from recipients group by user_id;

-- Those whose address does not exist are few among many, and are looked for by themselves.
create index recipients_undeliverable_idx on recipients (user_id, id desc) where undeliverable_at is not null;
