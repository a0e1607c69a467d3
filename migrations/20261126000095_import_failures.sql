-- An import that cannot be finished says so, and a user has one under way at a time.

-- Tries that failed since it last came on. Where it has ended with some, it was given up.
alter table recipient_imports add column failures integer not null default 0;

-- Of several that are under way the newest goes on.
update recipient_imports i set finished_at = now(), failures = 1, content = null
where started_at is not null and finished_at is null
  and exists (select from recipient_imports newer
              where newer.user_id = i.user_id and newer.id > i.id and newer.started_at is not null and newer.finished_at is null);
create unique index recipient_imports_under_way_key on recipient_imports (user_id) where started_at is not null and finished_at is null;
