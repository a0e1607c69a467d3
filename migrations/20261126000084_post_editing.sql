-- One filling-in of the form makes one post, however often it is sent.
alter table posts add column submission_id uuid constraint posts_submission_id_key unique;

-- Editors look for words of the title and of the address.
create index posts_search_idx on posts using gin (lower(title || ' ' || slug) gin_trgm_ops);

-- Those that wait for their moment, the next one first.
create index posts_scheduled_idx on posts (published_at) where not is_published and published_at is not null;

-- What editors do to posts is on record.
alter table audit_entries drop constraint audit_entries_subject_kind_check;
alter table audit_entries add constraint audit_entries_subject_kind_check check (subject_kind in ('user', 'mailing', 'mail_server', 'post'));
