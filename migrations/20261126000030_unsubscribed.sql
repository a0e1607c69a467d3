-- Since when a recipient wants no more mail of this owner: by the link in a mail, whatever the owner thinks of it.
alter table recipients add column unsubscribed_at timestamptz;

-- The list of those is short beside all.
create index recipients_unsubscribed_idx on recipients (user_id, id desc) where unsubscribed_at is not null;
